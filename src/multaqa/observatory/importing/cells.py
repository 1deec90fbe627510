"""Text of cells to numbers and days, with the digits, commas and spaces that people write them with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from multaqa.kit.digits import western
from multaqa.observatory.importing.kinds import EPOCH

if TYPE_CHECKING:
    import pyarrow as pa

_PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?:[.,]\d+)?", re.ASCII)
_SPACES = re.compile(r"[ \u00a0\u202f\u2009'’]")
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def number(text: str, *, comma: bool = False) -> float | str:
    """The number that a text writes, else the key of what is wrong. comma: a comma can only be decimal.

    >>> number("١٢٫٥"), number("1 234,5"), number("1,234"), number("1,234", comma=True), number("x")
    (12.5, 1234.5, 'ambiguous', 1.234, 'not_number')
    """
    if len(text) > 60:
        return "not_number"
    found = western(text.replace("٬", "\u00a0").replace("−", "-"))
    if _SPACED.fullmatch(found):
        found, comma = _SPACES.sub("", found), True
    if "," in found:
        if (not comma and _TWO_WAYS.fullmatch(found)) or found.count(",") > 1 or "." in found:
            return "ambiguous" if re.fullmatch(r"[+-]?[\d.,]+", found) else "not_number"
        found = found.replace(",", ".")
    return float(found) if _NUMBER.fullmatch(found) else "not_number"


def day(text: str) -> float | str:
    """The days since 1970 that a date writes, else the key of what is wrong.

    >>> day("1970-01-03"), day("3/1/1970"), day("2026-02-30")
    (2.0, 2.0, 'not_day')
    """
    found = western(text)
    if match := _DAY.fullmatch(found):
        parts = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(found):
        parts = match[3], match[2], match[1]
    else:
        return "not_day"
    try:
        return float(date(*map(int, parts)).toordinal() - EPOCH)
    except ValueError:
        return "not_day"


def numbers(column: pa.StringArray, *, comma: bool) -> tuple[Any, dict[str, Any]]:
    """The numbers of a column, NaN for an empty cell and a fault; and the places of each kind of fault."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.match_substring_regex(column, _PLAIN)
    figures = pc.cast(pc.if_else(plain, column, pa.scalar(None, pa.string())), pa.float64())
    found = np.array(figures.to_numpy(zero_copy_only=False))
    odd = np.flatnonzero(pc.and_(pc.invert(plain), pc.not_equal(column, "")).to_numpy(zero_copy_only=False))
    if not odd.size:
        return found, {}
    figures, faults = each(column.take(pa.array(odd)), lambda text: number(text, comma=comma))
    found[odd] = figures
    return found, {key: odd[places] for key, places in faults.items()}


def each(column: pa.StringArray, read: Callable[[str], float | str]) -> tuple[Any, dict[str, Any]]:
    """What `read` makes of each cell, asked once for equal cells; NaN for an empty cell and a fault."""
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(column)
    answers = [np.nan if text == "" else read(text) for text in encoded.dictionary.to_pylist()]
    place = encoded.indices.to_numpy()
    if not answers:
        return np.empty(0), {}
    figures = np.array([np.nan if isinstance(answer, str) else answer for answer in answers], dtype=float)
    faults = {
        key: np.flatnonzero(np.isin(place, [n for n, answer in enumerate(answers) if answer == key]))
        for key in {answer for answer in answers if isinstance(answer, str)}
    }
    return figures[place], faults
