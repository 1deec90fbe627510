"""A step of a method as text, `name:number,number`, so that a choice can be frozen, printed and compared."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A named choice with its numbers and, where it has one, a word (a unit, a group column)."""

    name: str
    numbers: tuple[float, ...] = ()
    word: str = ""

    def __str__(self) -> str:
        rest = ",".join([*([self.word] if self.word else []), *(f"{number:g}" for number in self.numbers)])
        return f"{self.name}:{rest}" if rest else self.name


# name -> how many numbers it may be given, and whether a word stands before them
Kinds = dict[str, tuple[tuple[int, ...], bool]]

NORMALISE: Kinds = {
    "none": ((0,), False),
    "minmax": ((0, 2), False),
    "zscore": ((0, 2), False),
    "rank": ((0,), False),
    "prank": ((0,), False),
    "borda": ((0,), False),
    "fracmax": ((0,), False),
    "dist2max": ((0,), False),
    "scaled": ((0, 2), False),
    "goalposts": ((0, 1, 2, 3), False),
    "target": ((0,), False),
    "target-capped": ((0,), False),
    "reference": ((0,), True),
    "reference-capped": ((0,), True),
}
AGGREGATE: Kinds = {
    "arithmetic": ((0,), False),
    "geometric": ((0,), False),
    "harmonic": ((0,), False),
    "power": ((1,), False),
    "reversed-geometric": ((0, 1), False),
    "maximum": ((0,), False),
    "outranking": ((0,), False),
}
TREAT: Kinds = {
    "none": ((0,), False),
    "coin": ((0, 1), False),
    "winsorise": ((0, 1), False),
    "log": ((0,), False),
    "log-plus": ((0,), False),
    "log-one": ((0,), False),
    "log-gii": ((0,), False),
    "box-cox": ((1,), False),
}
IMPUTE: Kinds = {
    "none": ((0,), False),
    "mean": ((0,), False),
    "median": ((0,), False),
    "group-mean": ((0,), True),
    "group-median": ((0,), True),
    "latest": ((0, 1), False),
    "linear": ((0,), False),
}


def step(text: str, kinds: Kinds) -> Step | None:
    """The step that a text names, or None where it names none of these kinds."""
    name, _, rest = text.partition(":")
    if name not in kinds:
        return None
    amounts, worded = kinds[name]
    parts = rest.split(",") if rest else []
    word = parts.pop(0).strip() if worded and parts else ""
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        return None
    if len(numbers) not in amounts or worded != bool(word) or not all(map(math.isfinite, numbers)):
        return None
    return Step(name, numbers, word)
