"""COINr's two tables as people write them, and the sentence that each mistake gets."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine import composite
from multaqa.engine.composite import LayoutError

META = """iCode,iName,Level,Parent,Direction,Weight,Type,Denominator,Target,Extra
income,Income,1,means,1,2,Indicator,people,9,3
water,Water,1,means,-1,1,Indicator,,,1
means,Means,2,top,1,1,Aggregate,,,1
top,Index,3,,1,,Aggregate,,,
people,People,,,,,Denominator,,,
region,Region,,,,,Group,,,
"""
DATA = """uCode,uName,income,water,people,region,note
A,Alpha,10,1,5,north,x
B,Beta,NA,2.5,4,,y
C,"Gamma, the third",-3e1,,3,south,z
"""


def read(meta=META, data=DATA, **options):
    return composite.read(meta, data, **options)


def test_read_gives_the_tree_and_the_figures():
    elements, table = read()

    assert [(i.code, i.level, i.parent, i.weight, i.direction) for i in elements] == [
        ("income", 1, "means", 2.0, 1),
        ("water", 1, "means", 1.0, -1),
        ("means", 2, "top", 1.0, 1),
        ("top", 3, None, 1.0, 1),
    ]
    assert (elements[0].denominator, elements[0].target, elements[1].target) == ("people", 9.0, None)
    assert table.units == ("A", "B", "C")
    assert table.names[2] == "Gamma, the third"
    assert np.array_equal(table.values, [[10, 1], [np.nan, 2.5], [-30, np.nan]], equal_nan=True)
    assert table.denominators["people"].tolist() == [5, 4, 3]
    assert table.groups == {"region": ("north", "", "south")}
    assert table.years is None


def test_read_takes_bytes_with_a_mark_semicolons_and_any_line_ending():
    def other(text):
        return (
            b"\xef\xbb\xbf"
            + text.replace(",", ";").replace("Gamma; the", "Gamma, the").replace("\n", "\r\n").encode()
        )

    assert str(read(other(META), other(DATA))) == str(read())


def test_read_takes_the_weights_from_a_named_column():
    meta = META.replace("Indicator,people,9,3", "Indicator,people,9,3.5")

    assert [item.weight for item in read(meta, weights="Extra")[0]] == [3.5, 1.0, 1.0, 1.0]
    assert [item.weight for item in read(weights="equal")[0]] == [1.0] * 4


def test_read_takes_goalposts_counts_and_a_rule_of_its_own():
    meta = """iCode,Level,Parent,Direction,Weight,Type,goalpost_lower,goalpost_upper,Count,Aggregation
a,1,top,1,1,Indicator,0,50,n,
b,1,top,1,1,Indicator,0,50,,
top,2,,1,1,Aggregate,,,,power:2
n,,,,,Count,,,,
"""
    elements, table = read(meta, "uCode,a,b,n\nA,1,2,30\n")

    assert (elements[0].low, elements[0].high, elements[0].count) == (0.0, 50.0, "n")
    assert (elements[0].factor, elements[0].beyond) == (None, False)
    assert str(elements[-1].aggregation) == "power:2"
    assert table.counts["n"].tolist() == [30]


def test_read_keeps_the_years_of_a_panel():
    _elements, table = read(data="uCode,Time,income,water,people\nA,2020,1,2,3\nA,2021,1,2,3\n")

    assert table.years.tolist() == [2020, 2021]


@pytest.mark.parametrize(
    ("meta", "line", "sentence"),
    [
        (META.replace("Direction", "Way"), 1, "There is no column Direction."),
        (META.replace("iName", "iCode"), 1, "There are two columns iCode."),
        (META.replace("iName", ""), 1, "Column 2 has no name."),
        (META.replace("income,Income", ",Income"), 2, "Column iCode is empty."),
        (META.replace("water,Water", "income,Water"), 3, "Column iCode: income stands on line 2 already."),
        (META.replace("1,Indicator,,,1", "1,Indicateur,,,1"), 3, "Column Type: Indicateur is not one of"),
        (META.replace("means,-1", "means,2"), 3, "Column Direction must be 1 or -1."),
        (META.replace("means,-1", "means,"), 3, "Column Direction must be 1 or -1."),
        (META.replace("means,-1,1", "means,-1,much"), 3, "Column Weight: much is not a number."),
        (META.replace("means,-1,1", "means,-1,"), 3, "Column Weight is empty."),
        (META.replace("means,-1,1", "means,-1,-2"), 3, "The weight of water must not be below zero."),
        (META.replace("water,Water,1", "water,Water,1.5"), 3, "Column Level: 1.5 is not a whole number."),
        (META.replace("water,Water,1", "water,Water,2"), 3, "Column Level: an Indicator is of level 1"),
        (META.replace("1,means,-1", "1,,-1"), 3, "Column Parent is empty."),
        (META.replace("1,means,-1", "1,ends,-1"), 3, "water names the parent ends, which is not in"),
        (META.replace("means,Means,2,top", "means,Means,2,"), 1, "The tree must have one top"),
        (META.replace("Means,2,top", "Means,3,top"), 4, "means must be on a lower level than its parent"),
        (META.replace("top,Index", "ends,E,2,top,1,1,Aggregate,,,\ntop,Index"), 5, "ends has nothing below"),
        (META.replace("people,9,3", "people,9"), 2, "There are 9 cells, the first line has 10."),
        (META.replace("Water", '"Water'), 3, "A quoted text is not closed"),
        (META.split("\n", 1)[0], 2, "The table has no rows."),
        ("", 1, "The table has no rows."),
        (META.encode("utf-16"), 1, "The text is not UTF-8."),
        (META.replace("Water", "Wa\0ter"), 3, "The file is not text."),
        ("\n".join(META.split("\n")[:1] + META.split("\n")[3:]), 1, "No row has the type Indicator."),
    ],
)  # fmt: skip
def test_read_says_what_is_wrong_with_the_tree_and_where(meta, line, sentence):
    with pytest.raises(LayoutError) as refused:
        read(meta)

    assert str(refused.value).startswith(f"Line {line}: {sentence}")
    assert (refused.value.table, refused.value.values["line"]) == ("iMeta", line)


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (DATA.replace("uCode", "code"), 1, "There is no column uCode."),
        (DATA.replace("income", "Income"), 1, "There is no column income."),
        (DATA.replace("people", "folk"), 1, "There is no column people."),
        (DATA.replace("-3e1", "3,1"), 4, "There are 8 cells, the first line has 7."),
        (DATA.replace("-3e1", '"3,1"'), 4, "Column income: 3,1 is not a number."),
        (DATA.replace("-3e1", "inf"), 4, "Column income: inf is not a number."),
        (DATA.replace("-3e1", "1e999"), 4, "Column income: 1e999 is not a number."),
        (DATA.replace("-3e1", "x"), 4, "Column income: x is not a number."),
        (DATA.replace("B,Beta", "A,Beta"), 3, "Column uCode: A stands on line 2 already."),
        (DATA.replace("B,Beta", ",Beta"), 3, "Column uCode is empty."),
        (DATA.replace("10,1,5", "10,1,0"), 2, "Column people: a denominator must be above zero."),
        ("uCode,Time,income,water,people\nA,2020,1,2,3\nA,,1,2,3\n", 3, "Column Time is empty."),
        ("uCode,Time,income,water,people\nA,2020,1,2,3\nA,May,1,2,3\n", 3, "Column Time: May is not a whole"),
    ],
)  # fmt: skip
def test_read_says_what_is_wrong_with_the_figures_and_where(data, line, sentence):
    with pytest.raises(LayoutError) as refused:
        read(data=data)

    assert str(refused.value).startswith(f"Line {line}: {sentence}")
    assert (refused.value.table, refused.value.values["line"]) == ("iData", line)


def test_read_says_which_rule_of_its_own_is_unknown():
    header = "iCode,Level,Parent,Direction,Weight,Type,Aggregation\n"
    meta = header + "a,1,top,1,1,Indicator,\ntop,2,,1,1,Aggregate,mode\n"
    with pytest.raises(LayoutError, match="Line 3: Column Aggregation: mode is not one of arithmetic"):
        read(meta)


def test_read_budget_takes_whole_groups_of_the_tree():
    codes, points = composite.read_budget("participant,income,water\np1,60,40\np2,,10\n", read()[0])

    assert codes == ("income", "water")
    assert points.tolist() == [[60, 40], [0, 10]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("participant,income\np1,60\n", "Line 1: There is no column water."),
        ("participant,income,wine\np1,60,4\n", "Line 1: There is no column water."),
        ("participant,wine\np1,60\n", "Line 1: Column wine is no code of the tree."),
        ("participant,income,water\np1,60,-4\n", "Line 2: Column water: points must not be below zero."),
    ],
)
def test_read_budget_says_what_is_wrong(text, sentence):
    with pytest.raises(LayoutError) as refused:
        composite.read_budget(text, read()[0])

    assert str(refused.value) == sentence


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_read_refuses_or_reads_but_never_breaks(data):
    """Any cut, repeated or strange piece of either table gives tables or a LayoutError."""
    texts = [META, DATA]
    which = data.draw(st.integers(0, 1))
    text = texts[which]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    piece = data.draw(
        st.one_of(st.text(max_size=4), st.sampled_from([",", "\n", '"', "\0", "1e400", "-1", "NA"]))
    )
    texts[which] = text[:start] + piece + text[end:]

    with contextlib.suppress(LayoutError):
        elements, table = composite.read(*texts)
        assert table.values.shape == (len(table.units), sum(item.level == 1 for item in elements))
