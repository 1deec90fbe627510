"""States that move only along a written table."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused

Transitions = Mapping[str, frozenset[str]]


def transitions(table: Mapping[str, set[str]]) -> Transitions:
    """A transition table: for each state, the states that may follow it."""
    return {str(state): frozenset(map(str, following)) for state, following in table.items()}


def move(item: Any, to: str, table: Transitions, *, field: str = "state") -> None:
    """Put `item` in state `to` and save it. Raises Refused when the table does not allow it."""
    present = str(getattr(item, field))
    if str(to) not in table.get(present, frozenset()):
        label = item._meta.get_field(field).choices
        names = {str(value): name for value, name in label}
        raise Refused(
            _("This is “%(present)s” and cannot become “%(to)s”."),
            present=names.get(present, present),
            to=names.get(str(to), to),
        )
    setattr(item, field, to)
    item.save(update_fields=[field])
