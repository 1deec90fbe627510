"""Each cell of a file as the answer its dataset describes, or the reason why it cannot be one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.observatory.warehouse.store import Column

LONGEST = 60  # characters of a code
REASONS = {
    "empty": _("nothing stands here"),
    "unknown_commune": _("this is not the code of a commune known here"),
    "unknown_sex": _("this must be male, female or empty"),
    "unknown_milieu": _("this must be urban or rural"),
    "not_a_weight": _("a weight is a number above zero"),
    "not_a_number": _("this is not a number"),
    "too_low": _("this is lower than the column allows"),
    "too_high": _("this is higher than the column allows"),
    "not_a_truth": _("this must be true, false or empty"),
    "unknown_code": _("this is not one of the column's codes"),
    "too_long": _("this is too long for a code"),
    "broken_row": _("the row does not have the columns of the heading"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that cannot be read: the row of the file (the heading is row 1), the column, the key in
    REASONS, and what stands there.
    """

    line: int
    column: str
    reason: str
    value: str

    def __str__(self) -> str:
        said = str(REASONS[self.reason])
        return f"{self.line} · {self.column}: {said} ({self.value})" if self.value else (
            f"{self.line} · {self.column}: {said}"
        )  # fmt: skip


def typed(connection: Any, rows: Any, columns: tuple[Column, ...], communes: Collection[str] | None) -> Any:
    """The rows as the dataset keeps them, whether they are `bad`, and their `faults`."""
    import ibis

    given = set(rows.columns)
    # not-a-number in a file of another tool says that nobody measured
    floats = [name for name in given if rows[name].type().is_floating()]
    rows = rows.mutate(**{name: rows[name].isnan().ifelse(None, rows[name]) for name in floats})
    text = {name: rows[name].cast("string") for name in given - {"line"}}
    commune = text["commune"].strip().fill_null("")
    sex = text["sex"].fill_null("") if "sex" in given else ibis.literal("")
    milieu = text["milieu"].fill_null("")
    weight = _number(rows.weight, text["weight"]) if "weight" in given else ibis.literal(1.0)
    wrong: dict[str, list[tuple[Any, str]]] = {
        "commune": [
            (commune == "", "empty"),
            (commune.length() > LONGEST, "too_long"),
            (_unknown(connection, commune, communes), "unknown_commune"),
        ],
        "milieu": [(milieu == "", "empty"), (~milieu.isin(["urban", "rural"]), "unknown_milieu")],
    }
    if "sex" in given:
        wrong["sex"] = [(~sex.isin(["male", "female", ""]), "unknown_sex")]
    if "weight" in given:
        wrong["weight"] = [(~((weight > 0) & ~weight.isinf()).fill_null(False), "not_a_weight")]
    values = {}
    for column in columns:
        values[column.name], *wrong[column.name] = _answer(column, rows[column.name], text[column.name])
    faults = ibis.array([_fault(name, text[name], conditions) for name, conditions in wrong.items()])
    return rows.select(
        "line",
        commune=commune,
        sex=sex,
        milieu=milieu,
        weight=weight,
        **values,
        # apart from `faults`, which are only made for the rows to be listed
        bad=reduce(or_, (condition for conditions in wrong.values() for condition, _reason in conditions)),
        faults=faults.filter(lambda fault: fault.reason.notnull()),
    )


def _unknown(connection: Any, commune: Any, communes: Collection[str] | None) -> Any:
    """Whether a row's commune is none of those: the few wrong codes are found first, then looked for."""
    import ibis

    if communes is None:
        return ibis.literal(False)
    codes = connection.to_pyarrow(commune.name("commune").as_table().distinct())["commune"].to_pylist()
    wrong = set(codes) - set(communes)
    return commune.isin(sorted(wrong)) if len(wrong) <= len(communes) else ~commune.isin(sorted(communes))


def _answer(column: Column, raw: Any, text: Any) -> tuple[Any, ...]:
    """The typed answer, missing where nothing stands, and the conditions under which it is refused."""
    given = (text != "").fill_null(False)
    if column.kind == "number":
        number = _number(raw, text)
        wrong = [(given & (number.isnull() | number.isinf()), "not_a_number")]
        if column.low is not None:
            wrong.append(((number < column.low).fill_null(False), "too_low"))
        if column.high is not None:
            wrong.append(((number > column.high).fill_null(False), "too_high"))
        return number, *wrong
    if column.kind == "truth":
        truth = raw.try_cast("boolean")
        return truth, (given & truth.isnull(), "not_a_truth")
    wrong = [(given & (text.length() > LONGEST), "too_long")]
    if column.codes:
        wrong.append((given & ~text.isin(column.codes), "unknown_code"))
    return text.nullif(""), *wrong


def _number(raw: Any, text: Any) -> Any:
    return text.nullif("").try_cast("float64") if raw.type().is_string() else raw.cast("float64")


def _fault(name: str, text: Any, wrong: list[tuple[Any, str]]) -> Any:
    import ibis

    reason = ibis.cases(*wrong, else_=ibis.null("string"))
    value = text.fill_null("").substr(0, LONGEST)
    return ibis.struct({"column": ibis.literal(name), "reason": reason, "value": value})
