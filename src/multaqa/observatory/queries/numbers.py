"""Public numbers: 1, 2, 3 … of each kind."""

from django.db import models
from django.db.models import Max


def next_number(model: type[models.Model]) -> int:
    """The number after the last; taken inside the transaction that uses it."""
    return int(model._default_manager.aggregate(last=Max("number"))["last"] or 0) + 1
