"""What the staff office lists of agreements."""

from multaqa.partnerships.models import Agreement, Commitment, Evaluation, Report

DESKS = [
    {
        "model": Agreement,
        "list_display": ["title", "reference", "state", "starts_on", "ends_on"],
        "list_filter": ["state", "starts_on", "ends_on"],
        "search_fields": ["title", "reference"],
        "inspect_view_fields": [
            "reference",
            "title",
            "purpose",
            "territory",
            "starts_on",
            "ends_on",
            "state",
            "in_force_on",
            "evaluation_due_on",
            "cancel_reason",
            "is_demo",
        ],
    },
    {
        "model": Commitment,
        "list_display": ["text", "number", "agreement", "due_on", "progress"],
        "list_filter": ["due_on"],
        "search_fields": ["text", "agreement__reference"],
        "inspect_view_fields": [
            "agreement",
            "party",
            "number",
            "text",
            "due_on",
            "indicator",
            "progress",
            "evidence",
        ],
    },
    {
        "model": Report,
        "list_display": ["agreement", "party", "kind", "state", "submitted_on"],
        "list_filter": ["state", "kind", "submitted_on"],
        "search_fields": ["text", "agreement__reference"],
        "inspect_view_fields": [
            "agreement",
            "party",
            "kind",
            "period_start",
            "period_end",
            "text",
            "state",
            "reason",
            "submitted_on",
            "decided_on",
        ],
    },
    {
        "model": Evaluation,
        "list_display": ["agreement", "year", "evaluator", "published_on"],
        "list_filter": ["published_on"],
        "search_fields": ["conclusion", "agreement__reference"],
        "inspect_view_fields": ["agreement", "year", "evaluator", "conclusion", "due_on", "published_on"],
    },
]
