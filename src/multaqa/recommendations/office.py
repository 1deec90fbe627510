"""What the staff office lists of recommendations."""

from multaqa.recommendations.models import Answer, Recommendation

DESKS = [
    {
        "model": Recommendation,
        "list_display": ["title", "number", "addressee", "state", "due_on"],
        "list_filter": ["state", "adopted_on", "due_on"],
        "search_fields": ["title", "text", "number"],
        "inspect_view_fields": [
            "number",
            "title",
            "text",
            "addressee",
            "proposer",
            "territory",
            "adopted_on",
            "due_on",
            "state",
            "done_on",
            "done_text",
            "is_demo",
        ],
    },
    {
        "model": Answer,
        "list_display": ["recommendation", "verdict", "answered_on", "capacity"],
        "list_filter": ["verdict", "answered_on"],
        "search_fields": ["text"],
        "inspect_view_fields": ["recommendation", "verdict", "text", "answered_on", "capacity"],
    },
]
