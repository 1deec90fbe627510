"""The table as a reader may see it, and why some of it is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from multaqa.engine.disclosure._publish import HIDDEN, ROUNDED, SHOWN, WITHHELD, Published


@dataclass(frozen=True, slots=True)
class Row:
    """One cell for a page or a file; None is «hidden», which never tells for which of the two reasons."""

    labels: tuple[str, ...]
    count: int | None
    amount: int | None
    rounded: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """A message key with its values: what was done to the table, safe to print under it."""

    key: str
    values: dict[str, object]


def public_rows(published: Published) -> tuple[Row, ...]:
    """Every cell that this cube shows or hides, totals in; withheld ones are not mentioned."""
    counts, state = published.counts.ravel(), published.state.ravel()
    money = counts if published.amounts is None else published.amounts.ravel()
    rows = []
    for cell in np.flatnonzero(state != WITHHELD):
        count, amount = int(counts[cell]), int(money[cell])
        rows.append(
            Row(
                published.cube.labels(int(cell)),
                None if count == HIDDEN else count,
                None if published.amounts is None or amount == HIDDEN else amount,
                bool(state[cell] == ROUNDED),
            )
        )
    return tuple(rows)


def explain(published: Published) -> tuple[Reason, ...]:
    """What the reader should know: how many cells are hidden and by which rules.

    Keys: `threshold` (k), `hidden` (cells, of), `rounded` (base, cells), `amounts_hidden` (cells, share). No
    row tells a cell hidden for its own sake from one hidden to cover it.
    """
    policy, state = published.policy, published.state
    shown = (state == SHOWN) | (state == ROUNDED)
    offered = int((state != WITHHELD).sum())
    rows = [Reason("threshold", {"k": policy.k})]
    rows.append(Reason("hidden", {"cells": offered - int(shown.sum()), "of": offered}))
    if policy.base > 1:
        rows.append(Reason("rounded", {"base": policy.base, "cells": int((state == ROUNDED).sum())}))
    if published.amount_state is not None:
        kept = published.amount_state
        cells = int(((kept != SHOWN) & (kept != WITHHELD)).sum())
        rows.append(Reason("amounts_hidden", {"cells": cells, "share": policy.dominance}))
    return tuple(rows)
