"""The proof of a result: everything in it is worked out again from its parts, one number at a time, by the
definitions and not by the kernel.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from multaqa.engine.composite._aggregate import Node, half_up, nodes
from multaqa.engine.composite._index import Index
from multaqa.engine.composite._plan import NO_RANK, Element, Floats, Method, Plan, Table, plan_of, table_of
from multaqa.engine.composite._prepare import too_few

CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Violation:
    """A row of the table (or -1), the rule that it breaks, and the element concerned."""

    unit: int
    rule: str
    element: str = ""


def check(result: Index, *, values: Floats | Table, method: Method | Plan) -> list[Violation]:
    """An empty list is the proof. Rules: `method`, `figure` (what is measured is what was given),
    `treated` (a treatment keeps the order of the figures), `normalised`, `score`, `rank`,
    `not_measured_has_no_rank`, `rank_interval`, `score_interval`.
    """
    plan, table = plan_of(method), table_of(values)
    if plan != result.plan or table.units != result.table.units:
        return [Violation(-1, "method")]
    found = _figures(result, table) + _treated(result) + _normalised(result)
    for node in nodes(plan):
        found += _scores(result, node)
    return found + _ranks(result) + _intervals(result)


def _figures(result: Index, table: Table) -> list[Violation]:
    """What counts as measured was given and rests on enough people; what was given is not called missing."""
    found = []
    few = too_few(table, result.plan)
    for row in range(len(table.units)):
        for column, item in enumerate(result.plan.indicators):
            given = float(table.values[row, column])
            if item.denominator is not None:
                given /= float(table.denominators[item.denominator][row])
            known = given == given and not few[row, column]
            prepared = float(result.prepared.values[row, column])
            same = (
                result.plan.shrink is not None or not known or prepared != prepared or _same(given, prepared)
            )
            if known != bool(result.prepared.measured[row, column]) or not same:
                found.append(Violation(row, "figure", item.code))
            if not result.prepared.kept[row] and result.rank[row] != NO_RANK:
                found.append(Violation(row, "not_measured_has_no_rank", item.code))
    return found


def _treated(result: Index) -> list[Violation]:
    """No treatment, no change; and a treated column keeps its order, so that no one is overtaken by it."""
    found = []
    step = result.plan.treat.name
    for rows in result.table.periods():
        for column, item in enumerate(result.plan.indicators):
            given = [float(x) for x in result.prepared.values[rows, column]]
            after = [float(x) for x in result.treated[rows, column]]
            if step == "none":
                moved = [not _same(x, y) for x, y in zip(given, after, strict=True)]
                found += [Violation(int(row), "treated", item.code) for row in rows[moved]]
                continue
            along = sorted((x, y, int(row)) for x, y, row in zip(given, after, rows, strict=True) if x == x)
            # the logarithm of the Innovation Index turns a column round where its maximum is below one
            if step != "log-gii" or (along and along[-1][0] >= 1):
                found += [
                    Violation(row, "treated", item.code)
                    for (_x, before, _row), (_y, now, row) in itertools.pairwise(along)
                    if now < before - CLOSE
                ]
    return found


def _normalised(result: Index) -> list[Violation]:
    found = []
    for column, item in enumerate(result.plan.indicators):
        figures = [float(x) * item.direction for x in result.treated[:, column]]
        known = [x for x in figures if x == x]
        for row, x in enumerate(figures):
            got = float(result.normalised[row, column])
            expected = math.nan if x != x else _scaled(x, known, item, result.plan, result.table, figures)
            if not _same(expected, got):
                found.append(Violation(row, "normalised", item.code))
    return found


def _scaled(
    x: float, known: list[float], item: Element, plan: Plan, table: Table, figures: list[float]
) -> float:
    name, numbers = plan.normalise.name, plan.normalise.numbers
    low, high = min(known), max(known)
    if name == "none":
        return x
    if name in ("rank", "borda", "prank"):
        below = sum(1 for other in known if other < x)
        return below + 1.0 if name == "rank" else below / (1 if name == "borda" else len(known) - 1)
    if name == "minmax":
        bottom, top = numbers or (0.0, 100.0)
        return bottom + (top - bottom) * (x - low) / (high - low)
    if name == "zscore":
        mean, deviation = numbers or (0.0, 1.0)
        centre = math.fsum(known) / len(known)
        spread = math.sqrt(math.fsum((y - centre) ** 2 for y in known) / (len(known) - 1))
        return mean + deviation * (x - centre) / spread
    if name == "fracmax":
        return x / high
    if name == "dist2max":
        return 1 - (high - x) / (high - low)
    if name == "scaled":
        one, other = numbers or (0.0, 100.0)
        return 100 * (x - one) / (other - one)
    if name == "goalposts":
        posts = numbers[:2] if len(numbers) > 1 else (item.low, item.high)
        factor = numbers[-1] if len(numbers) in (1, 3) else 100.0 if item.factor is None else item.factor
        near, far = (float(post or 0.0) for post in posts)
        share = (x - near) / (far - near) if item.direction > 0 else 1 - (-x - near) / (far - near)
        return factor * (share if item.beyond else min(1.0, max(0.0, share)))
    if name.startswith("reference"):
        rows = [row for row, unit in enumerate(table.units) if unit == plan.normalise.word]
        latest = max(rows, key=lambda row: 0 if table.years is None else int(table.years[row]))
        goal = figures[latest]
    else:
        goal = float(item.target or 0.0) * item.direction
    share = 1 - (goal - x) / (goal - low)
    return min(1.0, share) if name.endswith("capped") else share


def _scores(result: Index, node: Node) -> list[Violation]:
    found = []
    plan, item = result.plan, result.plan.elements[node.place]
    weights = [plan.elements[child].weight for child in node.children]
    for rows in result.table.periods():
        for row in rows.tolist():
            parts = [float(result.scores[row, child]) for child in node.children]
            if node.rule.name == "outranking":
                others = [
                    [float(result.scores[o, child]) for child in node.children] for o in rows if o != row
                ]
                expected = _net_wins(parts, others, weights, node, plan)
            else:
                expected = _mean(parts, weights, node, plan)
            if plan.decimals is not None and expected == expected:
                expected = float(half_up(np.array(expected), plan.decimals))
            if not _same(expected, float(result.scores[row, node.place])):
                found.append(Violation(row, "score", item.code))
    return found


def _enough(parts: list[float], weights: list[float], node: Node, plan: Plan) -> bool:
    shares = weights if plan.least_by == "weight" else [1.0] * len(weights)
    present = math.fsum(share for x, share in zip(parts, shares, strict=True) if x == x)
    weighed = math.fsum(weight for x, weight in zip(parts, weights, strict=True) if x == x)
    return weighed > 0 and present >= node.least_share * math.fsum(shares) - 1e-12


def _mean(parts: list[float], weights: list[float], node: Node, plan: Plan) -> float:
    """One aggregate by its definition."""
    rule = node.rule
    known = [(x, w) for x, w in zip(parts, weights, strict=True) if x == x]
    if not _enough(parts, weights, node, plan) or (rule.name == "power" and len(known) < len(parts)):
        return math.nan
    if rule.name == "maximum":
        return max(w * x for x, w in known)
    total = math.fsum(w for _x, w in known)
    if rule.name == "arithmetic":
        return float(math.fsum(w * x for x, w in known) / total)
    if rule.name == "harmonic":
        return 0.0 if any(x == 0 and w for x, w in known) else total / math.fsum(w / x for x, w in known)
    if rule.name == "power" and rule.numbers[0]:
        power = rule.numbers[0]
        if power < 0 and any(x == 0 and w for x, w in known):
            return 0.0
        return float((math.fsum(w * x**power for x, w in known) / total) ** (1 / power))
    if rule.name == "reversed-geometric":
        top = _top_of(node, plan)
        turned = [((top - x) / top * 9 + 1, w) for x, w in known]
        return float(top - (math.prod(x ** (w / total) for x, w in turned) - 1) / 9 * top)
    return float(math.prod(x ** (w / total) for x, w in known))


def _top_of(node: Node, plan: Plan) -> float:
    """Where a reversed mean turns: its own number, else the greatest score that the scale can give."""
    numbers = plan.normalise.numbers
    if node.rule.numbers:
        return node.rule.numbers[0]
    if plan.normalise.name == "minmax":
        return max(numbers) if numbers else 100.0
    if plan.normalise.name != "goalposts" or any(item.beyond for item in plan.indicators):
        return 10.0
    tops = {100.0 if item.factor is None else item.factor for item in plan.indicators}
    return numbers[-1] if len(numbers) in (1, 3) else tops.pop() if len(tops) == 1 else 10.0


def _net_wins(
    parts: list[float], others: list[list[float]], weights: list[float], node: Node, plan: Plan
) -> float:
    if not _enough(parts, weights, node, plan):
        return math.nan
    net = 0
    for other in others:
        won = lost = 0.0
        for x, y, weight in zip(parts, other, weights, strict=True):
            if x == x and y == y:
                won += weight if x > y else weight / 2 if x == y else 0.0
                lost += weight if x < y else weight / 2 if x == y else 0.0
        net += (won > lost + 1e-9) - (lost > won + 1e-9)
    return float(net)


def _ranks(result: Index) -> list[Violation]:
    found = []
    for row in range(len(result.score)):
        if math.isnan(result.score[row]) and result.rank[row] != NO_RANK:
            found.append(Violation(row, "not_measured_has_no_rank"))
    expected = np.zeros_like(result.ranks)
    for rows in result.table.periods():
        for column in range(result.scores.shape[1]):
            scores = result.scores[rows, column]
            along = np.sort(scores[~np.isnan(scores)])
            higher = len(along) - np.searchsorted(along, scores, side="right")
            expected[rows, column] = np.where(np.isnan(scores), NO_RANK, higher + 1)
    for row, column in np.argwhere(expected != result.ranks).tolist():
        if not math.isnan(result.scores[row, column]):
            found.append(Violation(row, "rank", result.plan.elements[column].code))
    return found


def _intervals(result: Index) -> list[Violation]:
    found = []
    for row in np.flatnonzero((result.rank != NO_RANK) & ~np.isnan(result.score)).tolist():
        if not result.rank_low[row] <= result.rank[row] <= result.rank_high[row]:
            found.append(Violation(row, "rank_interval"))
        if not result.low[row] <= result.score[row] <= result.high[row]:
            found.append(Violation(row, "score_interval"))
    return found


def _same(one: float, other: float) -> bool:
    if one != one or other != other:
        return one != one and other != other
    return abs(one - other) <= CLOSE * max(1.0, abs(one), abs(other))
