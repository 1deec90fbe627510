"""What the staff office lists of the observatory."""

from multaqa.observatory.models import IndexRelease, Indicator, Observation

DESKS = [
    {
        "model": Observation,
        "list_display": ["title", "number", "territory", "kind", "state", "seen_on"],
        "list_filter": ["state", "kind", "seen_on"],
        "search_fields": ["title", "text", "number"],
        "inspect_view_fields": [
            "number",
            "title",
            "text",
            "territory",
            "kind",
            "state",
            "seen_on",
            "households",
            "reporter",
            "reported_at",
            "confirmed_at",
            "is_demo",
        ],
    },
    {
        "model": Indicator,
        "list_display": ["title", "code", "dimension", "weight"],
        "list_filter": ["dimension"],
        "search_fields": ["title", "code"],
        "inspect_view_fields": [
            "code",
            "title",
            "dimension",
            "direction",
            "unit",
            "low",
            "high",
            "weight",
            "source",
            "licence",
            "note",
        ],
    },
    {
        "model": IndexRelease,
        "list_display": ["title", "number", "released_at", "code_version"],
        "search_fields": ["title", "number"],
        "inspect_view_fields": ["number", "title", "released_at", "snapshot_hash", "code_version", "is_demo"],
    },
]
