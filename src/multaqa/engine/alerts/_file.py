"""Reads `date,value[,population]` from text; what is malformed is refused with its line."""

from __future__ import annotations

import csv
import io
import re

import numpy as np

from multaqa.engine.alerts._series import AlertsError, Series

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_MONTH = re.compile(r"\d{4}-\d{2}")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "..", "x"}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")


def read(text: str) -> Series:
    """The series of a CSV text, rows in the order of the file.

    Separated by commas, semicolons or tabs; dates as 2024-03-18, 2024-03 or 2024-W12; an empty value is not
    measured. Raises AlertsError with the line at fault.
    """
    text = text.removeprefix("\ufeff").translate(_DIGITS)
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    days: list[np.datetime64] = []
    values: list[float] = []
    people: list[float] = []
    lines: list[int] = []
    columns: dict[str, int] = {}
    try:
        for cells in rows:
            line = rows.line_num
            if not columns:
                columns = _columns(cells, line)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != columns["="]:
                raise AlertsError(
                    "cells", "{found} cells where the first line has {needed}.",
                    found=len(cells), needed=columns["="], line=line,
                )  # fmt: skip
            days.append(_day(cells[columns["date"]].strip(), line))
            values.append(_number(cells[columns["value"]], mark, "value", line))
            if "population" in columns:
                people.append(_number(cells[columns["population"]], mark, "population", line))
                if people[-1] <= 0:
                    raise AlertsError(
                        "no_people", "the population {text} is not above zero.",
                        text=cells[columns["population"]].strip(), line=line,
                    )  # fmt: skip
            lines.append(line)
    except csv.Error as wrong:
        raise AlertsError("csv", "the text is not CSV.", line=rows.line_num) from wrong
    if not lines:
        raise AlertsError("empty", "There is no row to look at.")
    population = np.array(people) if people else None
    return Series(np.array(days, dtype="datetime64[D]"), np.array(values), population, tuple(lines))


def _columns(cells: list[str], line: int) -> dict[str, int]:
    names = [cell.strip().lower() for cell in cells]
    columns = {name: place for place, name in enumerate(names)}
    for name in ("date", "value"):
        if names.count(name) != 1:
            raise AlertsError(
                "no_column", "the first line must name one column “{column}”.", column=name, line=line or 1
            )
    return columns | {"=": len(cells)}


def _day(text: str, line: int) -> np.datetime64:
    try:
        if found := _DAY.fullmatch(text):
            return np.datetime64(f"{found[1]}-{found[2]}-{found[3]}", "D")
        if _MONTH.fullmatch(text):
            return np.datetime64(f"{text}-01", "D")
        if found := _WEEK.fullmatch(text):
            return _monday(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise AlertsError("bad_date", "“{text}” is not a date such as 2024-03-18.", text=text, line=line)


def _monday(year: int, week: int) -> np.datetime64:
    """The Monday of an ISO week: week 1 is the one that holds 4 January."""
    fourth = np.datetime64(f"{year:04d}-01-04", "D")
    first = fourth - (int(fourth.astype(np.int64)) + 3) % 7  # day 0, 1 January 1970, was a Thursday
    last = np.datetime64(f"{year:04d}-12-28", "D")
    if not 1 <= week <= int((last - first).astype(np.int64)) // 7 + 1:
        raise ValueError(week)
    return first + 7 * (week - 1)


def _number(cell: str, mark: str, column: str, line: int) -> float:
    text = cell.strip()
    if text.lower() in _MISSING:
        return np.nan
    plain = text.replace(",", ".") if mark != "," else text
    if not _NUMBER.fullmatch(plain) or not np.isfinite(float(plain)):
        raise AlertsError(
            "bad_number", "the {column} “{text}” is not a number.", column=column, text=text, line=line
        )
    return float(plain)
