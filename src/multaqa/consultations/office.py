"""What the staff office lists of consultations. Votes and those who cast them are listed nowhere."""

from multaqa.consultations.models import Consultation, Statement

DESKS = [
    {
        "model": Consultation,
        "list_display": ["title", "state", "opens_on", "closes_on", "territory"],
        "list_filter": ["state", "opens_on", "closes_on"],
        "search_fields": ["title", "question", "slug"],
        "inspect_view_fields": [
            "title",
            "question",
            "text",
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
        "inspect_view_fields": ["number", "text", "consultation", "source", "state", "reason", "proposed_at"],
    },
]
