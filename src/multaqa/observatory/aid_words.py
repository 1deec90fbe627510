"""What the matching engine says, in words: why this offer for this need, and why none."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from multaqa.kit import formats
from multaqa.observatory.models import CapacityReport


def reasons(told: Iterable[Mapping[str, Any]]) -> list[str]:
    """The sentences of a match: why this offer, and when both can."""
    return [sentence for values in told for sentence in _match(values)]


def _match(values: Mapping[str, Any]) -> list[str]:
    days = _("Both can between %(opens)s and %(closes)s.") % {
        "opens": formats.day(date.fromordinal(values["opens"])),
        "closes": formats.day(date.fromordinal(values["closes"])),
    }
    return [_where(values), days]


def _where(values: Mapping[str, Any]) -> str:
    if not values["metres"]:
        return _("In the same commune.")
    far = {"distance": _kilometres(values["metres"])}
    if values["key"] == "nearer_taken":
        nearer = int(values["nearer"])
        taken = ngettext(
            "%(nearer)d nearer offer is used up; this one is %(distance)s km away.",
            "%(nearer)d nearer offers are used up; this one is %(distance)s km away.",
            nearer,
        )
        return taken % {**far, "nearer": nearer}
    return _("The nearest offer that fits, %(distance)s km away.") % far


def lack(told: Mapping[str, Any]) -> str:
    """Why a need has no offer, or not enough; empty before the first round, and when nothing is lacking.

    told: for the public the key alone, since a distance from an offer would tell where the need is.
    """
    key = told.get("key", "")
    if key == "out_of_reach" and "nearest" in told:
        return _("The nearest offer of this kind is %(distance)s km away and goes %(reach)s km.") % {
            "distance": _kilometres(told["nearest"]),
            "reach": _kilometres(told["reach"]),
        }
    sentences = {
        "need_without_consent": _("Without consent it is not matched."),
        "out_of_reach": _("No offer of this kind goes so far."),
        "no_offer": _("No offer of this kind yet."),
        "no_offer_consents": _("The offers of this kind are not open to matching."),
        "no_common_time": _("The offers of this kind are for other days."),
        "all_taken": _("The offers of this kind go first to those for whom it is more urgent, or nearer."),
        "declined": _("The offers left were declined before."),
    }
    return sentences.get(str(key), "")


def skills(codes: Iterable[str]) -> list[str]:
    """The skills of a report, in words."""
    return [str(CapacityReport.Skill(code).label) for code in codes if code in CapacityReport.Skill.values]


def _kilometres(metres: int) -> str:
    return formats.number(round(metres / 1000))
