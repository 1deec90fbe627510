"""The all-hazards register and the branches of social protection, each with what measures it."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from multaqa.kit.translated import Translated
from multaqa.observatory.models import Branch, Hazard, Indicator, Scheme


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster of one type with its hazards."""

    title: Translated
    hazards: tuple[Hazard, ...]

    @property
    def measured(self) -> int:
        """How many of them an indicator measures."""
        return sum(bool(hazard.indicators.all()) for hazard in self.hazards)


def hazard_types() -> list[tuple[str, Translated]]:
    """The types of hazards by code."""
    return list(Hazard.objects.order_by("type").values_list("type", "type_title").distinct())


def hazard_groups(kind: str = "") -> list[Group]:
    """The hazards of a type (without one: the first) by cluster, with the indicators that measure them.

    Two statements, a third of the register at most.
    """
    found = Hazard.objects.prefetch_related("indicators").order_by("cluster", "code")
    if not kind:
        first = Hazard.objects.order_by("type").values("type")[:1]
        found = found.filter(type__in=first)
    else:
        found = found.filter(type=kind)
    groups: dict[str, list[Hazard]] = {}
    for hazard in found:
        groups.setdefault(hazard.cluster, []).append(hazard)
    return [Group(hazards[0].cluster_title, tuple(hazards)) for hazards in groups.values()]


def branches() -> QuerySet[Branch]:
    """The nine branches with their schemes and the indicators that speak of them: three statements."""
    return Branch.objects.prefetch_related(
        Prefetch("schemes", Scheme.objects.order_by("position")),
        Prefetch("indicators", Indicator.objects.order_by("position")),
    )
