"""What the staff office lists of the public record. Private data are listed nowhere."""

from multaqa.ledger.models import Checkpoint, Entry

DESKS = [
    {
        "model": Entry,
        "list_display": ["title", "verb_label", "index", "capacity", "recorded_at"],
        "list_filter": ["step", "recorded_at"],
        "search_fields": ["subject", "verb", "title"],
        "inspect_view_fields": [
            "index",
            "verb_label",
            "title",
            "subject",
            "step",
            "capacity",
            "recorded_at",
            "due_step",
            "due_on",
            "met_at",
            "payload",
        ],
    },
    {
        "model": Checkpoint,
        "list_display": ["size", "root", "signed_at"],
        "inspect_view_fields": ["size", "root", "signed_at", "note"],
    },
]
