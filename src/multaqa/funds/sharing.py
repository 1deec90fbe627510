"""What would a formula give each commune? An envelope shared by base, population and need, row by row.

Figures are read from the territories, the latest index and the register of awards; nothing is written. Money
is in minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isnan

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from multaqa.engine.envelopes import (
    Bounds,
    Criterion,
    EnvelopeError,
    Envelopes,
    Fault,
    Missing,
    Part,
    check,
    explain,
    gini,
    share,
)
from multaqa.funds.models import Award
from multaqa.kit.money import Money
from multaqa.observatory.models import IndexRelease, Score
from multaqa.observatory.queries import scores_of
from multaqa.territories.models import Population, Territory
from multaqa.territories.queries import communes

POPULATION, NEED = "population", "need"
_AMOUNTS = {"high", "left", "low", "needed", "over", "room", "short", "step", "total"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The formula. Amounts in minor units; weights relative to their sum; fall and rise in percent of what
    was awarded in `last_year`; missing: what a figure that was not measured means.
    """

    total: int
    currency: str
    base: int = 0
    population: int = 0
    need: int = 0
    floor: int = 0
    cap: int | None = None
    last_year: int | None = None
    fall: int | None = None
    rise: int | None = None
    step: int = 1
    missing: Missing = "refuse"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the communes. census: year and kind of the count of people, None where none is
    stored. release: the index that `scores` come from.
    """

    communes: tuple[Territory, ...]
    people: dict[int, int]
    census: tuple[int, str] | None
    scores: dict[int, Score]
    release: IndexRelease | None
    last: dict[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One commune. part: its amount as a sum. per_resident: minor units, None where nobody counted them."""

    place: Territory
    people: int | None
    score: Score | None
    last: int | None
    part: Part
    per_resident: Fraction | None

    @property
    def parts(self) -> dict[str, int]:
        return dict(self.part.parts)

    @property
    def unmeasured(self) -> bool:
        return self.people is None or self.score is None or self.score.score is None


@dataclass(frozen=True, slots=True)
class Shares:
    """The formula carried out. gini: criterion → distance from proportion (0 to 1), None where there is
    nothing to compare. uncounted: communes left out of a comparison for want of a figure.
    """

    asked: Asked
    figures: Figures
    rows: tuple[Row, ...]
    gini: dict[str, float | None]
    uncounted: int
    faults: tuple[Fault, ...]

    @property
    def total(self) -> dict[str, int]:
        """The sum of each column."""
        parts = [row.part for row in self.rows]
        return {
            "people": sum(self.figures.people.values()),
            "base": sum(part.base for part in parts),
            **{name: sum(row.parts.get(name, 0) for row in self.rows) for name in (POPULATION, NEED)},
            "sharing": sum(part.sharing for part in parts),
            "bound": sum(part.bound for part in parts),
            "rounding": sum(part.rounding for part in parts),
            "amount": sum(part.amount for part in parts),
        }

    @property
    def extremes(self) -> tuple[Row, Row] | None:
        """The communes with the most and the least per resident; None when fewer than two can be compared."""
        known = sorted(
            (row for row in self.rows if row.per_resident is not None),
            key=lambda row: row.per_resident or Fraction(0),
        )
        return (known[-1], known[0]) if len(known) > 1 else None


def figures(root: Territory, currency: str, last_year: int | None) -> Figures:
    """What is known of the communes of a region: at most four statements."""
    places = tuple(communes(root))
    census, people = _people(places)
    scores = {score.territory_id: score for score in scores_of()}
    release = next((score.release for score in scores.values()), None)
    last = awarded(places, currency, last_year) if last_year else {}
    return Figures(places, people, census, scores, release, last)


def awarded(places: Sequence[Territory], currency: str, year: int) -> dict[int, int]:
    """Minor units awarded in a year to initiatives in each commune; one without an award is absent."""
    found = Award.objects.filter(
        awarded_on__year=year, currency=currency, application__territory__in=places
    ).order_by()
    return dict(found.values_list("application__territory").annotate(sum=Sum("amount")))


def years_of_awards(root: Territory, currency: str) -> list[int]:
    """The years in which something was awarded to a commune, newest first."""
    found = Award.objects.filter(currency=currency, application__territory__in=communes(root))
    return [day.year for day in found.dates("awarded_on", "year", order="DESC")]


def share_out(asked: Asked, known: Figures) -> Shares:
    """The total shared among the communes. Raises EnvelopeError where the formula leaves no answer."""
    criteria = [
        made
        for made in (_population(asked, known), _need(asked, known))
        if made.weight  # a criterion without weight is not asked for its figures
    ]
    last = tuple(known.last.get(place.pk) for place in known.communes)
    shared = share(
        # codes, so that a tie is broken alike in every language
        [place.code for place in known.communes],
        total=asked.total,
        criteria=criteria,
        base=asked.base,
        bounds=Bounds(
            floor=asked.floor,
            cap=asked.cap,
            last=last if asked.last_year else None,
            fall=None if asked.fall is None else asked.fall / 100,
            rise=None if asked.rise is None else asked.rise / 100,
        ),
        step=asked.step,
        missing=asked.missing,
    )
    rows = tuple(
        _row(place, part, known) for place, part in zip(known.communes, explain(shared), strict=True)
    )
    spread, uncounted = _spread(shared, known)
    return Shares(asked, known, rows, spread, uncounted, check(shared))


def in_words(wrong: EnvelopeError, known: Figures, currency: str) -> EnvelopeError:
    """The engine's refusal with the names of communes and criteria, and amounts in currency."""
    names = {place.code: f"\u2068{place.title}\u2069" for place in known.communes}
    criteria = {POPULATION: _("population"), NEED: pgettext("criterion", "need")}
    values: dict[str, object] = {}
    for key, value in wrong.values.items():
        if key in _AMOUNTS and isinstance(value, int):
            values[key] = f"\u2068{Money(value, currency)}\u2069"
        elif key == "territory":
            values[key] = names.get(str(value), value)
        else:
            values[key] = criteria.get(str(value), value) if key == "criterion" else value
    return EnvelopeError(wrong.key, wrong.template, **values)


def _people(places: Sequence[Territory]) -> tuple[tuple[int, str] | None, dict[int, int]]:
    """Who lives in each commune by the latest census: the residents, or the legal population where it
    published no other; the two are never mixed.
    """
    kinds = [Population.Kind.MUNICIPAL, Population.Kind.LEGAL]
    counted = list(Population.objects.filter(territory__in=places, kind__in=kinds))
    latest = max((row.year for row in counted), default=None)
    for kind in kinds:
        people = {row.territory_id: row.count for row in counted if (row.year, row.kind) == (latest, kind)}
        if people and latest is not None:
            return (latest, str(kind)), people
    return None, {}


def _population(asked: Asked, known: Figures) -> Criterion:
    values = tuple(_float(known.people.get(place.pk)) for place in known.communes)
    return Criterion(POPULATION, asked.population, values)


def _need(asked: Asked, known: Figures) -> Criterion:
    """Need per head times people. Where nobody counted the people, need cannot be measured either."""
    mean = sum(known.people.values()) / max(1, len(known.people))
    scores = [known.scores.get(place.pk) for place in known.communes]
    values = tuple(
        score.score if score is not None and place.pk in known.people else None
        for place, score in zip(known.communes, scores, strict=True)
    )
    times = tuple(float(known.people.get(place.pk, mean)) for place in known.communes)
    return Criterion(NEED, asked.need, values, times)


def _row(place: Territory, part: Part, known: Figures) -> Row:
    people = known.people.get(place.pk)
    return Row(
        place=place,
        people=people,
        score=known.scores.get(place.pk),
        last=known.last.get(place.pk),
        part=part,
        per_resident=Fraction(part.amount, people) if people else None,
    )


def _spread(shared: Envelopes, known: Figures) -> tuple[dict[str, float | None], int]:
    """The Gini of the amounts against people, and against need × people, over the communes measured."""
    people, need, spread = [], [], {}
    for place, amount in zip(known.communes, shared.amounts, strict=True):
        counted = known.people.get(place.pk)
        score = known.scores.get(place.pk)
        if counted is not None:
            people.append((amount, float(counted)))
            if score is not None and score.score is not None:
                need.append((amount, counted * score.score))
    for name, pairs in ((POPULATION, people), (NEED, need)):
        found = gini([amount for amount, _owed in pairs], [owed for _amount, owed in pairs])
        spread[name] = None if isnan(found) else found
    return spread, len(known.communes) - len(people)


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
