"""Dates, numbers and money as the reader's language writes them in the region.

Western digits everywhere, Moroccan month names in Arabic, no-break spaces between thousands, comma for
decimals. Every function returns plain text; the `kit` template tags wrap it in `<bdi>`.
"""

from datetime import date, datetime

from babel.dates import format_date, format_skeleton
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext
from hijridate import Gregorian

from multaqa.kit.money import Money, scale

NBSP = "\u00a0"
HIJRI_MONTHS = {
    "ar": [
        "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
        "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
    ],
    "fr": [
        "mouharram", "safar", "rabia I", "rabia II", "joumada I", "joumada II",
        "rajab", "chaabane", "ramadan", "chaoual", "dhou al-qi‘da", "dhou al-hijja",
    ],
    "en": [
        "Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II",
        "Rajab", "Sha‘ban", "Ramadan", "Shawwal", "Dhu al-Qa‘da", "Dhu al-Hijja",
    ],
}  # fmt: skip
_BABEL = {"ar": "ar_MA", "fr": "fr", "en": "en_GB"}


def language() -> str:
    """The reader's language among ar, fr, en."""
    return (get_language() or "ar")[:2]


def day(value: date | datetime, style: str = "long") -> str:
    """A day in words: `long` 23 نونبر 2026, `weekday` الاثنين 23 نونبر 2026, `month` نونبر 2026."""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    locale = _BABEL[language()]
    if style == "month":
        return str(format_skeleton("yMMMM", local, locale=locale))
    return str(format_date(local, "EEEE d MMMM y" if style == "weekday" else "d MMMM y", locale=locale))


def clock_time(value: datetime) -> str:
    """The hour and minute in the pack's time zone."""
    return timezone.localtime(value).strftime("%H:%M")


def hijri(value: date | datetime) -> str:
    """The Umm al-Qura day, moved by the region's offset; empty outside the calendar's table, 1924–2077."""
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    try:
        shifted = date.fromordinal(local.toordinal() + settings.HIJRI_OFFSET_DAYS)
        found = Gregorian(shifted.year, shifted.month, shifted.day).to_hijri()
    except OverflowError:
        return ""
    name = HIJRI_MONTHS[language()][found.month - 1]
    era = {"ar": "هـ", "fr": "H", "en": "AH"}[language()]
    return f"{found.day} {name} {found.year}{NBSP}{era}"


def number(value: float, decimals: int = 0) -> str:
    """1234567.5 → 1 234 567,5 (a point before the decimals in English)."""
    text = f"{value:,.{decimals}f}".replace(",", NBSP)
    text = text.replace("-", "\u2212")
    return text if language() == "en" else text.replace(".", ",")


def percent(value: float, decimals: int = 1) -> str:
    """A share already in percent: 5.1 → 5,1% (French puts a no-break space before the sign)."""
    return number(value, decimals) + (f"{NBSP}%" if language() == "fr" else "%")


def amount(minor: int, currency: str) -> str:
    """An amount without its unit; decimals only when there are any."""
    unit = scale(currency)
    digits = len(str(unit)) - 1
    whole, part = divmod(abs(minor), unit)
    text = ("\u2212" if minor < 0 else "") + number(whole)
    return text + (f"{'.' if language() == 'en' else ','}{part:0{digits}d}" if part else "")


def unit_name(currency: str) -> str:
    """How people call the currency: درهم, dirhams, dirhams."""
    return gettext("dirhams") if currency == "MAD" else currency


def money(value: Money) -> str:
    """An amount with its unit, unbroken over lines."""
    return f"{amount(value.minor, value.currency)}{NBSP}{unit_name(value.currency)}"
