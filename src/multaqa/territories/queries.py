"""Reads of the territory tree, its counts, and the rules of law in force on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Subquery

from multaqa.kit import clock
from multaqa.territories.models import LegalRule, Population, RegionPack, Territory

HUNDRED = 100


def home_pack() -> RegionPack | None:
    """The region this installation serves, with its root; None before a pack is loaded."""
    return RegionPack.objects.select_related("root", "country").first()


def within(root: Territory, level: str) -> QuerySet[Territory]:
    """The territories of one level at or below `root`: one statement."""
    inside = Q(pk=root.pk) | Q(parent=root) | Q(parent__parent=root) | Q(parent__parent__parent=root)
    return Territory.objects.filter(inside, level=level)


def communes(root: Territory) -> QuerySet[Territory]:
    """The communes of `root`, by code."""
    return within(root, str(Territory.Level.COMMUNE))


def home_places() -> QuerySet[Territory]:
    """The region this platform serves, its provinces and its communes: what forms offer.

    One statement, not run before it is read, so that a form's class may hold it.
    """
    root = Subquery(RegionPack.objects.values("root")[:1])
    return Territory.objects.filter(
        Q(pk=root) | Q(parent=root) | Q(parent__parent=root) | Q(parent__parent__parent=root)
    )


def population(territory: Territory, year: int, kind: str) -> int | None:
    """What one census counted; None where it did not count, which is not zero."""
    return (
        Population.objects.filter(territory=territory, year=year, kind=kind)
        .values_list("count", flat=True)
        .first()
    )


def rules_in_force(on: date) -> QuerySet[LegalRule]:
    """The rules that apply on a day, latest first. Without a starting date none applies to a past day."""
    started = Q(valid_from__lte=on)
    if on >= clock.today():
        started |= Q(valid_from__isnull=True)
    ended = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    return LegalRule.objects.filter(started & ended).order_by("key", "-valid_from")


def rule(key: str, on: date) -> LegalRule | None:
    """The rule of this key in force on a day."""
    return rules_in_force(on).filter(key=key).first()


def rule_that_sets(what: str, level: str, on: date) -> LegalRule | None:
    """The rule in force that decides `what` (such as signature_threshold) for councils of a level."""
    return _rules_that_set([what], level, on).get(what)


def _rules_that_set(what: list[str], level: str, on: date) -> dict[str, LegalRule]:
    found: dict[str, LegalRule] = {}
    for law in rules_in_force(on).filter(sets__in=what):
        if level in (law.level, *law.parameters.get("levels", ())):
            found.setdefault(law.sets, law)
    return found


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many signatures a local petition needs, and everything a reader must know to trust the number."""

    signatures: int
    rule: LegalRule
    population: int
    census: int
    residents: int | None
    least_per_province: int
    provinces: tuple[Territory, ...]
    spread_rule: LegalRule | None

    @property
    def share(self) -> float | None:
        """The signatures in percent of the people who really live there."""
        return self.signatures / self.residents * HUNDRED if self.residents else None

    @property
    def exceeds_residents(self) -> bool:
        return self.residents is not None and self.signatures > self.residents


def signature_threshold(
    territory: Territory, on: date, counted: Iterable[Population] | None = None
) -> Threshold | None:
    """The signatures a petition to this territory's council needs on a day.

    counted: its populations, where they are at hand; they spare a statement. None when no rule sets it or no
    census counted the place. Source: the pack's rules that set `signature_threshold` and `signature_spread`;
    the legal population of the census in force.
    """
    laws = _rules_that_set(["signature_threshold", "signature_spread"], territory.level, on)
    law, spread = laws.get("signature_threshold"), laws.get("signature_spread")
    kinds = [Population.Kind.LEGAL, Population.Kind.MUNICIPAL]
    if counted is None:
        counted = Population.objects.filter(territory=territory, kind__in=kinds)
    counts = {(row.year, row.kind): row.count for row in counted}
    census = max((year for year, kind in counts if kind == kinds[0] and year < on.year), default=None)
    if law is None or census is None:
        return None
    people = counts[census, kinds[0]]
    needed = _signatures(law, people, territory.arrondissements)
    return Threshold(
        signatures=needed,
        rule=law,
        population=people,
        census=census,
        residents=counts.get((census, kinds[1])),
        least_per_province=-(-needed * int(spread.parameters["share_percent"]) // HUNDRED) if spread else 0,
        provinces=tuple(within(territory, str(Territory.Level.PROVINCE))) if spread else (),
        spread_rule=spread,
    )


def _signatures(law: LegalRule, people: int, arrondissements: int) -> int:
    if arrondissements and "with_arrondissements" in law.parameters:
        return int(law.parameters["with_arrondissements"])
    reached = [step for step in law.parameters["brackets"] if people >= step["at_least"]]
    return int(max(reached, key=lambda step: step["at_least"])["signatures"])
