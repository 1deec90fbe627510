"""Tags that print dates, numbers, money and translated text safely in both directions."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from multaqa.kit import formats
from multaqa.kit.money import Money
from multaqa.kit.translated import Translated

register = template.Library()


def isolated(text: str) -> SafeString:
    return format_html('<bdi class="n">{}</bdi>', text)


@register.simple_tag(name="date")
def date_tag(value: date | datetime | None, style: str = "long") -> str:
    """`{% date x %}`; styles: long, weekday, month, time, hijri."""
    if value is None:
        return ""
    if style == "hijri":
        return formats.hijri(value)
    if style == "time" and isinstance(value, datetime):
        return format_html(
            '<time datetime="{}"><bdi class="n">{}</bdi></time>', value.isoformat(), formats.clock_time(value)
        )
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value, style))


@register.simple_tag
def money(value: Money | int | None, currency: str = "") -> str:
    """`{% money award.money %}` or `{% money minor_units "MAD" %}`."""
    if value is None:
        return ""
    sum_of = value if isinstance(value, Money) else Money(value, currency)
    return format_html(
        '<span class="nowrap"><bdi class="n">{}</bdi>{}{}</span>',
        formats.amount(sum_of.minor, sum_of.currency),
        formats.NBSP,
        formats.unit_name(sum_of.currency),
    )


@register.simple_tag
def number(value: float | None, decimals: int = 0) -> str:
    return "" if value is None else isolated(formats.number(value, decimals))


@register.simple_tag
def percent(value: float | None, decimals: int = 1) -> str:
    return "" if value is None else isolated(formats.percent(value, decimals))


@register.filter
def tr(value: Any) -> str:
    """Translated text in the reader's language, marked when it is shown in another."""
    if not isinstance(value, Translated):
        return "" if value is None else str(value)
    if value.language == formats.language():
        return str(value)
    return format_html(
        '<span lang="{}" dir="{}">{}</span>',
        value.language,
        "rtl" if value.language == "ar" else "ltr",
        str(value),
    )


@register.filter
def keyed(mapping: Any, key: Any) -> Any:
    """`{{ mapping|keyed:key }}`: a template cannot subscript by a variable."""
    return mapping.get(key)
