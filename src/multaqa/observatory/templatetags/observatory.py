"""What pages of the observatory say over and over: a figure as it may be shown, their own addresses."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext as _

from multaqa.observatory.queries import Cell

register = template.Library()


@register.simple_tag
def cell(found: Cell) -> str:
    """`{% cell row.all %}`: a figure, or the words that stand where there is none to show.

    A tag and not a partial: a page has hundreds of figures.
    """
    if found.status == "missing":
        return format_html('<span class="nm">{}</span>', _("not measured"))
    if found.status == "hidden":
        return format_html('<span class="mute">{}</span>', _("not published"))
    if found.status == "small":
        return format_html('{} <span class="sz1 mute">{}</span>', found.words, _("small number"))
    return conditional_escape(found.words)


@register.simple_tag
def absolute(name: str, key: Any = "") -> str:
    """`{% absolute "observatory:embed_index" code %}`: the address as another site must write it."""
    return f"{settings.BASE_URL}{reverse(name, args=[key] if key else [])}"
