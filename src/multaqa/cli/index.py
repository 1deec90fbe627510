"""`multaqa index`: a composite index from COINr's two tables, with its ranks, intervals and reasons; or a
release of the observatory, computed again from its snapshot file.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import numpy as np

from multaqa.cli.output import json_option, progress, refuse, write_json
from multaqa.cli.words import _, engine_sentence
from multaqa.engine import composite
from multaqa.engine.composite import CompositeError, Index, LayoutError, Plan, Step, Table

SLOW = 10_000_000  # units × draws above which the command says what it is doing
WEIGHT_SETS = 64


class Steps(click.ParamType):
    def __init__(self, kinds: Any, shown: str) -> None:
        self.kinds, self.name = kinds, shown

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Step:
        found = value if isinstance(value, Step) else composite.step(str(value), self.kinds)
        if found is None:
            self.fail(
                f"{value!r} is not one of {', '.join(self.kinds)} with the numbers it takes.", param, ctx
            )
        return found


SHARE = click.FloatRange(0, 1)


@click.command("index")
@click.option("--meta", type=click.Path(path_type=Path), help="iMeta: the tree, COINr's layout.")
@click.option("--data", type=click.Path(path_type=Path), help="iData: the figures.")
@click.option(
    "--snapshot", type=click.Path(path_type=Path), help="Instead: compute a downloaded release again."
)
@click.option(
    "--denominate/--no-denominate", default=True, help="Divide by iMeta's Denominator.  [default: on]"
)
@click.option(
    "--least-count", type=click.IntRange(min=0), default=0, help="Figures resting on fewer are not measured."
)
@click.option(
    "--shrink", type=float, metavar="SCALE", help="Draw shares of SCALE (1 or 100) to the mean, by their n."
)
@click.option("--screen", type=SHARE, default=0.0, help="Share of its indicators that a unit must have.")
@click.option(
    "--impute",
    type=Steps(
        composite.IMPUTE, "group-mean:COLUMN|group-median:COLUMN|mean|median|latest[:YEARS]|linear|none"
    ),
    default="none",
    show_default=True,
)
@click.option(
    "--treat",
    type=Steps(composite.TREAT, "coin[:N]|winsorise[:N]|log|log-plus|log-one|log-gii|box-cox:L|none"),
    default="none",
    show_default=True,
)
@click.option(
    "--normalise",
    type=Steps(
        composite.NORMALISE,
        "minmax[:L,U]|zscore[:M,SD]|rank|prank|borda|fracmax|dist2max|scaled[:L,U]|goalposts[:L,U[,S]]|target"
        "|target-capped|reference:UNIT|none",
    ),
    default="minmax",
    show_default=True,
)
@click.option(
    "--aggregate",
    type=Steps(
        composite.AGGREGATE,
        "arithmetic|geometric|harmonic|power:P|reversed-geometric[:TOP]|maximum|outranking",
    ),
    multiple=True,
    help="Once for all levels, or once a level from the second up.  [default: arithmetic]",
)
@click.option("--weights", default="Weight", show_default=True, metavar="COLUMN|equal|pca")
@click.option(
    "--budget", type=click.Path(path_type=Path), help="Points by participants, one line each: weights."
)
@click.option(
    "--least-share", type=SHARE, default=0.0, help="Share of its parts that an aggregate must have."
)
@click.option("--decimals", type=click.IntRange(0, 9), help="Round each level half up to so many.")
@click.option("--draws", type=click.IntRange(min=0), default=1000, show_default=True, help="Sets of weights.")
@click.option("--spread", type=SHARE, default=0.25, show_default=True, help="How far a draw moves a weight.")
@click.option("--confidence", type=SHARE, default=0.9, show_default=True, help="What an interval holds.")
@click.option("--seed", type=int, help="Of the draws; default: the files themselves.")
@click.option("--explain", "explained", is_flag=True, help="What each indicator moved each score by.")
@click.option(
    "--audit", "audited", is_flag=True, help="Flags, correlations, alpha, and the index without each."
)
@click.option(
    "--sensitivity", "samples", type=click.IntRange(min=8), help="Sobol indices of the method, by N."
)
@json_option
def command(
    meta: Path | None, data: Path | None, snapshot: Path | None, json_path: str | None, **options: Any
) -> None:
    """How do the units of two tables compare, and how sure is it?"""
    if snapshot is not None:
        _again(snapshot, json_path)
        return
    if meta is None or data is None:
        raise click.UsageError("Give --meta and --data, or --snapshot.")
    try:
        began = perf_counter()
        sources = [_bytes(path) for path in (meta, data)]
        elements, table = composite.read(*sources, weights=options["weights"])
        points = options["budget"] and composite.read_budget(_bytes(options["budget"]), elements)
        read = perf_counter()
        plan = _plan(elements, options)
        if points:
            plan = composite.with_budget(plan, *points)
        if options["weights"] == "pca" and all(item.weight == 1 for item in elements):
            plan = _by_components(plan, table)
        generator = np.random.default_rng(_seed(options["seed"], sources))
        if len(table.units) * plan.draws > SLOW:
            click.echo(f"{len(table.units)} × {len(plan.indicators)}, {plan.draws} draws…", err=True)
        result = composite.index(values=table, method=plan, generator=generator)
        computed = perf_counter()
        found = report(result)
        if options["explained"]:
            found["explained"] = _explained(result)
        if options["audited"]:
            found["audit"] = _audit(result)
        if options["samples"]:
            found["sensitivity"] = _sensitivity(result, options["samples"], generator)
        found["seconds"] = {
            "read": round(read - began, 6),
            "index": round(computed - read, 6),
            "explain": round(perf_counter() - computed, 6),
        }
    except LayoutError as wrong:
        path = {"iMeta": meta, "iData": data}.get(wrong.table, options["budget"])
        refuse(" ".join(f"{path}: {engine_sentence(wrong)}".split()))
    except CompositeError as wrong:
        refuse(engine_sentence(wrong))
    if json_path is None:
        click.echo(_text(result))
    write_json(found, json_path)


def _again(path: Path, json_path: str | None) -> None:
    """A release computed again from its file; ends with 1 and the first unit that differs."""
    from multaqa.observatory import scoring

    began = perf_counter()
    try:
        document = json.loads(_bytes(path))
        draws = int(document["method"]["draws"])
        with progress(path.name, of=draws) as shown:
            verdict = scoring.verify(document, lambda done, _of: shown(path.name, done))
    except CompositeError as wrong:
        refuse(engine_sentence(wrong))
    except (KeyError, TypeError, ValueError, IndexError):
        refuse(_("{file} is not the snapshot of a release.").format(file=path))
    found = {
        "same": verdict.fault is None,
        "hash": verdict.hash,
        "fault": verdict.fault,
        "territory": verdict.territory or None,
        "units": len(document["scores"]),
        "draws": draws,
        "seconds": round(perf_counter() - began, 3),
    }
    write_json(found, json_path)
    if verdict.fault is not None:
        refuse(_fault(verdict.fault, verdict.territory, verdict.hash))
    click.echo(_("same result, hash {hash}").format(hash=verdict.hash), err=json_path == "-")


def _fault(fault: str, territory: str, digest: str) -> str:
    if fault == "scores":
        return _("{unit} is the first that differs from what these figures give.").format(unit=territory)
    if fault == "figures":
        return _("The scores follow from the figures, but the figures are not those of the hash in the file.")
    return _("The scores are the same, but their hash is {hash} and not the one in the file.").format(
        hash=digest
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=path, reason=missing.strerror))


def _plan(elements: tuple[composite.Element, ...], options: dict[str, Any]) -> Plan:
    if not options["denominate"]:
        elements = tuple(replace(item, denominator=None) for item in elements)
    return Plan(
        elements,
        least_count=options["least_count"],
        shrink=options["shrink"],
        least_available=options["screen"],
        impute=options["impute"],
        treat=options["treat"],
        normalise=options["normalise"],
        aggregate=options["aggregate"] or (Step("arithmetic"),),
        least_share=(options["least_share"],),
        decimals=options["decimals"],
        draws=options["draws"],
        weight_spread=options["spread"],
        confidence=options["confidence"],
    )


def _by_components(plan: Plan, table: Table) -> Plan:
    """Loadings, level by level: those of a level need the scores of the one below."""
    for _level in range(max(item.level for item in plan.elements) - 1):
        scores = composite.index(values=table, method=replace(plan, draws=0)).scores
        plan = composite.weighted(plan, composite.pca_weights(plan, scores))
    return plan


def _seed(given: int | None, sources: list[bytes]) -> int:
    # the seed is the figures themselves, so that anyone draws the same weights
    return int(hashlib.sha256(b"\0".join(sources)).hexdigest()[:16], 16) if given is None else given


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows of one year."""

    units: tuple[str, ...]
    rows: np.ndarray


def report(result: Index) -> dict[str, Any]:
    """The result under the keys of the command's contract: scores, ranks, intervals, missing and n are
    {code: {unit: value}} of the latest year; `years` holds each year where there are several.
    """
    table, plan = result.table, result.plan
    cuts = [Cut(tuple(table.units[row] for row in rows), rows) for rows in table.periods()]
    names = dict(zip(table.units, table.names or table.units, strict=True))
    found: dict[str, Any] = {"units": list(cuts[-1].units), "names": names, **_year(result, cuts[-1])}
    if table.years is not None:
        found["year"] = int(table.years[cuts[-1].rows[0]])
        found["years"] = {str(table.years[cut.rows[0]]): _year(result, cut) for cut in cuts}
        found["growth"] = [
            {"unit": row.unit, "first": row.first, "last": row.last, "growth": _number(row.growth),
             "change": _number(row.change), "rank_change": row.rank_change}
            for row in composite.growth(result)
        ]  # fmt: skip
    found["treated"] = [
        {"code": row.code, "done": row.done, "moved": row.moved, "skew": _number(row.skew),
         "kurtosis": _number(row.kurtosis)}
        for row in result.treatments[-len(plan.indicators) :]
    ]  # fmt: skip
    found["plan"] = {
        "impute": str(plan.impute),
        "treat": str(plan.treat),
        "normalise": str(plan.normalise),
        "aggregate": [str(rule) for rule in plan.aggregate],
        "weights": {item.code: item.weight for item in plan.elements if item.parent is not None},
        "effective_weights": {
            item.code: float(share)
            for item, share in zip(plan.elements, composite.effective_weights(plan), strict=True)
        },
        "draws": plan.draws,
        "spread": plan.weight_spread,
        "confidence": plan.confidence,
    }
    return found


def _year(result: Index, cut: Cut) -> dict[str, Any]:
    codes = [item.code for item in result.plan.elements]
    top, spread = codes[-1], result.intervals
    known = [int(row) for row in cut.rows if result.rank[row]]

    def by_code(values: np.ndarray, kind: Any) -> dict[str, dict[str, Any]]:
        return {
            code: {unit: kind(values[row, place]) for unit, row in zip(cut.units, cut.rows, strict=True)}
            for place, code in enumerate(codes)
        }

    below = np.rint(_indicators_below(result.plan) * (1 - result.missing)).astype(int)
    return {
        "scores": by_code(result.scores, _number),
        "ranks": by_code(result.ranks, lambda rank: int(rank) or None),
        "intervals": {
            top: {
                result.table.units[row]: {
                    "low": float(spread.low[row]),
                    "high": float(spread.high[row]),
                    "rank_low": int(spread.rank_low[row]),
                    "rank_high": int(spread.rank_high[row]),
                    "rank_mean": round(float(spread.rank_mean[row]), 4),
                    "rank_median": float(spread.rank_median[row]),
                }
                for row in known
            }
        },
        "missing": by_code(result.missing, lambda share: round(float(share), 6)),
        "n": by_code(below, int),
        "states": {unit: _state(result, row) for unit, row in zip(cut.units, cut.rows, strict=True)},
    }


def _indicators_below(plan: Plan) -> np.ndarray:
    place, count = plan.place(), np.zeros(len(plan.elements))
    for column in range(len(plan.indicators)):
        up: int | None = column
        while up is not None:
            count[up] += 1
            parent = plan.elements[up].parent
            up = None if parent is None else place[parent]
    return count


def _state(result: Index, row: int) -> str:
    if result.rank[row]:
        return "measured"
    return "not_measured" if result.prepared.kept[row] else "too_little_measured"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _explained(result: Index) -> list[dict[str, Any]]:
    years = result.table.years
    return [
        {"unit": result.table.units[row.unit]}
        | ({} if years is None else {"year": int(years[row.unit])})
        | {"key": row.key, "values": row.values}
        for row in composite.explain(result)
    ]


def _audit(result: Index) -> dict[str, Any]:
    table, plan = result.table, result.plan
    return {
        "indicators": [
            {"code": row.code, "n": row.known, "min": _number(row.minimum), "max": _number(row.maximum),
             "mean": _number(row.mean), "median": _number(row.median), "sd": _number(row.deviation),
             "skew": _number(row.skew), "kurtosis": _number(row.kurtosis), "flags": list(row.flags)}
            for row in composite.columns(result)
        ],
        "pairs": [
            {"one": row.one, "other": row.other, "parent": row.parent, "r": row.correlation, "flag": row.flag}
            for row in composite.pairs(result)
        ],
        "alpha": {code: _number(alpha) for code, alpha in composite.consistency(result).items()},
        "without": [
            {"code": row.code, "mean_shift": row.mean_shift, "most_shift": row.most_shift}
            for row in composite.remove_one(result)
        ],
        "faults": [
            {"unit": table.units[row.unit] if row.unit >= 0 else None, "rule": row.rule, "code": row.element}
            for row in composite.check(result, values=table, method=plan)
        ],
    }  # fmt: skip


def _sensitivity(result: Index, samples: int, generator: np.random.Generator) -> dict[str, Any]:
    """The choices a reader would question first: outliers, scale, mean, and each weight."""
    plan = result.plan
    noisy = composite.noisy_weights(plan, plan.weight_spread, WEIGHT_SETS, generator)
    choices = (
        composite.Choice("treat", "treat", (Step("none"), Step("coin"))),
        composite.Choice("normalise", "normalise", (Step("minmax", (1.0, 100.0)), Step("rank"))),
        composite.Choice("aggregate", "aggregate", ((Step("arithmetic"),), (Step("geometric"),))),
        composite.weight_choice(plan, noisy),
    )
    click.echo(f"sensitivity: {samples * (len(choices) + 2)} runs", err=True)
    found = composite.sensitivity(result, choices=choices, samples=samples, generator=generator)
    return {
        "runs": found.runs,
        "variance": found.variance,
        "choices": [
            {"name": row.name, "first": row.first, "first_low": row.first_low, "first_high": row.first_high,
             "total": row.total, "total_low": row.total_low, "total_high": row.total_high,
             "options": WEIGHT_SETS if one.field == "weights" else [_option(way) for way in one.options]}
            for row, one in zip(found.shares, choices, strict=True)
        ],
    }  # fmt: skip


def _option(option: Any) -> str:
    return str(option[0]) if isinstance(option, tuple) else str(option)


def _text(result: Index) -> str:
    table, rows = result.table, result.table.periods()[-1]
    ranked = [int(row) for row in rows if result.rank[row]]
    ranked.sort(key=lambda row: (int(result.rank[row]), table.units[row]))
    wide = max((len(table.units[row]) for row in rows), default=1)
    lines = [
        _(
            "{ranked} of {units} units ranked on {indicators} indicators; intervals hold {confidence} of "
            "{draws} draws."
        ).format(
            ranked=len(ranked), units=len(rows), indicators=len(result.plan.indicators),
            confidence=f"{result.plan.confidence:.0%}", draws=result.plan.draws,
        )
    ]  # fmt: skip
    for row in ranked:
        span = f"{result.rank_low[row]}-{result.rank_high[row]}"
        lines.append(
            f"{result.rank[row]:>5} {span:>11}  {table.units[row]:<{wide}} {result.score[row]:>10.3f}  "
            f"{table.names[row]}"
        )
    unranked = [table.units[row] for row in rows if not result.rank[row]]
    if unranked:
        lines.append(_("Not measured, no rank: {units}.").format(units=", ".join(unranked)))
    return "\n".join(lines)
