"""`multaqa portfolio`: the projects of a `.pb` file that are worth most together within limits, and why."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from multaqa.cli import limits as limiting
from multaqa.cli.money import in_currency, shown
from multaqa.cli.output import json_option, refuse, write_json
from multaqa.cli.words import _, engine_sentence
from multaqa.engine import pabulib
from multaqa.engine.allocation import UTILITIES, Election, own_utility
from multaqa.engine.errors import EngineError
from multaqa.engine.portfolio import (
    WEIGHT_UNIT,
    Limit,
    Portfolio,
    bound,
    check,
    choose,
    cores,
    problem,
    reasons,
    worths,
)


@click.command("portfolio")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--limits",
    "limits_path",
    type=click.Path(path_type=Path),
    metavar="LIMITS.json",
    help="Caps, floors, incompatible projects, funding in part, weights of ballots.",
)
@click.option(
    "--utility", type=click.Choice(UTILITIES), help="Default: cost, points or borda, as the ballots are."
)
@click.option(
    "--gap", default=0.0, show_default=True, help="Share of the worth that may be missed for speed."
)
@click.option(
    "--nodes",
    default=20_000,
    show_default=True,
    help="Branches after which the search ends and tells its gap.",
)
@click.option(
    "--cores",
    "tolerance",
    type=click.FloatRange(0, 1),
    help="Also tell which projects are in always, sometimes, never, in portfolios at most this share worse.",
)
@click.option(
    "--patience",
    default=60.0,
    show_default=True,
    help="Seconds after which no further project is explained.",
)
@json_option
def command(
    file: Path,
    limits_path: Path | None,
    utility: str | None,
    gap: float,
    nodes: int,
    tolerance: float | None,
    patience: float,
    json_path: str | None,
) -> None:
    """Which projects of FILE are worth most together within the limits, and why not the others?"""
    at_fault, unit = file, 1
    try:
        began = perf_counter()
        parsed = pabulib.read(file.read_bytes())
        election = pabulib.election(parsed)
        unit = parsed.unit
        at_fault = limits_path or file
        limits = limiting.read(limits_path, parsed, election)
        read = perf_counter()
        with _solver_silent():
            portfolio = _choose(parsed, election, limits, utility or own_utility(election), gap, nodes)
            chosen = perf_counter()
            result = report(parsed, portfolio, limits, tolerance=tolerance, patience=patience)
        result["utility"] = utility or own_utility(election)
        result["seconds"] = {
            "parse": round(read - began, 6),
            "choose": round(chosen - read, 6),
            "explain": round(perf_counter() - chosen, 6),
        }
    except EngineError as wrong:
        refuse(" ".join(f"{at_fault}: {engine_sentence(in_currency(wrong, unit))}".split()))
    except limiting.LimitsError as wrong:
        refuse(" ".join(f"{limits_path or file}: {wrong}".split()))
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=at_fault, reason=missing.strerror))
    if json_path is None:
        click.echo(_table(parsed, result))
    write_json(result, json_path)


def _choose(
    parsed: pabulib.Pabulib,
    election: Election,
    limits: limiting.Limits,
    utility: str,
    gap: float,
    nodes: int,
) -> Portfolio:
    """The portfolio of a file's projects; a project that costs nothing needs no place in it."""
    worth = worths(election, utility=utility, territories=limits.territories, weights=limits.weights)
    paid = [place for place, cost in enumerate(parsed.costs) if cost]
    ids = {parsed.ids[place] for place in paid}
    free = set(parsed.ids) - ids

    def without_free(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name not in free)

    return choose(
        problem(
            projects=[parsed.ids[place] for place in paid],
            costs=[parsed.costs[place] for place in paid],
            worths=[worth[place] for place in paid],
            budget=election.budget,
            caps=[Limit(one.name, without_free(one.projects), one.amount) for one in limits.caps],
            floors=[Limit(one.name, without_free(one.projects), one.amount) for one in limits.floors],
            incompatible=[without_free(names) for names in limits.incompatible],
            partial={name: share for name, share in limits.partial.items() if name not in free},
            withdrawn=ids.intersection(pabulib.withdrawn(parsed)),
        ),
        gap=gap,
        nodes=nodes,
    )


def report(
    parsed: pabulib.Pabulib,
    portfolio: Portfolio,
    limits: limiting.Limits,
    *,
    tolerance: float | None = None,
    patience: float = 60,
) -> dict[str, Any]:
    """The result as plain data; money in minor units of the file, worth in whole numbers."""
    wishes = portfolio.problem
    granted = dict(zip(wishes.projects, portfolio.amounts, strict=True))
    proof = bound(portfolio)
    return {
        "instance": {
            "description": parsed.meta.get("description"),
            "currency": parsed.meta.get("currency"),
            "minor_units": parsed.unit,
            "projects": len(wishes.projects),
            "free": [name for name, cost in zip(parsed.ids, parsed.costs, strict=True) if not cost],
        },
        "limits": {
            "caps": [
                {"name": cap.name, "amount": cap.amount, "used": sum(granted[name] for name in cap.projects)}
                for cap in wishes.caps
            ],
            "floors": [
                {
                    "name": floor.name,
                    "amount": floor.amount,
                    "reached": sum(granted[name] for name in floor.projects),
                }
                for floor in wishes.floors
            ],
            "incompatible": [list(names) for names in wishes.incompatible],
            "from_file": list(limits.meta),
            "weights": None
            if limits.weights is None
            else {name: float(weight) for name, weight in sorted(limits.weights.items())},
        },
        "budget": wishes.budget,
        "spent": portfolio.spent,
        "worth_units": 1 if limits.weights is None else WEIGHT_UNIT,
        "worth": _plain(portfolio.worth),
        "bound": _plain(portfolio.bound),
        "gap": portfolio.gap,
        "settled": portfolio.settled,
        "proof": {
            "bound": _plain(proof.worth),
            "by": proof.by,
            "tried": proof.tried,
            "faults": [{"key": fault.key, "values": _readable(fault.values)} for fault in check(portfolio)],
        },
        "selected": list(portfolio.selected),
        "amounts": {name: granted[name] for name in portfolio.selected},
        "rejected": _rejected(portfolio, patience),
        "cores": None
        if tolerance is None
        else {core.project: core.verdict for core in cores(portfolio, tolerance=tolerance)},
    }


def _rejected(portfolio: Portfolio, patience: float) -> list[dict[str, Any]]:
    """Each project left out with its reason; without one once patience ran out."""
    wishes, rows = portfolio.problem, []
    began = perf_counter()
    told = reasons(portfolio)
    lost = sum(not amount for amount in portfolio.amounts)
    while len(rows) < lost and perf_counter() - began < patience:
        row = next(told)
        click.echo(f"explaining {len(rows) + 1} of {lost}: {row.project}", err=True)
        reason = {"key": row.key, "values": _readable(row.values)}
        rows.append({"id": row.project, "cost": row.cost, "worth": row.worth, "reason": reason})
    seen = {row["id"] for row in rows}
    rows += [
        {"id": name, "cost": cost, "worth": worth, "reason": None}
        for name, cost, worth, amount in zip(
            wishes.projects, wishes.costs, wishes.worths, portfolio.amounts, strict=True
        )
        if not amount and name not in seen
    ]
    return rows


def _plain(value: Any) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _readable(values: dict[str, object]) -> dict[str, object]:
    return {key: _plain(value) if hasattr(value, "denominator") else value for key, value in values.items()}


@contextmanager
def _solver_silent() -> Iterator[None]:
    """HiGHS sometimes writes a line of its own to standard output, where the JSON goes."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _reason(row: dict[str, Any], money: Any) -> str:
    """Why a project is out, in the language of the terminal."""
    if row["reason"] is None:
        return _("not examined: out of patience")
    sentences = {
        "withdrawn": _("withdrawn by its proposer"),
        "dearer_than_budget": _("dearer than the whole budget by {lacked}"),
        "equally_good": _("as good as what was chosen: {instead} would make room at no loss"),
        "incompatible": _("incompatible with {by}"),
        "cap_full": _("the line {limit} is full: {left} was left of {amount}, after {filled_by}"),
        "floor_elsewhere": _("the floor {limit} of {amount} went first, to {taken_by}"),
        "cannot_be_in": _("with it the limits cannot all be met: {limits}"),
        "worth_less": _("with it the portfolio would lose {loss} of its worth, and {instead}"),
    }
    values = {
        key: money(value)
        if key in ("lacked", "left", "amount", "budget")
        else ", ".join(value) or "-"
        if isinstance(value, list)
        else value
        for key, value in row["reason"]["values"].items()
    }
    return sentences[row["reason"]["key"]].format(**values)


def _table(parsed: pabulib.Pabulib, result: dict[str, Any]) -> str:
    titles = dict(zip(parsed.ids, parsed.projects.get("name", parsed.ids), strict=True))
    unit, currency = parsed.unit, result["instance"]["currency"] or ""

    def money(amount: int) -> str:
        return shown(amount, unit)

    lines = [
        _("budget {budget} {currency}, spent {spent}").format(
            budget=money(result["budget"]), currency=currency, spent=money(result["spent"])
        ),
        _("worth {worth}, at most {gap} below the best possible").format(
            worth=result["worth"], gap=f"{result['gap']:.4%}"
        )
        if result["gap"]
        else _("worth {worth}, the best possible").format(worth=result["worth"]),
    ]
    for cap in result["limits"]["caps"]:
        lines.append(
            _("line {name}: {used} of at most {amount}").format(
                name=cap["name"], used=money(cap["used"]), amount=money(cap["amount"])
            )
        )
    for floor in result["limits"]["floors"]:
        lines.append(
            _("floor {name}: {reached} of at least {amount}").format(
                name=floor["name"], reached=money(floor["reached"]), amount=money(floor["amount"])
            )
        )
    wide = max((len(name) for name in titles), default=2)
    found = result["cores"] or {}
    verdicts = {
        "always": _("in every good portfolio"),
        "sometimes": _("in some good portfolios"),
        "never": _("in no good portfolio"),
        "undecided": _("in how many good portfolios is not settled"),
    }

    def line(sign: str, name: str, amount: int, why: str = "") -> str:
        core = f" ({verdicts[found[name]]})" if name in found else ""
        return f"  {sign} {name:<{wide}}  {money(amount):>14}  {titles[name][:60]}{core}{why}"

    lines.append("")
    lines += [line("+", name, amount) for name, amount in result["amounts"].items()]
    lines += [line("-", row["id"], row["cost"], ": " + _reason(row, money)) for row in result["rejected"]]
    return "\n".join(lines)
