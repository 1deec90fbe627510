"""Two releases beside one another: what changed in the method, and in each commune."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from multaqa.kit import formats
from multaqa.kit.translated import Translated
from multaqa.observatory.models import Dimension, IndexRelease, Indicator, Score
from multaqa.observatory.queries.methods import posts

CHANGES = ("higher", "lower", "unclear", "none")


@dataclass(frozen=True, slots=True)
class Move:
    """One commune in both releases; a side is None where the release has no such commune.

    change: `higher` or `lower` where the two ranges do not overlap, `unclear` where they do, `none` where
    one of them has no score. ranks: places gained or lost, None where the releases rank other communes.
    """

    code: str
    title: Translated
    before: Score | None
    after: Score | None
    change: str
    shift: float | None
    ranks: int | None

    @property
    def words(self) -> str:
        return {
            "higher": pgettext("risk", "higher"),
            "lower": pgettext("risk", "lower"),
            "unclear": _("no clear change"),
            "none": _("cannot be compared"),
        }[self.change]


@dataclass(frozen=True, slots=True)
class Comparison:
    """differences: what changed in the method, a sentence each; moves: clear changes first, then by rank."""

    before: IndexRelease
    after: IndexRelease
    same_places: bool
    differences: tuple[str, ...]
    moves: tuple[Move, ...]

    @property
    def counts(self) -> dict[str, int]:
        return {change: sum(move.change == change for move in self.moves) for change in CHANGES}


def compare(before: IndexRelease, after: IndexRelease) -> Comparison:
    """What changed between two finished releases: two statements."""
    same = before.root_id == after.root_id
    sides: dict[str, dict[int, Score]] = {"before": {}, "after": {}}
    for score in Score.objects.filter(release__in=[before, after]).select_related("territory"):
        sides["before" if score.release_id == before.pk else "after"][score.territory_id] = score
        if before.pk == after.pk:
            sides["before"][score.territory_id] = score
    both = {**sides["before"], **sides["after"]}
    moves = [
        _move(score, sides["before"].get(place), sides["after"].get(place), same)
        for place, score in both.items()
    ]
    moves.sort(key=_order)
    return Comparison(before, after, same, tuple(_differences(before, after)), tuple(moves))


def _move(either: Score, before: Score | None, after: Score | None, same: bool) -> Move:
    place = either.territory
    if before is None or after is None or before.score is None or after.score is None:
        return Move(place.code, place.title, before, after, "none", None, None)
    change = "unclear"
    if before.high is not None and after.low is not None and after.low > before.high:
        change = "higher"
    elif before.low is not None and after.high is not None and after.high < before.low:
        change = "lower"
    ranks = before.rank - after.rank if same and before.rank and after.rank else None
    return Move(place.code, place.title, before, after, change, after.score - before.score, ranks)


def _order(move: Move) -> tuple[bool, int, str]:
    rank = move.after.rank if move.after and move.after.rank else 10**6
    return move.change not in ("higher", "lower"), rank, move.code


def _differences(before: IndexRelease, after: IndexRelease) -> Iterator[str]:
    if before.root_id != after.root_id:
        yield _("The two compare other communes: their ranks say nothing of one another.")
    if before.snapshot_hash == after.snapshot_hash:
        yield _("Both read the same figures.")
    yield from _of_the_mean(before.method, after.method)
    yield from _of_dimensions(before.method, after.method)
    yield from _of_indicators(before.method, after.method)
    yield from _of_draws(before.method, after.method)
    if before.code_version != after.code_version:
        yield _("Computed by version %(before)s and by version %(after)s of the platform.") % {
            "before": _isolated(before.code_version),
            "after": _isolated(after.code_version),
        }


def _of_the_mean(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if before["aggregation"] != after["aggregation"]:
        if after["aggregation"] == "geometric":
            yield _("Dimensions made up for one another before; now a bad one is not made up for.")
        else:
            yield _("A bad dimension was not made up for before; now dimensions make up for one another.")
    sources = [_source(method) for method in (before, after)]
    if sources[0] != sources[1]:
        yield _("The weights come from elsewhere: %(before)s, then %(after)s.") % {
            "before": sources[0],
            "after": sources[1],
        }


def _source(method: dict[str, Any]) -> str:
    source = method.get("weights_from")
    if not source:
        return _("the council’s choice")
    return _("the consultation “%(title)s”") % {"title": Translated(source["title"])}


def _of_dimensions(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    shares = [_shares(method) for method in (before, after)]
    for dimension in Dimension:
        one, other = (side.get(dimension.value) for side in shares)
        if one is None and other is not None:
            yield _("%(name)s is new in the index.") % {"name": dimension.label}
        elif other is None and one is not None:
            yield _("%(name)s is no longer in the index.") % {"name": dimension.label}
        elif one is not None and other is not None and abs(one - other) > 0.0005:
            yield _("%(name)s weighs %(after)s of the index instead of %(before)s.") % {
                "name": dimension.label,
                "before": _percent(one),
                "after": _percent(other),
            }


def _shares(method: dict[str, Any]) -> dict[str, float]:
    total = sum(weight for _name, weight in method["dimensions"])
    return {name: weight / total for name, weight in method["dimensions"]}


def _of_indicators(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    one, other = ({item["code"]: item for item in method["indicators"]} for method in (before, after))
    titles = _titles({*one, *other})
    for sentence, codes in (
        (_("New indicators: %(names)s."), [code for code in other if code not in one]),
        (_("Indicators no longer used: %(names)s."), [code for code in one if code not in other]),
    ):
        if codes:
            yield sentence % {"names": _(", ").join(titles[code] for code in codes)}
    for code in other:
        if code in one:
            yield from _of_one(titles[code], one[code], other[code])


def _of_one(title: str, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    if one["year"] != other["year"]:
        yield _("%(name)s: figures of %(after)s instead of %(before)s.") % {
            "name": title, "before": _isolated(one["year"]), "after": _isolated(other["year"]),
        }  # fmt: skip
    if one["weight"] != other["weight"]:
        yield _("%(name)s: weight %(after)s instead of %(before)s.") % {
            "name": title, "before": _number(one["weight"]), "after": _number(other["weight"]),
        }  # fmt: skip
    if (one["low"], one["high"], one["direction"]) != (other["low"], other["high"], other["direction"]):
        yield _("%(name)s: goalposts %(after)s instead of %(before)s.") % {
            "name": title,
            "before": _isolated(_posts(one)),
            "after": _isolated(_posts(other)),
        }
    if one["dimension"] != other["dimension"]:
        yield _("%(name)s moved to %(dimension)s.") % {
            "name": title, "dimension": Dimension(other["dimension"]).label,
        }  # fmt: skip


def _of_draws(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    if before["draws"] != after["draws"]:
        yield _("Ranges come from %(after)s draws instead of %(before)s.") % {
            "before": _number(before["draws"]), "after": _number(after["draws"]),
        }  # fmt: skip
    if before["confidence"] != after["confidence"]:
        yield _("Ranges hold %(after)s of the draws instead of %(before)s.") % {
            "before": _percent(before["confidence"]), "after": _percent(after["confidence"]),
        }  # fmt: skip


def _titles(codes: set[str]) -> dict[str, str]:
    found = {item.code: str(item.title) for item in Indicator.objects.filter(code__in=codes)}
    return {code: found.get(code, code) for code in codes}


def _posts(item: dict[str, Any]) -> str:
    best, worst = posts(item)
    return f"{formats.number(best, 1)} – {formats.number(worst, 1)}"


def _number(value: float) -> str:
    return _isolated(formats.number(value, 0 if float(value).is_integer() else 2))


def _percent(share: float) -> str:
    return _isolated(formats.percent(100 * share))


def _isolated(text: object) -> str:
    return f"\u2068{text}\u2069"
