"""From frozen figures and a method to the scores of a release: the same on every machine, without a database.

`method` and `snapshot` are those of an `IndexRelease`; `queries.inputs` and `actions.releases` make them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import rfc8785

from multaqa.engine import composite
from multaqa.engine.composite import Floats

DECIMALS = 6
GROUPS = ("female", "male", "urban", "rural")
Progress = Callable[[int, int], None]
Row = dict[str, Any]


def fingerprint(content: Any) -> str:
    """SHA-256 of the canonical JSON (RFC 8785), in hexadecimal."""
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def seed_of(snapshot_hash: str) -> int:
    """The figures themselves choose the draws, so that anybody draws the same."""
    return int(snapshot_hash[:12], 16)


@dataclass(frozen=True, slots=True)
class Column:
    """One indicator before it is scored; arrays over the territories, NaN where not measured.

    compared: the published figure after its denominator. used: after shrinkage. shrunk: None where the
    figures stand as they are.
    """

    compared: Floats
    used: Floats
    error: Floats
    shrunk: composite.Shrunk | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of a release, ready to be scored."""

    method: composite.Method
    columns: tuple[Column, ...]

    @property
    def values(self) -> Floats:
        return np.column_stack([column.used for column in self.columns])

    @property
    def error(self) -> Floats:
        return np.column_stack([column.error for column in self.columns])


def method_of(method: Mapping[str, Any]) -> composite.Method:
    """The engine's method that a release describes."""
    return composite.Method(
        indicators=tuple(
            composite.Indicator(i["code"], i["dimension"], i["direction"], i["low"], i["high"], i["weight"])
            for i in method["indicators"]
        ),
        dimensions=tuple((name, weight) for name, weight in method["dimensions"]),
        aggregation=method["aggregation"],
        least_share=method["least_share"],
        draws=method["draws"],
        weight_spread=method["weight_spread"],
        confidence=method["confidence"],
    )


def sheet(method: Mapping[str, Any], snapshot: Mapping[str, Any]) -> Sheet:
    """Denominators and shrinkage. Raises CompositeError for shares that are none."""
    figures, counts, errors = (_grid(method, snapshot, snapshot[name]) for name in ("figures", "n", "errors"))
    return Sheet(
        method_of(method),
        tuple(
            _column(item, figures[:, place], counts[:, place], errors[:, place], snapshot)
            for place, item in enumerate(method["indicators"])
        ),
    )


def effective_weights(method: composite.Method) -> Floats:
    """(indicators,): the share of the whole index that hangs on each; they add up to 1."""
    return composite.effective_weights(composite.plan_of(method))[: len(method.indicators)]


def compute(
    method: Mapping[str, Any],
    snapshot: Mapping[str, Any],
    seed: int,
    progress: Progress | None = None,
) -> list[Row]:
    """What the release says of each territory, in their order; floats rounded to 6 decimals.

    Raises CompositeError where figures and method make no index.
    """
    ready = sheet(method, snapshot)
    result = composite.index(
        values=ready.values,
        method=ready.method,
        error=ready.error,
        generator=np.random.default_rng(seed),
        progress=progress,
    )
    missing = np.isnan(ready.values) @ effective_weights(ready.method)
    splits = _splits(method, snapshot, ready)
    return [
        {
            "territory": code,
            "status": _status(count, method["least_households"], ranked=bool(result.rank[row])),
            "share_missing": rounded(missing[row]),
            "n_households": count,
            **_measured(result, row, ready.method),
            "splits": {group: found[row] for group, found in splits.items() if found[row]}
            if result.rank[row]
            else {},
        }
        for row, (code, count) in enumerate(zip(snapshot["territories"], snapshot["households"], strict=True))
    ]


def rounded(value: float) -> float:
    """As stored and hashed. Adding nothing turns -0 into 0."""
    return round(float(value), DECIMALS) + 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """hash: of the scores as computed again. fault: None when all is as published, else `figures` (the frozen
    figures are not those that were hashed), `scores` (`territory` is the first that differs) or `result`.
    """

    hash: str
    fault: str | None = None
    territory: str = ""


def verify(document: Mapping[str, Any], progress: Progress | None = None) -> Verdict:
    """Is what a snapshot file says of each territory what its figures and method give?

    Raises KeyError, TypeError or ValueError for what is no snapshot file.
    """
    rows = compute(document["method"], document["snapshot"], int(document["seed"]), progress)
    found = fingerprint(rows)
    for mine, published in zip(rows, document["scores"], strict=True):
        if mine != published:
            return Verdict(found, "scores", mine["territory"])
    if fingerprint(document["snapshot"]) != document["snapshot_hash"]:
        return Verdict(found, "figures")
    return Verdict(found, None if found == document["result_hash"] else "result")


def _grid(
    method: Mapping[str, Any], snapshot: Mapping[str, Any], rows: Sequence[Sequence[float | None]]
) -> Floats:
    """The columns of the method's indicators; those without weight are frozen but not scored."""
    place = {code: column for column, code in enumerate(snapshot["indicators"])}
    grid: Floats = np.array(rows, np.float64).reshape(len(rows), len(place))
    return grid[:, [place[item["code"]] for item in method["indicators"]]]


def _column(
    item: Mapping[str, Any], figures: Floats, counts: Floats, errors: Floats, snapshot: Mapping[str, Any]
) -> Column:
    compared = figures
    if item["denominator"]:
        below = np.array(snapshot["populations"][item["denominator"]], np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            compared = np.where(below > 0, figures / below * item["per"], np.nan)
    errors = np.nan_to_num(errors)
    if not item["shrink"] or not (known := counts > 0).any():
        return Column(compared, compared, errors, None)
    shrunk = _shrunk(item, compared, counts)
    # a share without its n stands as published: nothing is known of its chance
    used = np.where(known, shrunk.share * 100, compared)
    return Column(compared, used, np.where(known, errors * np.sqrt(shrunk.trust), errors), shrunk)


def _shrunk(item: Mapping[str, Any], figures: Floats, counts: Floats) -> composite.Shrunk:
    share = figures / 100
    if np.nanmin(share, initial=0.0) < 0 or np.nanmax(share, initial=0.0) > 1:
        raise composite.CompositeError(
            "not_a_share", "{code} is not a share of {scale}.", code=item["code"], scale="100"
        )
    return composite.shrink_shares(share, counts)


def _status(households: int | None, least: int, *, ranked: bool) -> str:
    if households is not None and households < least:
        return "suppressed"
    return "measured" if ranked else "not_measured"


def _measured(result: composite.Index, row: int, method: composite.Method) -> Row:
    if not result.rank[row]:
        return {
            "score": None, "low": None, "high": None, "dimensions": {}, "rank": None, "rank_low": None,
            "rank_high": None,
        }  # fmt: skip
    parts = zip(method.dimensions, result.dimensions[row], strict=True)
    return {
        "score": rounded(result.score[row]),
        "low": rounded(result.low[row]),
        "high": rounded(result.high[row]),
        "dimensions": {name: rounded(score) for (name, _weight), score in parts},
        "rank": int(result.rank[row]),
        "rank_low": int(result.rank_low[row]),
        "rank_high": int(result.rank_high[row]),
    }


def _splits(method: Mapping[str, Any], snapshot: Mapping[str, Any], ready: Sheet) -> dict[str, list[Row]]:
    return {
        group: _split(method, snapshot, snapshot["splits"][group], ready)
        for group in GROUPS
        if group in snapshot["splits"]
    }


def _split(
    method: Mapping[str, Any], snapshot: Mapping[str, Any], cells: Mapping[str, Any], ready: Sheet
) -> list[Row]:
    """The score of one group, figures that are not split taken from all.

    share: of the weight that is really split. A score is given where at least `least_split` of its weight
    is; so for each dimension.
    """
    figures, counts = (_grid(method, snapshot, cells[name]) for name in ("figures", "n"))
    own = np.full(figures.shape, np.nan)
    for place, item in enumerate(method["indicators"]):
        if item["denominator"]:
            continue  # residents and households are not counted by group
        column = figures[:, place]
        if item["shrink"] and (known := counts[:, place] > 0).any():
            shrunk = _shrunk(item, column, counts[:, place]).share * 100
            column = np.where(known, shrunk, column)
        own[:, place] = column
    split = ~np.isnan(own)
    result = composite.index(values=np.where(split, own, ready.values), method=ready.method)
    share = split @ effective_weights(ready.method)
    inside = {name: split @ _weights_inside(ready.method, name) for name, _weight in ready.method.dimensions}
    least = method["least_split"] - 1e-9
    found: list[Row] = []
    for row in range(len(figures)):
        dimensions = {
            name: rounded(result.dimensions[row, place])
            for place, name in enumerate(inside)
            if inside[name][row] >= least and not np.isnan(result.dimensions[row, place])
        }
        whole = share[row] >= least and bool(result.rank[row])
        score = rounded(result.score[row]) if whole else None
        cell = {"share": rounded(share[row]), "score": score, "dimensions": dimensions}
        found.append(cell if split[row].any() else {})
    return found


def _weights_inside(method: composite.Method, dimension: str) -> Floats:
    weights = np.array([item.weight * (item.dimension == dimension) for item in method.indicators])
    return weights / (weights.sum() or 1.0)
