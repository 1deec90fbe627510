"""Why an initiative was not supported, and what would have changed that, in sentences.

The engine answers with a key and its values; here every key has one sentence, translated with the page.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from multaqa.kit.money import Money

_WHY = {
    "withdrawn": _("It was withdrawn before the count."),
    "no_support": _("No ballot approved it."),
    "dearer_than_budget": _("It costs %(lacked)s more than the whole call."),
    "below_threshold": _("Its %(score)s approvals are below the threshold of %(threshold)s set by the call."),
    "excluded": _("It cannot go together with “%(by)s”, which was supported."),
    "did_not_fit": _("It came in place %(position)s, when %(left)s were left: %(lacked)s short of its cost."),
    "stopped": _("The count ended before it, at “%(stopped_by)s”, with %(left)s left."),
    "purses_short": _(
        "After the initiatives they also supported, its supporters held %(held)s: "
        "%(lacked)s short of its cost."
    ),
    "worth_less": _("Supporting it would have displaced initiatives approved by more people."),
}
_CHIPS = {
    "withdrawn": _("withdrawn"),
    "no_support": _("no approval"),
    "dearer_than_budget": _("above the call"),
    "below_threshold": _("below the threshold"),
    "excluded": _("excluded by another"),
    "did_not_fit": _("did not fit"),
    "stopped": _("count ended before it"),
    "purses_short": _("shares fell short"),
    "worth_less": _("less support for its cost"),
}
_AMOUNTS = {"lacked", "left", "held", "budget", "purses", "loss"}
_NAMES = {"by", "stopped_by", "beaten_by"}
CLOSE_PERCENT = 10  # a loser whose cost is this close to winning is called close


def chip(row: Mapping[str, Any]) -> tuple[str, str]:
    """The state of a loser in two words, and the colour of its chip."""
    if is_close(row):
        return gettext("very close"), "teal"
    return str(_CHIPS.get(row["key"], row["key"])), "amber"


def is_close(row: Mapping[str, Any]) -> bool:
    """Would at most a tenth off its cost have been enough?"""
    most = row["needed"]["max_cost"]
    return most is not None and 100 * (row["cost"] - most) <= CLOSE_PERCENT * row["cost"]


def why(row: Mapping[str, Any], titles: Mapping[int, Any], currency: str) -> str:
    """What kept a loser out, with the figures of the count itself."""
    return sentence(
        row["key"],
        row["values"],
        amount=lambda minor: Money(minor, currency),
        title=lambda number: titles.get(int(number), number),
    )


def sentence(
    key: str, values: Mapping[str, Any], *, amount: Callable[[int], Any], title: Callable[[str], Any]
) -> str:
    """One reason of the engine in words; `amount` says minor units, `title` names a project."""
    said = {name: _said(name, value, amount, title) for name, value in values.items()}
    words = str(_WHY[key]) % said if key in _WHY else key
    first = next(iter(values.get("absorbed_by", ())), None)
    if first:
        words += " " + gettext("Most of their share, %(paid)s, went to “%(project)s”.") % {
            "paid": amount(first["paid"]),
            "project": title(first["project"]),
        }
    return words


def needed(row: Mapping[str, Any], currency: str) -> list[str]:
    """Each change that alone would have made it win; one sentence when nothing would."""
    change = row["needed"]
    said = []
    if change["max_cost"] is not None:
        saved = row["cost"] - change["max_cost"]
        said.append(
            gettext("a cost of %(cost)s at most, that is %(saved)s less")
            % {"cost": Money(change["max_cost"], currency), "saved": Money(saved, currency)}
        )
    if change["extra_votes"] is not None:
        votes = change["extra_votes"]
        said.append(
            ngettext("%(n)d more voter for it alone", "%(n)d more voters for it alone", votes) % {"n": votes}
        )
    if change["extra_budget"] is not None:
        said.append(gettext("%(more)s more in the call") % {"more": Money(change["extra_budget"], currency)})
    return said or [gettext("No change of its cost, its votes or the budget alone would have been enough.")]


def _said(name: str, value: Any, amount: Callable[[int], Any], title: Callable[[str], Any]) -> Any:
    if name in _AMOUNTS and isinstance(value, int):
        return amount(value)
    return title(value) if name in _NAMES and value is not None else value
