"""What the staff office lists of territories. They come from the region pack and are changed there."""

from multaqa.territories.models import LegalRule, Population, Territory

DESKS = [
    {
        "model": Territory,
        "list_display": ["title", "code", "level", "milieu", "parent"],
        "list_filter": ["level", "milieu"],
        "search_fields": ["title", "code"],
        "inspect_view_fields": ["code", "title", "level", "milieu", "parent"],
    },
    {
        "model": Population,
        "list_display": ["territory", "year", "kind", "count", "source"],
        "list_filter": ["year", "kind"],
        "search_fields": ["territory__title", "territory__code"],
        "inspect_view_fields": ["territory", "year", "kind", "count", "source"],
    },
    {
        "model": LegalRule,
        "list_display": ["key", "text", "citation", "valid_from", "verified"],
        "list_filter": ["verified"],
        "search_fields": ["key", "text", "citation"],
        "inspect_view_fields": [
            "key",
            "text",
            "citation",
            "valid_from",
            "valid_to",
            "checked_on",
            "verified",
        ],
    },
]
