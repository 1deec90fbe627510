import re
from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from multaqa.kit import formats
from multaqa.kit.digits import western
from multaqa.kit.money import Money, parse_amount


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("120000", 12_000_000),
        ("120 000", 12_000_000),
        ("120\u00a0000,5", 12_000_050),
        ("١٢٠٠٠٠", 12_000_000),
        ("1.25", 125),
        ("٣٫٧٥", 375),
    ],
)
def test_parse_amount_reads_what_people_type(typed, minor):
    assert parse_amount(typed, "MAD") == minor


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1,234,567", "1.255", "12 dirhams"])
def test_parse_amount_refuses_what_is_no_amount(typed):
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        parse_amount(typed, "MAD")


def test_parse_amount_knows_the_currency_s_decimals():
    assert parse_amount("12", "JPY") == 12
    assert parse_amount("1,234", "TND") == 1234
    with pytest.raises(ValueError, match="1,5"):
        parse_amount("1,5", "JPY")


@given(st.integers(0, 10**14), st.sampled_from(["ar", "fr", "en"]))
def test_amount_is_read_back_as_it_was_written(minor, language):
    with override(language):
        assert parse_amount(formats.amount(minor, "MAD"), "MAD") == minor


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "120\u00a0000,50\u00a0درهم"),
        ("fr", "120\u00a0000,50\u00a0dirhams"),
        ("en", "120\u00a0000.50\u00a0dirhams"),
    ],
)
def test_money_is_written_in_the_readers_language(language, text):
    with override(language):
        assert str(Money(12_000_050, "MAD")) == text


@pytest.mark.parametrize(
    ("month", "name"), [(7, "يوليوز"), (8, "غشت"), (9, "شتنبر"), (11, "نونبر"), (12, "دجنبر"), (5, "ماي")]
)
def test_day_uses_moroccan_month_names(month, name):
    with override("ar"):
        assert formats.day(date(2026, month, 23)) == f"23 {name} 2026"


def test_day_in_french_and_english():
    with override("fr"):
        assert formats.day(date(2026, 8, 1), "weekday") == "samedi 1 août 2026"
    with override("en"):
        assert formats.day(date(2026, 8, 1)) == "1 August 2026"


def test_hijri_stands_beside_the_gregorian_day(settings):
    with override("ar"):
        assert formats.hijri(date(2026, 11, 23)) == "13 جمادى الآخرة 1448\u00a0هـ"

        settings.HIJRI_OFFSET_DAYS = -1
        assert formats.hijri(date(2026, 11, 23)) == "12 جمادى الآخرة 1448\u00a0هـ"


def test_hijri_is_silent_outside_its_table():
    assert formats.hijri(date(2100, 1, 1)) == ""


def test_numbers_use_western_digits_and_the_language_s_signs():
    with override("ar"):
        assert formats.number(219965) == "219\u00a0965"
        assert formats.percent(5.1) == "5,1%"
        assert formats.number(-2.5, 1) == "\u22122,5"
    with override("fr"):
        assert formats.percent(98.4) == "98,4\u00a0%"


def test_western_reads_arabic_indic_and_persian_digits():
    assert western("٠١٢٣٤٥٦٧٨٩ ۴۵۶") == "0123456789 456"
