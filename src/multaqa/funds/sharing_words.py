"""A sharing by formula as its page and its table tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from multaqa.engine.envelopes import EnvelopeError
from multaqa.funds.sharing import NEED, POPULATION, Asked, Row, Shares
from multaqa.kit import formats
from multaqa.kit.money import Money, scale
from multaqa.observatory.models import Score
from multaqa.territories.models import Population, Territory

MISSING = {
    "refuse": gettext_lazy("nothing yet: stop and name the commune"),
    "mean": gettext_lazy("the mean of the measured communes"),
    "nothing": gettext_lazy("no part of that criterion"),
}
BOUNDS = {
    "": "",
    "floor": pgettext_lazy("limit", "least amount"),
    "cap": pgettext_lazy("limit", "greatest amount"),
    "hold_harmless": pgettext_lazy("limit", "yearly change"),
}
_FIELDS = {
    "base_too_high": "base",
    "no_weight": "population",
    "not_measured": "missing",
    "odd_total": "step",
    "bounds_cross": "floor",
    "floors_too_high": "floor",
    "caps_too_low": "cap",
    "nobody_left": "cap",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, in words; an empty text where a figure was not measured. few: need is known but
    rests on too few households. took: for a criterion that was not measured here, what was taken for it.
    """

    place: Territory
    people: str
    need: str
    few: bool
    rank: str
    base: str
    population_part: str
    need_part: str
    took_population: str
    took_need: str
    sharing: str
    bound: str
    by: str
    rounding: str
    amount: str
    per_resident: str


def fault(wrong: EnvelopeError, asked: Asked) -> str:
    """The field of the form to which a refusal belongs."""
    if wrong.key == "empty_criterion":
        return NEED if wrong.values["criterion"] == NEED else POPULATION
    if wrong.key == "floors_too_high" and not asked.floor:
        return "fall"
    if wrong.key == "caps_too_low" and asked.cap is None:
        return "rise"
    return _FIELDS.get(wrong.key, "total")


def lines(shares: Shares) -> list[Line]:
    """The communes, in the order of their codes."""
    return [_line(row, shares) for row in shares.rows]


def totals(shares: Shares) -> dict[str, str]:
    """The last line of the table."""
    asked, sums = shares.asked, shares.total
    said = {name: formats.amount(value, asked.currency) for name, value in sums.items()}
    people = sums["people"]
    return said | {
        "people": formats.number(people) if people else "",
        "per_resident": _each(Fraction(sums["amount"], people), asked)
        if people and not shares.uncounted
        else "",
    }


def formula(shares: Shares) -> list[tuple[str, str]]:
    """The formula, each part with its name: what a printed page must carry."""
    asked = shares.asked

    def money(minor: int) -> str:
        return str(Money(minor, asked.currency))

    told = [
        (_("Total"), money(asked.total)),
        (_("Base of each commune"), money(asked.base)),
        (_("Weight of the population"), formats.number(asked.population)),
        (_("Weight of need"), formats.number(asked.need)),
    ]
    if asked.floor:
        told.append((_("Least of each commune"), money(asked.floor)))
    if asked.cap is not None:
        told.append((_("Most of each commune"), money(asked.cap)))
    if asked.fall is not None:
        label = _("Greatest fall since %(year)s") % {"year": asked.last_year}
        told.append((label, formats.percent(asked.fall, 0)))
    if asked.rise is not None:
        label = _("Greatest rise since %(year)s") % {"year": asked.last_year}
        told.append((label, formats.percent(asked.rise, 0)))
    return [
        *told,
        (_("Rounded to"), money(asked.step)),
        (_("“Not measured” counts as"), str(MISSING[asked.missing])),
    ]


def proportion(shares: Shares) -> list[str]:
    """How far the amounts are from proportion, in sentences."""
    told = []
    if (found := shares.gini[POPULATION]) is not None:
        told.append(
            _(
                "Against the population the distance is %(gini)s: 0 would give every resident the same, near "
                "1 all would go to the communes with the fewest residents (Gini)."
            )
            % {"gini": formats.number(found, 2)}
        )
    if (pair := shares.extremes) is not None:
        told.append(
            _("Per resident, %(most)s gets most (%(much)s) and %(least)s least (%(little)s).")
            % {
                "most": _isolated(pair[0].place.title),
                "much": _isolated(_with_unit(pair[0], shares.asked)),
                "least": _isolated(pair[1].place.title),
                "little": _isolated(_with_unit(pair[1], shares.asked)),
            }
        )
    if (found := shares.gini[NEED]) is not None:
        told.append(
            _("Against need times residents the distance is %(gini)s.") % {"gini": formats.number(found, 2)}
        )
    if shares.uncounted:
        told.append(_("Communes whose residents were not counted are left out of these comparisons."))
    return told


def census(shares: Shares) -> str:
    """Which count of people was used; empty where there was none."""
    if shares.figures.census is None:
        return ""
    year, kind = shares.figures.census
    return _("%(kind)s, census of %(year)s") % {"kind": Population.Kind(kind).label, "year": year}


def table(shares: Shares) -> tuple[list[str], Iterator[list[Any]]]:
    """The sharing as a spreadsheet: one row a commune, the total, then the formula and its sources."""
    head = [
        _("Code"), _("Commune"), _("Residents"), _("Need"), _("Rank"), _("Status of need"), _("Base"),
        _("By population"), _("By need"), _("Others' limits"), _("Own limit"), _("Which limit"),
        _("Rounding"), _("Amount"), _("Per resident"), _("Awards to compare with"),
    ]  # fmt: skip
    return head, _cells(shares)


def _cells(shares: Shares) -> Iterator[list[Any]]:
    unit = scale(shares.asked.currency)

    def money(minor: int | None) -> Any:
        return "" if minor is None else Decimal(minor) / unit

    for row in shares.rows:
        part, score = row.part, row.score
        yield [
            row.place.code,
            str(row.place.title),
            "" if row.people is None else row.people,
            "" if score is None or score.score is None else round(score.score, 2),
            "" if score is None or score.rank is None else score.rank,
            _status(row),
            money(part.base),
            money(row.parts.get(POPULATION, 0)),
            money(row.parts.get(NEED, 0)),
            money(part.sharing),
            money(part.bound),
            str(BOUNDS[part.by]),
            money(part.rounding),
            money(part.amount),
            "" if row.per_resident is None else money(round(row.per_resident)),
            money(row.last),
        ]
    sums = {name: money(value) for name, value in shares.total.items()}
    yield [
        "", _("Total"), shares.total["people"], "", "", "", sums["base"], sums[POPULATION], sums[NEED],
        sums["sharing"], sums["bound"], "", sums["rounding"], sums["amount"], "", "",
    ]  # fmt: skip
    yield []
    yield from ([label, value] for label, value in formula(shares))
    yield [_("Population"), census(shares)]
    if shares.figures.release:
        yield [_("Index of need"), str(shares.figures.release.title), shares.figures.release.snapshot_hash]


def _line(row: Row, shares: Shares) -> Line:
    asked, part, score = shares.asked, row.part, row.score

    def money(minor: int) -> str:
        return formats.amount(minor, asked.currency)

    def took(criterion: str) -> str:
        if criterion not in part.guessed:
            return ""
        return pgettext("not measured", "mean taken") if asked.missing == "mean" else _("no part")

    figure = None if score is None else score.score
    return Line(
        place=row.place,
        people="" if row.people is None else formats.number(row.people),
        need="" if figure is None else formats.number(figure, 1),
        few=score is not None and score.status == Score.Status.SUPPRESSED,
        rank=_rank(row),
        base=money(part.base),
        population_part=money(row.parts.get(POPULATION, 0)),
        need_part=money(row.parts.get(NEED, 0)),
        took_population=took(POPULATION),
        took_need=took(NEED),
        sharing=money(part.sharing),
        bound=money(part.bound),
        by=str(BOUNDS[part.by]),
        rounding=money(part.rounding),
        amount=money(part.amount),
        per_resident="" if row.per_resident is None else _each(row.per_resident, asked),
    )


def _status(row: Row) -> str:
    return _("not measured") if row.score is None else str(row.score.get_status_display())


def _rank(row: Row) -> str:
    score = row.score
    if score is None or score.rank is None:
        return ""
    values = {"rank": score.rank, "low": score.rank_low, "high": score.rank_high}
    if score.rank_low is None or score.rank_low == score.rank_high:
        return _("rank %(rank)s") % values
    return _("rank %(rank)s, between %(low)s and %(high)s") % values


def _each(minor: Fraction, asked: Asked) -> str:
    """An amount per resident, to the centime."""
    unit = scale(asked.currency)
    return formats.number(round(minor) / unit, len(str(unit)) - 1)


def _with_unit(row: Row, asked: Asked) -> str:
    each = _each(row.per_resident or Fraction(0), asked)
    return f"{each}{formats.NBSP}{formats.unit_name(asked.currency)}"


def _isolated(text: Any) -> str:
    # so that a name in another script does not turn the sentence around
    return f"\u2068{text}\u2069"
