"""The lists of the compatible mode: what each group stands for, what all agree on, what is shown next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.opinion._conversation import AGREE, DISAGREE, Conversation, Floats, Ints, Mask

Z90 = 1.2816
META_PRIORITY = 49.0
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by group and statement; `total` includes passes."""

    agree: Ints  # (k, S)
    disagree: Ints
    total: Ints


@dataclass(frozen=True, slots=True)
class Representative:
    """A statement that sets a group apart: position, side, and the figures it was chosen by."""

    statement: int
    direction: str  # agree or disagree
    share: float  # of the group's votes on it, smoothed
    share_test: float
    ratio: float  # to the share among all others
    ratio_test: float


def tally(conversation: Conversation, group: Ints, k: int) -> Tally:
    """Counts of the raw votes of grouped participants; group: (n,) with -1 for none."""
    statements = len(conversation.statements)
    # three cells a statement, one side each; whoever is in no group is counted in a last one and dropped
    of = np.where(group < 0, k, group).astype(np.int32) * np.int32(3 * statements)
    key = np.repeat(of, conversation.counts())
    key += conversation.column * np.int32(3)
    key += conversation.vote
    key += 1
    cells = np.bincount(key, minlength=(k + 1) * statements * 3).reshape(k + 1, statements, 3)[:k]
    return Tally(
        np.ascontiguousarray(cells[..., AGREE + 1]),
        np.ascontiguousarray(cells[..., DISAGREE + 1]),
        cells.sum(axis=2),
    )


def zeroed(counts: Tally, members: Ints, voted: Mask, hidden: Mask) -> Tally:
    """The tally as the platform's zeroed columns give it: everybody passed on what is hidden."""
    blank = hidden & voted
    return Tally(
        np.where(hidden, 0, counts.agree),
        np.where(hidden, 0, counts.disagree),
        np.where(blank, members[:, None], np.where(hidden, 0, counts.total)),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """(k, S) the eight figures of each group and statement."""

    pa: Floats
    pd: Floats
    pat: Floats
    pdt: Floats
    ra: Floats
    rd: Floats
    rat: Floats
    rdt: Floats


def representative(counts: Tally, hidden: Mask) -> tuple[tuple[Representative, ...], ...]:
    """For each group, at most five statements, agrees first."""
    found = figures(counts)
    return tuple(_of_group(counts, found, g, hidden) for g in range(len(counts.total)))


def consensus(counts: Tally) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Statements most agree on, and most disagree on, among all participants; five a side.

    counts: a tally of one row.
    """
    total = counts.total[0]
    sides = []
    for number in (counts.agree[0], counts.disagree[0]):
        share, test = _share(number, total), _share_test(number, total)
        found = np.flatnonzero((share > 0.5) & (test > Z90))
        order = np.argsort(-(share * test)[found], kind="stable")
        sides.append(tuple(found[order][:_SHOWN].tolist()))
    return sides[0], sides[1]


def group_aware_consensus(counts: Tally) -> Floats:
    """(S,) the product over groups of the smoothed share that agrees."""
    product: Floats = np.prod((counts.agree + 1) / (counts.total + 2), axis=0)
    return product


def priorities(counts: Tally, extremity: Floats, meta: Mask) -> Floats:
    """(S,) the weight with which each statement is drawn next."""
    agree, total = counts.agree.sum(axis=0), counts.total.sum(axis=0)
    passed = total - agree - counts.disagree.sum(axis=0)
    importance = (1 - (passed + 1) / (total + 2)) * (extremity + 1) * ((agree + 1) / (total + 2))
    found: Floats = (importance * (1 + 8 * 2.0 ** (-total / 5))) ** 2
    weight: Floats = np.where(meta, META_PRIORITY, found)
    return weight


def _share(number: Ints, total: Ints) -> Floats:
    found: Floats = (number + 1) / (total + 2)
    return found


def _share_test(number: Ints, total: Ints) -> Floats:
    found: Floats = 2 * np.sqrt(total + 1) * ((number + 1) / (total + 1) - 0.5)
    return found


def _ratio_test(number: Ints, total: Ints, rest: Ints, rest_total: Ints) -> Floats:
    first, second = (number + 1) / (total + 1), (rest + 1) / (rest_total + 1)
    both = (number + 1 + rest + 1) / (total + 1 + rest_total + 1)
    spread = np.sqrt(np.maximum(both * (1 - both), 0) * (1 / (total + 1) + 1 / (rest_total + 1)))
    test: Floats = np.divide(first - second, spread, out=np.zeros_like(first), where=both < 1)
    return test


def figures(counts: Tally) -> Figures:
    """The eight figures of each group against all others."""
    agree, disagree, total = counts.agree, counts.disagree, counts.total
    rest_agree, rest_disagree = agree.sum(axis=0) - agree, disagree.sum(axis=0) - disagree
    rest_total = total.sum(axis=0) - total
    pa, pd = _share(agree, total), _share(disagree, total)
    return Figures(
        pa, pd, _share_test(agree, total), _share_test(disagree, total),
        pa / _share(rest_agree, rest_total), pd / _share(rest_disagree, rest_total),
        _ratio_test(agree, total, rest_agree, rest_total),
        _ratio_test(disagree, total, rest_disagree, rest_total),
    )  # fmt: skip


def _of_group(counts: Tally, f: Figures, g: int, hidden: Mask) -> tuple[Representative, ...]:
    voted = counts.total[g] > 0
    agrees = (f.rat[g] > Z90) & (f.pat[g] > Z90)
    disagrees = (f.rdt[g] > Z90) & (f.pdt[g] > Z90)
    sufficient = np.flatnonzero((agrees | disagrees) & voted)
    first = _best_agree(counts, f, g)
    if not len(sufficient):
        chosen = [first] if first is not None else _best(counts, f, g)
    else:
        side = f.rat[g] > f.rdt[g]
        score = np.where(
            side, f.ra[g] * f.rat[g] * f.pa[g] * f.pat[g], f.rd[g] * f.rdt[g] * f.pd[g] * f.pdt[g]
        )
        order = sufficient[np.argsort(-score[sufficient], kind="stable")].tolist()
        chosen = ([] if first is None else [first]) + [s for s in order if s != first]
    rows = [row_of(f, g, s, bool(f.rat[g, s] > f.rdt[g, s])) for s in chosen if not hidden[s]][:_SHOWN]
    return tuple(sorted(rows, key=lambda row: row.direction != "agree"))


def _best(counts: Tally, f: Figures, g: int) -> list[int]:
    """The largest test of either side, where nothing is sufficient."""
    most = np.where(counts.total[g] > 0, np.maximum(f.rat[g], f.rdt[g]), -np.inf)
    found = int(np.argmax(most))
    return [found] if np.isfinite(most[found]) else []


def _best_agree(counts: Tally, f: Figures, g: int) -> int | None:
    """The statement the group agrees with most, found by walking statements in order."""
    ra, rat, pa, pat = f.ra[g], f.rat[g], f.pa[g], f.pat[g]
    acceptable = (pat > Z90) | ((ra > 1) & (pa > 0.5))
    current: int | None = None
    for s in np.flatnonzero(counts.agree[g] + counts.disagree[g] > 0).tolist():
        if current is None:
            better = bool(acceptable[s])
        elif ra[current] > 1:
            better = ra[s] * rat[s] * pa[s] * pat[s] > ra[current] * rat[current] * pa[current] * pat[current]
        else:
            better = pa[s] * pat[s] > pa[current] * pat[current]
        if better:
            current = s
    return current


def row_of(f: Figures, g: int, s: int, agrees: bool) -> Representative:
    """The figures of one group and statement on one side."""
    if agrees:
        return Representative(
            s, "agree", float(f.pa[g, s]), float(f.pat[g, s]), float(f.ra[g, s]), float(f.rat[g, s])
        )
    return Representative(
        s, "disagree", float(f.pd[g, s]), float(f.pdt[g, s]), float(f.rd[g, s]), float(f.rdt[g, s])
    )
