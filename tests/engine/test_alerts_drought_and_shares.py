"""The precipitation index and the p-chart: cases worked by hand, and what neither may do."""

import numpy as np
import pytest

from multaqa.engine.alerts import AlertsError, drought, p_chart, series_from, spi
from multaqa.engine.alerts._p_chart import prior_of
from multaqa.engine.alerts._spi import gamma_of


def monthly(values, start="1990-01"):
    days = (np.datetime64(start) + np.arange(len(values))).astype("datetime64[D]")
    return series_from(days, values)


def test_gamma_of_follows_thom():
    # ln(mean) - mean(ln) of 1, 2, 4: ln(7/3) - ln(2) = ln(7/6) = 0.15415
    shape, scale = gamma_of(np.array([1.0, 2.0, 4.0]))

    ratio = np.log(7 / 6)
    assert shape == pytest.approx((1 + (1 + 4 * ratio / 3) ** 0.5) / (4 * ratio))
    assert shape * scale == pytest.approx(7 / 3)


def test_spi_is_a_standard_normal_value_within_each_calendar_month():
    chance = np.random.default_rng(4)
    season = 30 + 25 * np.cos(2 * np.pi * np.arange(12) / 12)
    rain = chance.gamma(2.0, np.tile(season, 60) / 2)

    index = spi(monthly(rain), months=3)

    assert np.isnan(index[:2]).all()
    assert np.nanmean(index) == pytest.approx(0, abs=0.02)
    assert np.nanstd(index) == pytest.approx(1, abs=0.03)
    for month in range(12):
        assert np.nanmean(index[month::12]) == pytest.approx(0, abs=0.06)


def test_spi_counts_dry_months_apart():
    # half of all Januaries are dry: the index of a dry one is the quantile of 1/2, never below
    rain = np.tile([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 40) + np.repeat(np.arange(40) % 2, 12) * 5

    index = spi(monthly(rain), months=1)

    assert index[0] == pytest.approx(0, abs=1e-12) or np.isnan(index[0])
    varied = rain.copy()
    varied[12::24] = 5 + np.arange(20)
    assert spi(monthly(varied), months=1)[0] == pytest.approx(0, abs=1e-12)
    assert spi(monthly(varied), months=1)[12 * 39] > 1.5


def test_spi_names_a_drought_and_says_nothing_on_a_short_record():
    rain = np.random.default_rng(9).gamma(3.0, 10.0, 12 * 30)
    rain[-3:] = 0.5

    index = spi(monthly(rain), months=3)

    assert index[-1] < -2
    assert [drought(value) for value in (index[-1], -1.7, -1.0, -0.99, np.nan)] == [
        "extreme", "severe", "moderate", None, None,
    ]  # fmt: skip
    assert np.isnan(spi(monthly(rain[: 12 * 19]))).all()


def test_spi_leaves_out_what_was_not_measured():
    rain = np.random.default_rng(9).gamma(3.0, 10.0, 12 * 30)
    rain[200] = np.nan

    index = spi(monthly(rain), months=3)

    assert np.isnan(index).nonzero()[0].tolist() == [0, 1, 200, 201, 202]


def test_spi_refuses_days_and_negative_rain():
    with pytest.raises(AlertsError, match="one row a month"):
        spi(series_from(["2024-01-01", "2024-01-02"], [1, 2]))
    with pytest.raises(AlertsError, match="below zero"):
        spi(monthly([1.0, -1.0]))


def test_p_chart_draws_a_small_school_to_the_pool():
    # nine schools of 200 lose 4 in 200 each term; one of 10 lost 1 of 10 each term so far
    totals = np.array([[200.0] * 4] * 9 + [[10.0] * 4])
    cases = np.array([[4.0] * 4] * 9 + [[1.0] * 4])

    chart = p_chart(cases, totals)

    assert chart.expected[0, 3] == pytest.approx(0.0202, abs=2e-3)
    assert 0.02 < chart.expected[9, 3] < 0.1  # not its own 10 %
    assert not chart.alarm.any()
    assert np.isnan(chart.upper[:, :2]).all()


def test_p_chart_rings_for_a_large_school_and_not_for_a_single_case():
    totals = np.array([[200.0] * 4] * 9 + [[3.0] * 4])
    cases = np.array([[4.0] * 4] * 9 + [[0.0] * 4])
    cases[0, 3], cases[9, 3] = 24, 1

    alarm = p_chart(cases, totals).alarm

    assert np.argwhere(alarm).tolist() == [[0, 3]]


def test_p_chart_rings_rarely_when_nothing_happens():
    chance = np.random.default_rng(3)
    rates = chance.beta(4, 96, 300)[:, None]
    totals = chance.integers(20, 400, (300, 8)).astype(float)
    cases = chance.binomial(totals.astype(int), rates).astype(float)

    chart = p_chart(cases, totals, alpha=0.01)

    judged = ~np.isnan(chart.upper)
    assert 0.001 < chart.alarm[judged].mean() < 0.015


def test_prior_of_follows_the_moments():
    # rates 0.1 and 0.3 of 100: mean 0.2, noise 0.16, spread 0.01 - 0.0016
    first, second = prior_of(np.array([10.0, 30.0]), np.array([100.0, 100.0]))

    assert first + second == pytest.approx(0.16 / (0.01 - 0.0016) - 1)
    assert first / (first + second) == pytest.approx(0.2)


def test_p_chart_refuses_more_cases_than_people():
    with pytest.raises(AlertsError, match="no fewer people"):
        p_chart(np.array([[3.0]]), np.array([[2.0]]))
