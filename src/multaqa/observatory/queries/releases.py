"""The releases of the index and what each says of the communes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.observatory import scoring
from multaqa.observatory.models import Dimension, IndexRelease, Score
from multaqa.territories.models import RegionPack, Territory

SILENT_FOR = timedelta(minutes=2)


def releases() -> QuerySet[IndexRelease]:
    """Every release without its figures, newest first."""
    return IndexRelease.objects.select_related("root").defer("snapshot")


def finished_releases() -> QuerySet[IndexRelease]:
    """Enough of them to compare: the fifty newest."""
    return releases().filter(state=IndexRelease.State.READY)[:50]


def home_releases() -> QuerySet[IndexRelease]:
    """The finished releases of the home region, newest first; the national ones are not among them."""
    home = RegionPack.objects.order_by("pk").values("root")[:1]
    return releases().filter(state=IndexRelease.State.READY, root=Subquery(home))


def latest_release() -> IndexRelease | None:
    return home_releases().first()


def scores_of(release: IndexRelease | None = None) -> list[Score]:
    """The scores of a release, else of the latest of the home region; highest risk first, no rank last: one
    statement.
    """
    found = Score.objects.select_related("release", "territory", "territory__boundary").defer(
        "release__snapshot"
    )
    newest = home_releases().order_by("-number").values("pk")[:1]
    return list(found.filter(release=release if release else Subquery(newest)))


def latest_scores() -> list[Score]:
    """What the latest release says of each commune; empty before any release."""
    return scores_of()


def earlier_release(release: IndexRelease) -> IndexRelease | None:
    """The finished release of the same places before this one."""
    before = releases().filter(
        state=IndexRelease.State.READY, root=release.root_id, number__lt=release.number
    )
    return before.first()


def silent_releases() -> QuerySet[IndexRelease]:
    """Releases whose computation has given no sign for two minutes: its worker may have been killed."""
    return releases().filter(state=IndexRelease.State.COMPUTING, heard_at__lt=clock.now() - SILENT_FOR)


def is_silent(release: IndexRelease) -> bool:
    return release.state == IndexRelease.State.COMPUTING and release.heard_at < clock.now() - SILENT_FOR


def ranking(
    release: IndexRelease, *, milieu: str = "", order: str = "rank", language: str = "ar"
) -> QuerySet[Score]:
    """The scores of a release, filtered and sorted by the database; unranked communes come last."""
    found = Score.objects.filter(release=release).select_related("territory")
    if milieu in Territory.Milieu.values:
        found = found.filter(territory__milieu=milieu)
    if order == "name":
        own = Coalesce(KT(f"territory__title__{language}"), KT("territory__title__ar"))
        return found.order_by(own, "territory__code")
    return found


def dimension_weights(release: IndexRelease) -> list[tuple[Any, float | None]]:
    """Each dimension and its weight in a release; None where the release had no figure for it."""
    weights = dict(release.method["dimensions"])
    return [(dimension, weights.get(dimension.value)) for dimension in Dimension]


@dataclass(frozen=True, slots=True)
class Side:
    """The mean of the communes in which a group was measured, each counting by its households."""

    label: Any
    score: float | None
    communes: int
    households: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Women, men, town and country beside one another; of: a dimension, or None for the whole index."""

    of: Any
    sides: tuple[Side, Side, Side, Side]


def gaps(release: IndexRelease) -> list[Beside]:
    """Women beside men, and town beside country, in the index and in each dimension: one statement.

    Women and men are compared in the communes where both were measured. A commune that is not split by town
    and country stands on the side on which the census puts it.
    """
    columns = ("score", "dimensions", "splits", "n_households", "territory__milieu")
    rows = list(Score.objects.filter(release=release, status="measured").values_list(*columns))
    used = dict(release.method["dimensions"])
    wanted: list[Any] = [None, *(item for item in Dimension if item.value in used)]
    return [Beside(of, (*_sexes(rows, of), *_milieus(rows, of))) for of in wanted]


def _sexes(rows: list[tuple[Any, ...]], of: Any) -> tuple[Side, Side]:
    pairs = [
        (_part(splits.get("female"), of), _part(splits.get("male"), of), households)
        for _score, _dimensions, splits, households, _milieu in rows
    ]
    both = [pair for pair in pairs if pair[0] is not None and pair[1] is not None]
    women = _side(_("Women"), ((one, households) for one, _other, households in both))
    return women, _side(_("Men"), ((other, households) for _one, other, households in both))


def _milieus(rows: list[tuple[Any, ...]], of: Any) -> tuple[Side, Side]:
    sides: dict[str, list[tuple[float | None, int | None]]] = {"urban": [], "rural": []}
    for score, dimensions, splits, households, milieu in rows:
        own = {side: _part(splits.get(side), of) for side in sides}
        if any(part is not None for part in own.values()):
            for side, part in own.items():
                sides[side].append((part, households))
        elif milieu in sides:
            sides[milieu].append((score if of is None else dimensions.get(of.value), households))
    return _side(_("Town"), sides["urban"]), _side(_("Countryside"), sides["rural"])


def _part(split: dict[str, Any] | None, of: Any) -> float | None:
    if not split:
        return None
    found = split["score"] if of is None else split["dimensions"].get(of.value)
    return None if found is None else float(found)


def _side(label: Any, parts: Iterable[tuple[float | None, int | None]]) -> Side:
    known = [(score, households) for score, households in parts if score is not None and households]
    total = sum(households for _score, households in known)
    mean = sum(score * households for score, households in known) / total if total else None
    return Side(label, mean, len(known), total)


def document(release: IndexRelease) -> dict[str, Any]:
    """Everything needed to compute a release again, and what it found, as `multaqa index --snapshot` reads
    it: one statement.
    """
    columns = ["status", "share_missing", "n_households", "score", "low", "high", "dimensions", "rank"]
    columns += ["rank_low", "rank_high", "splits"]
    places = {code: row for row, code in enumerate(release.snapshot["territories"])}
    rows = Score.objects.filter(release=release).order_by().values("territory__code", *columns)
    scores = [{"territory": row.pop("territory__code"), **row} for row in rows]
    return {
        "release": release.number,
        "title": dict(release.title),
        "root": release.root.code,
        "released_at": release.released_at.isoformat(timespec="seconds"),
        "code_version": release.code_version,
        "method": release.method,
        "snapshot": release.snapshot,
        "snapshot_hash": release.snapshot_hash,
        "seed": scoring.seed_of(release.snapshot_hash),
        "scores": sorted(scores, key=lambda row: places[row["territory"]]),
        "result_hash": release.result_hash,
    }
