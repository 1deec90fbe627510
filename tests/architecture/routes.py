"""How a room writes down who may reach each of its routes.

    ROUTES = {
        "lending:lend": Route(
            own=lambda: ["drill"],            # arguments of an object of association A or the council
            foreign=lambda: ["saw"],          # the same kind of object, of somebody else
            get=Role.OFFICER_A,               # may reach both
            post=Own(Role.OFFICER_A),         # may reach the own object only
        ),
    }

An allowed GET answers 200. An allowed POST with `data` answers `posted` (422 for an empty form, 302 for a
button). A stranger who is not allowed is sent to sign in (302), anybody else gets 403. A method that is None
answers 405.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.factories import Role

ANYONE = frozenset(Role)
SIGNED_IN = ANYONE - {Role.ANONYMOUS}


@dataclass(frozen=True)
class Own:
    """These roles, on their own object only."""

    roles: frozenset[Role]

    def __init__(self, *roles: Role) -> None:
        object.__setattr__(self, "roles", frozenset(roles))


def both(roles: Iterable[Role], own: Own) -> tuple[frozenset[Role], Own]:
    """These roles on every object, and those on their own."""
    return frozenset(roles), own


@dataclass(frozen=True)
class Route:
    own: Callable[[], list[Any]] = list
    foreign: Callable[[], list[Any]] | None = None
    get: Any = ANYONE
    post: Any = None
    data: dict[str, Any] = field(default_factory=dict)
    posted: int = 422
    got: int = 200

    def allowed(self, method: str, role: Role, *, is_own: bool) -> bool:
        return _allows(self.get if method == "GET" else self.post, role, is_own=is_own)


def _allows(rule: Any, role: Role, *, is_own: bool) -> bool:
    if isinstance(rule, Own):
        return is_own and role in rule.roles
    if isinstance(rule, tuple):
        return any(_allows(part, role, is_own=is_own) for part in rule)
    return role == rule if isinstance(rule, Role) else role in rule
