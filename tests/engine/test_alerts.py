"""Alerts: R's bounds, cases worked by hand, holes and disorder, and what no bound may do."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.alerts import (
    METHODS,
    AlertsError,
    Flexible,
    Rule,
    check,
    explain,
    false_alarms,
    notices,
    read,
    series_from,
    watch,
)
from multaqa.engine.alerts._farrington import anscombe_weights, upper_bound

WEEKLY = Path(__file__).parents[1] / "data/alerts/weekly.csv"
DEFAULTS_OF_R = Flexible(bound="delta", periods=1, recent=3, trend_p=0.05)
CASES = {
    "c1": Rule("c1"),
    "c2": Rule("c2"),
    "c3-r": Rule("c3-r"),
    "nb-plugin": Rule("farrington"),
    "muan": Rule("farrington", flexible=Flexible(bound="muan")),
    "delta": Rule("farrington", flexible=DEFAULTS_OF_R),
    "offset": Rule("farrington", flexible=Flexible(bound="delta")),
}


def daily(values, start="2024-01-01"):
    return series_from(np.datetime64(start) + np.arange(len(values)), values)


def weekly(column=None):
    with WEEKLY.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def numbers(name):
        return [float(row[name]) if row[name] else None for row in rows]

    series = series_from([row["date"] for row in rows], numbers("value"), numbers("population"))
    return series, column and np.array(numbers(column), dtype=float)


@pytest.mark.parametrize("case", CASES)
def test_watch_gives_the_bounds_of_r(case):
    series, bounds = weekly(case)
    series = series if case == "offset" else replace(series, population=None)

    found = watch(series, CASES[case])

    assert np.isnan(found.upper).tolist() == np.isnan(bounds).tolist()
    np.testing.assert_allclose(found.upper, bounds, rtol=1e-9, atol=1e-9)
    with np.errstate(invalid="ignore"):
        assert found.alarm.tolist() == (series.values > bounds).tolist()
    assert check(found) == ()


def test_c1_by_hand():
    # seven values of mean 4 and squares 4+1+0+1+4+1+1 = 12: sd = sqrt(12 / 6)
    found = watch(daily([2, 3, 4, 5, 6, 3, 5, 8, 9]), Rule("c1"))

    assert found.expected[7] == 4
    assert found.upper[7] == pytest.approx(4 + 3.090232306167813 * 2**0.5, abs=1e-12)
    assert found.alarm.tolist() == [False] * 9
    assert np.isnan(found.upper[:7]).all()


def test_c2_leaves_out_the_two_latest():
    found = watch(daily([2, 3, 4, 5, 6, 3, 5, 70, 80, 8.38]), Rule("c2"))

    assert found.upper[9] == pytest.approx(4 + 3.090232306167813 * 2**0.5, abs=1e-12)
    assert found.alarm.tolist() == [False] * 9 + [True]


def test_c3_adds_up_three_excesses_and_c3_r_only_the_two_before():
    # C2 of the last three: (8 - 4)/sqrt(2) = 2.83, then baselines 3 4 5 6 3 5 8 … worked step by step
    values = [2, 3, 4, 5, 6, 3, 5, 4, 5, 8, 9, 9]
    mean = [np.mean(values[end - 7 : end]) for end in (7, 8, 9)]
    sigma = [np.std(values[end - 7 : end], ddof=1) for end in (7, 8, 9)]
    excess = [max(0, (y - m) / s - 1) for y, m, s in zip(values[9:], mean, sigma, strict=True)]

    usual, of_r = watch(daily(values), Rule("c3")), watch(daily(values), Rule("c3-r"))

    assert sum(excess) > 2
    assert bool(usual.alarm[11]) is True
    assert usual.upper[11] == pytest.approx(
        mean[2] + sigma[2] * (1 + max(0, 2 - excess[0] - excess[1])) if sum(excess[:2]) <= 2 else 0
    )
    assert of_r.upper[11] == pytest.approx(9 + sigma[2] * (1.959963984540054 - excess[0] - excess[1]))
    assert bool(of_r.alarm[11]) == (excess[0] + excess[1] > 1.959963984540054)
    assert np.isnan(usual.upper[:11]).all()


@pytest.mark.parametrize(
    ("bound", "dispersion", "upper"),
    [("muan", 1.5, 24), ("muan", 1.0, 22), ("nb-plugin", 1.5, 10), ("nb-plugin", 1.0, 9)],
)
def test_count_bounds_published_with_surveillance(bound, dispersion, upper):
    assert upper_bound(np.log(5), np.log(2), dispersion, alpha=0.05, bound=bound) == upper


def test_delta_bound_published_with_surveillance():
    # mean 5 with a standard error of 0.2, that is 0.04 on the log scale
    assert upper_bound(np.log(5), 0.04, 1.0, alpha=0.05, bound="delta") == pytest.approx(9.1154825, abs=1e-6)


def test_anscombe_weights_add_up_and_spare_the_quiet():
    weights = anscombe_weights(np.array([0.0] * 5 + [2.0] * 5), 0)

    assert weights.tolist() == pytest.approx([1.6] * 5 + [0.4] * 5)


def test_farrington_by_definition_on_a_plain_series():
    # every season alike and no trend: the mean is the mean, the bound a Poisson quantile
    values = [4, 6, 5, 5] * 80
    days = np.datetime64("2017-01-02") + 7 * np.arange(len(values))

    found = watch(series_from(days, values), Rule("farrington"))

    assert found.expected[-1] == pytest.approx(5, abs=0.2)
    assert found.upper[-1] == 9  # P(X <= 9 | 5) = 0.968, P(X <= 8) = 0.932
    assert np.isnan(found.upper[:263]).all()
    assert not np.isnan(found.upper[263:]).any()


def test_farrington_gives_no_bound_on_few_cases():
    values = [1, 0, 0, 0] * 80
    values[-1] = 2
    days = np.datetime64("2017-01-02") + 7 * np.arange(len(values))

    found = watch(series_from(days, values), Rule("farrington"))

    assert np.isnan(found.upper).all()
    assert found.why[-1] == "few_cases"
    assert found.why[0] == "short_baseline"


def test_farrington_on_months_uses_seasons_of_months():
    month = np.arange(12 * 9)
    values = np.round(20 + 10 * np.sin(2 * np.pi * month / 12)) + month % 3
    values[-1] += 30
    days = (np.datetime64("2015-01") + month).astype("datetime64[D]")

    found = watch(series_from(days, values), Rule("farrington"))

    assert np.isnan(found.upper[:61]).all()
    assert bool(found.alarm[-1]) is True
    assert found.expected[-1] == pytest.approx(values[-1] - 30, rel=0.25)


@pytest.mark.parametrize("method", METHODS)
def test_watch_keeps_the_order_of_the_rows_and_does_not_depend_on_it(method):
    series, _bounds = weekly()
    mixed = np.random.default_rng(7).permutation(len(series.days))

    found, other = (
        watch(series, Rule(method)),
        watch(
            replace(
                series,
                days=series.days[mixed],
                values=series.values[mixed],
                population=series.population[mixed],
            ),
            Rule(method),
        ),
    )

    np.testing.assert_array_equal(found.upper[mixed], other.upper)
    assert found.alarm[mixed].tolist() == other.alarm.tolist()


def test_an_absent_date_is_a_hole_and_not_a_quiet_day():
    days = np.datetime64("2024-01-01") + np.delete(np.arange(20), 12)
    found = watch(series_from(days, np.arange(19.0)), Rule("c1"))

    # the hole of 13 January silences the seven days after it, and no more
    judged = [str(day)[8:] for day, bound in zip(days, found.upper, strict=True) if not np.isnan(bound)]
    assert judged == ["08", "09", "10", "11", "12"]
    assert found.why[12] == "missing_in_baseline"


def test_a_day_without_value_has_a_bound_and_no_alarm():
    found = watch(daily([1, 2, 1, 2, 1, 2, 1, None]), Rule("c1"))

    assert found.upper[7] == pytest.approx(10 / 7 + 3.090232306167813 * 0.5345224838248488)
    assert bool(found.alarm[7]) is False
    assert explain(found)[7].key == "not_measured"


def test_zeros_give_the_bound_zero_unless_a_least_sigma_is_asked():
    values = [0] * 7 + [1]

    assert (watch(daily(values), Rule("c1")).upper[7], watch(daily(values), Rule("c1")).alarm[7]) == (0, True)
    wide = watch(daily(values), Rule("c1", least_sigma=0.5))
    assert wide.upper[7] == pytest.approx(0.5 * 3.090232306167813)
    assert bool(wide.alarm[7]) is False
    assert watch(daily([0] * 14), Rule("c3")).alarm.tolist() == [False] * 14
    assert np.isnan(watch(daily([0] * 14), Rule("c3-r")).upper).all()


def test_notices_are_silent_for_seven_days():
    found = watch(daily([2, 3, 2, 3, 2, 3, 2, 30, 300, 3, 3000]), Rule("c1"))
    weekly_alarms = replace(found, alarm=np.ones(11, dtype=bool))

    assert found.alarm.tolist() == [False] * 7 + [True, True, False, True]
    assert notices(found) == (7,)
    assert notices(found, silence=3) == (7, 10)
    assert notices(weekly_alarms) == (0, 7)


def test_false_alarms_leave_out_known_events_and_give_an_interval():
    found = watch(daily([2, 3, 2, 3, 2, 3, 2, 30, 3, 2, 3, 2, 3, 2, 3, 2, 9]), Rule("c1"))

    every, quiet = false_alarms(found), false_alarms(found, [("2024-01-08", "2024-01-10")])

    assert (every.alarms, every.judged, every.nominal) == (2, 10, 0.001)
    assert (quiet.alarms, quiet.judged) == (1, 7)
    assert (quiet.low, quiet.high) == (pytest.approx(0.0257, abs=1e-4), pytest.approx(0.5131, abs=1e-4))


def test_population_enters_farrington_as_exposure():
    series, _bounds = weekly()
    rule = Rule("farrington", flexible=Flexible(bound="delta"))

    once, tenfold = watch(series, rule), watch(replace(series, population=series.population * 10), rule)

    np.testing.assert_allclose(once.upper, tenfold.upper, rtol=1e-6)


def test_read_takes_weeks_months_marks_and_digits_as_people_write_them():
    week = read("date,value\n2020-W53,3\n2021-W01,NA\n")
    month = read("\ufeffvalue;date;note\n10,5;2024-01;a\n;2024-02;b\n")
    arabic = read("date,value,population\r\n٢٠٢٤-٠١-٠٥,١٢,١٠٠٠\r\n")

    assert week.days.tolist() == series_from(["2020-12-28", "2021-01-04"], [0, 0]).days.tolist()
    assert (week.values[0], np.isnan(week.values[1])) == (3, True)
    assert (month.values[0], np.isnan(month.values[1])) == (10.5, True)
    assert (str(arabic.days[0]), arabic.values[0], arabic.population[0]) == ("2024-01-05", 12, 1000)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("", "empty", None),
        ("date,value\n", "empty", None),
        ("day,value\n2024-01-01,3\n", "no_column", 1),
        ("date,value\n2024-01-01,3\n2024-13-01,3\n", "bad_date", 3),
        ("date,value\n2024-02-30,3\n", "bad_date", 2),
        ("date,value\n2021-W53,3\n", "bad_date", 2),
        ("date,value\n2024-01-01,three\n", "bad_number", 2),
        ("date,value\n2024-01-01,inf\n", "bad_number", 2),
        ("date,value\n2024-01-01\n", "cells", 2),
        ("date,value,population\n2024-01-01,3,0\n", "no_people", 2),
        ('date,value\n2024-01-01,"3\n', "csv", 2),
    ],
)
def test_read_refuses_what_is_malformed_with_its_line(text, key, line):
    with pytest.raises(AlertsError) as refused:
        read(text)

    assert (refused.value.key, refused.value.values.get("line")) == (key, line)


def test_watch_refuses_a_repeated_date_and_one_off_the_step():
    repeated = read("date,value\n2024-01-08,1\n2024-01-01,2\n2024-01-08,3\n")
    off = read(
        "date,value\n2024-01-01,1\n2024-01-08,2\n2024-01-15,3\n2024-01-23,3\n2024-01-29,4\n2024-02-05,5\n"
    )

    with pytest.raises(AlertsError) as twice:
        watch(repeated, Rule("c1"))
    with pytest.raises(AlertsError) as between:
        watch(off, Rule("c1"))

    assert (twice.value.key, twice.value.values["first"], twice.value.values["line"]) == (
        "repeated_date",
        2,
        4,
    )
    assert (between.value.key, between.value.values["line"]) == ("off_step", 5)


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (Rule("c9"), "no_such_method"),
        (Rule("c1", alpha=1.5), "bad_level"),
        (Rule("c1", baseline=2), "short_window"),
        (Rule("c1", least_sigma=-1), "negative_sigma"),
        (Rule("farrington", flexible=Flexible(bound="x")), "no_such_bound"),
        (Rule("farrington", flexible=Flexible(periods=400)), "too_many_periods"),
    ],
)
def test_watch_refuses_settings_that_cannot_be(rule, key):
    with pytest.raises(AlertsError) as refused:
        watch(daily([1.0] * 10), rule)

    assert refused.value.key == key


values = st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=40)


@given(values=values, method=st.sampled_from(METHODS[:4]))
def test_no_bound_sees_the_future_and_no_alarm_lacks_a_bound(values, method):
    found = watch(daily(values), Rule(method))

    assert check(found, samples=40) == ()
    assert len(explain(found)) == len(values)
    assert set(notices(found)) <= set(np.flatnonzero(found.alarm).tolist())


def test_check_finds_an_alarm_that_the_rule_did_not_give():
    found = watch(daily([2, 3, 2, 3, 2, 3, 2, 3, 3, 2]), Rule("c1"))
    forged = replace(found, alarm=np.array([True] + [False] * 8 + [True]))

    assert {(fault.row, fault.key) for fault in check(forged)} == {
        (0, "alarm_without_bound"),
        (0, "alarm_not_above_bound"),
        (9, "alarm_not_above_bound"),
        (0, "depends_on_order"),
        (9, "depends_on_order"),
        (0, "sees_the_future"),
        (9, "sees_the_future"),
    }
