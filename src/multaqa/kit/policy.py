"""Who may: deny by default, on top of the `rules` package.

A permission nobody wrote down is refused, and asking for one that does not exist is a programming error.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from rules.permissions import has_perm, perm_exists


class Forbidden(PermissionDenied):
    """The actor may not do this. Says which permission was missing."""


class Refused(Exception):  # noqa: N818  a refusal is an answer, not an error
    """The act is not possible as asked. Carries one sentence for the reader, translated when shown.

    `field` names the form field at fault, when there is one.
    """

    def __init__(self, message: Any, *, field: str | None = None, **values: Any) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values
        self.field = field

    def __str__(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)


def allows(actor: Any, permission: str, target: Any = None) -> bool:
    """May `actor` do this to `target`?  Raises KeyError for a permission that no rule names."""
    if not perm_exists(permission):
        raise KeyError(permission)
    return bool(has_perm(permission, actor, target))


def require(actor: Any, permission: str, target: Any = None) -> None:
    """Raise Forbidden unless `actor` may do this to `target`."""
    if not allows(actor, permission, target):
        raise Forbidden(permission)
