"""What the staff office lists of consultations. Votes, points and those who gave them are listed nowhere."""

from multaqa.consultations.models import Consultation, Statement

DESKS = [
    {
        "model": Consultation,
        "list_display": ["title", "kind", "state", "opens_on", "closes_on", "territory"],
        "list_filter": ["kind", "state", "opens_on", "closes_on"],
        "search_fields": ["title", "question", "slug"],
        "inspect_view_fields": [
            "title",
            "question",
            "text",
            "kind",
            "organiser",
            "territory",
            "opens_on",
            "closes_on",
            "min_assurance",
            "state",
            "closed_on",
            "participants_counted",
            "is_demo",
        ],
    },
    {
        "model": Statement,
        "list_display": ["text", "number", "consultation", "source", "state"],
        "list_filter": ["state", "source"],
        "search_fields": ["text"],
        "inspect_view_fields": [
            "number",
            "key",
            "text",
            "consultation",
            "source",
            "state",
            "reason",
            "proposed_at",
        ],
    },
]
