"""`multaqa allocate`: count a participatory-budget election from a `.pb` file, and say why."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import numpy as np

from multaqa.cli.money import shown
from multaqa.cli.output import json_option, refuse, write_json
from multaqa.cli.words import _, engine_sentence
from multaqa.engine import pabulib
from multaqa.engine.allocation import (
    COMPARISONS,
    COMPLETIONS,
    RULES,
    UTILITIES,
    AllocationError,
    Outcome,
    Rule,
    allocate,
    audit,
    certificate,
    check,
    explain,
    least_changes,
    own_utility,
    portrait,
    robustness,
    rule_text,
)

SMALL_CELL = 10  # voters: a group is described by nothing that fewer of them share
SENTENCES = {
    "withdrawn": "withdrawn by its proposer",
    "no_support": "no ballot supports it",
    "dearer_than_budget": "dearer than the whole budget by {lacked}",
    "below_threshold": "score {score} is below the threshold {threshold}",
    "excluded": "excluded by {by}, which concerns the same place",
    "did_not_fit": "number {position} in order; only {left} was left, {lacked} short",
    "stopped": "the count ended at {stopped_by}, which did not fit",
    "purses_short": "its supporters had {held} left, {lacked} short",
    "worth_less": "including it would lose {loss} of total utility",
}


class Ties(click.ParamType):
    name = "lexicographic|cost-votes|cost-votes:SEED|lot:SEED"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return Rule(ties=str(value)).ties
        except AllocationError:
            self.fail(f"{value!r} is not lexicographic, cost-votes, cost-votes:SEED or lot:SEED.", param, ctx)


@click.command("allocate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rule", "name", type=click.Choice(RULES), default="equal-shares", show_default=True)
@click.option(
    "--utility", type=click.Choice(UTILITIES), help="Default: cost, points or borda, as the ballots are."
)
@click.option("--completion", type=click.Choice(COMPLETIONS), default="none", show_default=True)
@click.option("--ties", type=Ties(), default="lexicographic", show_default=True)
@click.option(
    "--threshold", type=click.IntRange(min=0), help="Least score for greedy-threshold; default: the file's."
)
@click.option(
    "--exclusive",
    multiple=True,
    metavar="ID>ID…",
    help="Projects of which one may win, first in precedence first (greedy-exclusive); repeatable.",
)
@click.option(
    "--start",
    type=click.Choice(("fraction", "whole")),
    default="fraction",
    show_default=True,
    help="Purses of equal-shares start at budget / voters, or at its whole part.",
)
@click.option(
    "--comparison",
    type=click.Choice(COMPARISONS),
    default="none",
    show_default=True,
    help="Greedy takes the place of equal-shares if strictly more voters prefer its winners.",
)
@click.option(
    "--explain", "explained", is_flag=True, help="Also find the least change that would make each loser win."
)
@click.option(
    "--patience",
    default=60.0,
    show_default=True,
    help="Seconds after which --explain begins no further project.",
)
@click.option("--audit", "audited", is_flag=True, help="Name the groups of voters left short of EJR+.")
@click.option(
    "--robustness", "robust", is_flag=True, help="Count again under neighbouring rules and ballots."
)
@json_option
def command(
    file: Path,
    name: str,
    utility: str | None,
    completion: str,
    ties: str,
    threshold: int | None,
    exclusive: tuple[str, ...],
    start: str,
    comparison: str,
    explained: bool,
    audited: bool,
    robust: bool,
    patience: float,
    json_path: str | None,
) -> None:
    """Which projects does the budget of FILE support, under which rule, and why not the others?"""
    try:
        began = perf_counter()
        source = file.read_bytes()
        parsed = pabulib.read(source)
        election = pabulib.election(parsed)
        read = perf_counter()
        rule = Rule(
            name=name,
            utility=utility or own_utility(election),
            completion=completion,
            ties=ties,
            threshold=None if threshold is None else threshold * election.points_unit,
            exclusive=tuple(tuple(names.split(">")) for names in exclusive) or None,
            whole_start=start == "whole",
            comparison=comparison,
        )
        outcome = allocate(election, rule=rule)
        counted = perf_counter()
        result = report(
            parsed, outcome, source, explained=explained, audited=audited, robust=robust, patience=patience
        )
        result["seconds"] = {
            "parse": round(read - began, 6),
            "allocate": round(counted - read, 6),
            "explain": round(perf_counter() - counted, 6),
        }
    except AllocationError as wrong:
        refuse(" ".join(f"{file}: {engine_sentence(wrong)}".split()))
    except OSError as missing:
        refuse(_("{file} cannot be read: {reason}.").format(file=file, reason=missing.strerror))
    if json_path is None:
        click.echo(_table(parsed, result))
    write_json(result, json_path)


def report(
    parsed: pabulib.Pabulib,
    outcome: Outcome,
    source: bytes,
    *,
    explained: bool = False,
    audited: bool = False,
    robust: bool = False,
    patience: float = 60,
) -> dict[str, Any]:
    """The result under the keys of the command's contract; money in minor units of the file."""
    election, rule = outcome.election, outcome.rule
    rejected = []
    began = perf_counter()
    reasons = explain(outcome)
    changes = least_changes(outcome, [row.project for row in reasons])
    for number, row in enumerate(reasons, 1):
        change = None
        if explained and perf_counter() - began < patience:
            click.echo(f"explaining {number} of {len(reasons)}: {row.project}", err=True)
            change = next(changes)
        elif explained:
            click.echo(f"no least change for {row.project}: out of patience", err=True)
        rejected.append(
            {
                "id": row.project,
                "cost": row.cost,
                "support": row.support,
                "reason": {"key": row.key, "values": row.values},
                "needed": None
                if change is None
                else {
                    "max_cost": change.max_cost,
                    "extra_votes": change.extra_votes,
                    "extra_budget": change.extra_budget,
                },
            }
        )
    return {
        "instance": {
            "country": parsed.meta.get("country"),
            "unit": parsed.meta.get("unit"),
            "instance": parsed.meta.get("instance"),
            "description": parsed.meta.get("description"),
            "currency": parsed.meta.get("currency"),
            "minor_units": election.unit,
            "vote_type": parsed.kind,
            "voters": election.voters,
            "projects": len(election.projects),
            "ballot_groups": len(election.weight),
            "marks": int(election.votes().sum()),
            "notes": [{"key": note.key, "values": note.values} for note in parsed.notes],
        },
        "rule": {
            "name": rule.name,
            "utility": rule.utility,
            "completion": rule.completion,
            "ties": rule.ties,
            "start": "whole" if rule.whole_start else "fraction",
            "comparison": rule.comparison,
            "text": rule_text(rule),
        },
        "budget": election.budget,
        "spent": outcome.spent,
        "selected": list(outcome.selected),
        "rejected": rejected,
        "audit": _audit(parsed, outcome) if audited else None,
        "robustness": _robustness(outcome) if robust else None,
        "certificate": _certificate(outcome, source),
    }


def _audit(parsed: pabulib.Pabulib, outcome: Outcome) -> dict[str, Any]:
    breaches = audit(outcome)
    traits = pabulib.traits(parsed) if breaches else {}
    return {
        "rule": "EJR+ up to any project, by cost",
        "violations": [
            {
                "id": breach.project,
                "cost": breach.cost,
                "voters": breach.voters,
                "share": float(breach.share),
                "represented": breach.represented,
                "group": [
                    {
                        "column": trait.column,
                        "value": trait.value,
                        "voters": trait.voters,
                        "share": round(trait.share, 4),
                        "share_of_all": round(trait.share_of_all, 4),
                    }
                    for trait in portrait(outcome.election, breach.members, traits, least=SMALL_CELL)
                ],
            }
            for breach in breaches
        ],
        "faults": [
            {"key": fault.key, "values": fault.values} for fault in check(outcome) if fault.key != "ejr_plus"
        ],
    }


def _robustness(outcome: Outcome) -> list[dict[str, Any]]:
    # the seed is the election itself, so that anyone gets the same resamples
    generator = np.random.default_rng(int(outcome.election.digest()[:16], 16))
    return [
        {
            "id": row.project,
            "firm": row.firm,
            "survives": round(row.survives, 4),
            "lost_in": list(row.lost_in),
        }
        for row in robustness(outcome, generator=generator)
    ]


def _certificate(outcome: Outcome, source: bytes) -> dict[str, Any]:
    proof = certificate(outcome)
    return {
        "rule": proof.rule,
        "file_sha256": hashlib.sha256(source).hexdigest(),
        "ballots_sha256": proof.ballots,
        "endowment": _ratio(proof.endowment),
        "increments": outcome.increments,
        "next_overshoots": proof.next_overshoots,
        "winners": [
            {
                "id": name,
                "cost": int(outcome.election.costs[step.project]),
                "by": step.by,
                "cap": _ratio(proof.caps[turn]) if turn < len(proof.caps) else None,
                "paid_by": proof.paid_by[turn] if turn < len(proof.paid_by) else None,
            }
            for turn, (name, step) in enumerate(zip(proof.winners, outcome.steps, strict=True))
        ],
    }


def _ratio(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def _table(parsed: pabulib.Pabulib, result: dict[str, Any]) -> str:
    titles = dict(zip(parsed.ids, parsed.projects.get("name", parsed.ids), strict=True))
    costs = dict(zip(parsed.ids, parsed.costs, strict=True))
    unit, currency = result["instance"]["minor_units"], result["instance"]["currency"] or ""

    def money(amount: int) -> str:
        return shown(amount, unit)

    lines = [
        result["rule"]["text"],
        f"budget {money(result['budget'])} {currency}, spent {money(result['spent'])}",
        "",
    ]
    wide = max((len(name) for name in titles), default=2)
    lines += [
        f"  won  {name:<{wide}}  {money(costs[name]):>14}  {titles[name][:60]}" for name in result["selected"]
    ]
    for row in result["rejected"]:
        values = {
            key: money(value) if key in ("held", "lacked", "left", "budget") else value
            for key, value in row["reason"]["values"].items()
        }
        why = SENTENCES[row["reason"]["key"]].format(**values)
        lines.append(f"  lost {row['id']:<{wide}}  {money(row['cost']):>14}  {titles[row['id']][:60]}: {why}")
        if row["needed"]:
            needed = row["needed"]
            parts = [
                f"a cost of {money(needed['max_cost'])}" if needed["max_cost"] is not None else "",
                f"{needed['extra_votes']} more voters" if needed["extra_votes"] is not None else "",
                f"{money(needed['extra_budget'])} more budget" if needed["extra_budget"] is not None else "",
            ]
            if any(parts):
                lines.append(
                    " " * (wide + 25) + "would have won with " + ", or ".join(part for part in parts if part)
                )
    if result["audit"]:
        breaches = result["audit"]["violations"]
        lines += ["", f"EJR+ audit: {len(breaches) or 'no'} group{'s' * (len(breaches) != 1)} left short"]
        lines += [
            f"  {row['voters']} supporters of {row['id']} held {money(round(row['share']))} and got at most "
            f"{money(row['represented'])}"
            + "".join(
                f"; {trait['share']:.0%} of them {trait['column']} {trait['value']} "
                f"(all voters: {trait['share_of_all']:.0%})"
                for trait in row["group"]
            )
            for row in breaches
        ]
    if result["robustness"] is not None:
        fragile = [row for row in result["robustness"] if not row["firm"]]
        lines += ["", f"robustness: {len(result['robustness']) - len(fragile)} firm, {len(fragile)} fragile"]
        lines += [
            f"  {row['id']} survives {row['survives']:.0%}; lost in: {', '.join(row['lost_in'])}"
            for row in fragile
        ]
    return "\n".join(lines)
