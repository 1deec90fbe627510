"""How a release was computed, number by number: its method, and one commune worked out from its figures."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from multaqa.engine import composite
from multaqa.observatory import scoring
from multaqa.observatory.models import Dimension, IndexRelease, Indicator, Score


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One indicator of a release. item: its part of the frozen method; share: of the whole index.

    measured: in how many communes. mean: to which shares are drawn; half: the n at which a figure counts as
    much as the mean. None where figures stand as they are; half is None where nothing tells communes apart.
    """

    item: dict[str, Any]
    indicator: Indicator | None
    dimension: Dimension
    inside: float
    share: float
    measured: int
    mean: float | None
    half: float | None

    @property
    def title(self) -> Any:
        return self.indicator.title if self.indicator else self.item["code"]

    @property
    def best(self) -> float:
        return posts(self.item)[0]

    @property
    def worst(self) -> float:
        return posts(self.item)[1]

    @property
    def percent(self) -> float:
        return 100 * self.share


def posts(item: dict[str, Any]) -> tuple[float, float]:
    """The figure that scores 0, and the one that scores 10."""
    ends = float(item["low"]), float(item["high"])
    return ends if item["direction"] > 0 else ends[::-1]


def ingredients(release: IndexRelease) -> list[Ingredient]:
    """The indicators of a release with the strength of their shrinkage: one statement."""
    ready = scoring.sheet(release.method, release.snapshot)
    shares = scoring.effective_weights(ready.method)
    titles = _indicators(release)
    found = []
    for item, column, share in zip(release.method["indicators"], ready.columns, shares, strict=True):
        shrunk = column.shrunk
        found.append(
            Ingredient(
                item=item,
                indicator=titles.get(item["code"]),
                dimension=Dimension(item["dimension"]),
                inside=item["weight"] / _weight_of(release, item["dimension"]),
                share=float(share),
                measured=int((~np.isnan(column.used)).sum()),
                mean=shrunk.mean * 100 if shrunk else None,
                half=_half(shrunk) if shrunk else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator of one commune, from the published figure to its part of the dimension's score.

    `normalised` times `part` is `contribution`; what is not measured has none. moved: the index less what it
    would be with the average of all ranked communes here.
    """

    title: Any
    indicator: Indicator | None
    item: dict[str, Any]
    published: float | None
    n: int | None
    compared: float | None
    used: float | None
    error: float | None
    normalised: float | None
    part: float | None
    contribution: float | None
    moved: float | None

    @property
    def best(self) -> float:
        return posts(self.item)[0]

    @property
    def worst(self) -> float:
        return posts(self.item)[1]


@dataclass(frozen=True, slots=True)
class Group:
    """A dimension of one commune: its lines add up to `score`. share: of the weight of the dimensions.

    factor: score to the power of its share, or times it; all factors multiplied, or added, give the index.
    """

    dimension: Dimension
    lines: tuple[Line, ...]
    score: float | None
    share: float
    factor: float | None


@dataclass(frozen=True, slots=True)
class Worked:
    """A commune's score worked out. score: as published; again: as the steps shown give it."""

    score: Score
    groups: tuple[Group, ...]
    again: float | None
    highest: Line | None
    ranked: int


def worked(release: IndexRelease, code: str) -> Worked | None:
    """One commune of a release step by step, without the draws; None where it has none: two statements."""
    score = Score.objects.select_related("territory").filter(release=release, territory__code=code).first()
    if score is None or code not in release.snapshot["territories"]:
        return None
    ready = scoring.sheet(release.method, release.snapshot)
    result = composite.index(values=ready.values, method=ready.method)
    row = release.snapshot["territories"].index(code)
    lines = _lines(release, ready, result, row)
    groups = tuple(
        _group(Dimension(name), lines, result, place, release, row)
        for place, (name, _weight) in enumerate(release.method["dimensions"])
    )
    ranked = [line for line in lines if line.moved is not None]
    return Worked(
        score=score,
        groups=groups,
        again=_known(result.score[row]),
        highest=max(ranked, key=lambda line: line.moved or 0.0, default=None),
        ranked=int((result.rank > 0).sum()),
    )


def _lines(release: IndexRelease, ready: scoring.Sheet, result: composite.Index, row: int) -> list[Line]:
    titles, snapshot = _indicators(release), release.snapshot
    moved = {
        reason.values["indicator"]: float(reason.values["by"])
        for reason in composite.explain(result)
        if reason.unit == row and reason.key == "moved"
    }
    normalised = result.normalised[row]
    lines = []
    for place, item in enumerate(release.method["indicators"]):
        column, code = ready.columns[place], item["code"]
        frozen = snapshot["indicators"].index(code)
        part = _part(release, item, normalised)
        score = _known(normalised[place])
        lines.append(
            Line(
                title=titles[code].title if code in titles else code,
                indicator=titles.get(code),
                item=item,
                published=snapshot["figures"][row][frozen],
                n=snapshot["n"][row][frozen],
                compared=_known(column.compared[row]),
                used=_known(column.used[row]),
                error=float(column.error[row]) or None,
                normalised=score,
                part=part if score is not None else None,
                contribution=score * part if score is not None and part is not None else None,
                moved=moved.get(code),
            )
        )
    return lines


def _part(release: IndexRelease, item: dict[str, Any], normalised: composite.Floats) -> float | None:
    """The indicator's share of its dimension's measured weight."""
    known = sum(
        other["weight"]
        for place, other in enumerate(release.method["indicators"])
        if other["dimension"] == item["dimension"] and not np.isnan(normalised[place])
    )
    return float(item["weight"] / known) if known else None


def _group(
    dimension: Dimension,
    lines: list[Line],
    result: composite.Index,
    place: int,
    release: IndexRelease,
    row: int,
) -> Group:
    weights = dict(release.method["dimensions"])
    share = weights[dimension.value] / sum(weights.values())
    score = _known(result.dimensions[row, place])
    factor = None
    if score is not None:
        factor = score**share if release.method["aggregation"] == "geometric" else score * share
    inside = tuple(line for line in lines if line.item["dimension"] == dimension.value)
    return Group(dimension, inside, score, share, factor)


def _indicators(release: IndexRelease) -> dict[str, Indicator]:
    codes = [item["code"] for item in release.method["indicators"]]
    return {item.code: item for item in Indicator.objects.filter(code__in=codes)}


def _weight_of(release: IndexRelease, dimension: str) -> float:
    return float(sum(i["weight"] for i in release.method["indicators"] if i["dimension"] == dimension))


def _half(shrunk: composite.Shrunk) -> float | None:
    """trust = between / (between + m(1-m)/n) is one half at this n."""
    return shrunk.mean * (1 - shrunk.mean) / shrunk.between if shrunk.between > 0 else None


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
