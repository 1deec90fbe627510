"""What the staff office lists of the directory. Accounts are listed nowhere: they hold personal data."""

from multaqa.directory.models import Office, Organisation

DESKS = [
    {
        "model": Organisation,
        "list_display": ["title", "code", "kind", "territory", "founded_on"],
        "list_filter": ["kind"],
        "search_fields": ["title", "code"],
        "inspect_view_fields": ["code", "title", "kind", "parent", "territory", "founded_on", "is_demo"],
    },
    {
        "model": Office,
        "list_display": ["person", "organisation", "function", "starts_on", "ends_on"],
        "list_filter": ["function", "starts_on", "ends_on"],
        "search_fields": ["person__title", "organisation__title", "title"],
        "inspect_view_fields": ["person", "organisation", "function", "title", "starts_on", "ends_on"],
    },
]
