"""What pages are made of besides words: the thread, icons, chips, crumbs, charts and the map."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.db import models
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from multaqa.ledger import queries as ledger
from multaqa.ledger.models import reference
from multaqa.web import charts, maps, shell, thread

register = template.Library()


@register.inclusion_tag("web/_thread.html", name="thread")
def thread_tag(item: models.Model | ledger.Thread | None) -> dict[str, Any]:
    """`{% thread object %}`: the decision thread of any recorded object; of nothing, an empty thread."""
    found = ledger.thread(item) if isinstance(item, models.Model) else item or thread.EMPTY
    name = f"thread-{item._meta.model_name}-{item.pk}" if isinstance(item, models.Model) else "thread"
    return {"id": name, "knots": thread.knots(found), "sentence": thread.sentence(found)}


@register.simple_tag(takes_context=True)
def mini_thread(context: Mapping[str, Any], item: models.Model | str, words: str = "") -> str:
    """`{% mini_thread object %}` in a list whose view passed `threads = ledger.queries.threads(objects)`."""
    found = context["threads"].get(item if isinstance(item, str) else reference(item))
    if found is None:
        return ""
    return format_html('<span class="mini">{}{}</span>', thread.miniature(found), words)


@register.simple_tag(takes_context=True)
def tongues(context: Mapping[str, Any]) -> list[shell.Tongue]:
    """The languages of this page; a view whose page has other addresses passes them as `alternates`."""
    request = context.get("request")
    own = context.get("alternates") or getattr(request, "alternates", None) or {}
    return shell.tongues(request, own) if request else []


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "clock" %}`: decoration beside words. Arrows turn with the page."""
    turning = "dirn" if name == "arr" else ""
    classes = " ".join(part for part in ("i", turning, css) if part)
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        classes,
        static("web/icons.svg"),
        name,
    )


@register.simple_tag
def demo_chip(flag: Any) -> str:
    """`{% demo_chip object.is_demo %}`: says where it stands that something is invented."""
    return format_html('<span class="chip demo">{}</span>', _("Invented data")) if flag else ""


@register.inclusion_tag("web/_crumbs.html")
def crumbs(*parts: Any) -> dict[str, Any]:
    """`{% crumbs label url label url … label %}`: the way from the section to here; the last is no link."""
    pairs = [(parts[place], parts[place + 1]) for place in range(0, len(parts) - 1, 2)]
    return {"pairs": pairs, "here": parts[-1] if len(parts) % 2 else ""}


@register.simple_tag
def page_address(request: Any, number: int) -> str:
    """The address of another page of the same list, filters kept."""
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"


@register.simple_tag
def budget_bar(parts: Iterable[Any], height: int = 38) -> str:
    """`{% budget_bar parts %}`: one whole cut into parts, with its legend. See `charts.budget_bar`."""
    return charts.budget_bar(parts, height)


@register.simple_tag
def bars(rows: Iterable[Any], decimals: int = 1) -> str:
    """`{% bars rows %}`: shares of 100, one bar a row. See `charts.bars`."""
    return charts.bars(rows, decimals)


@register.simple_tag
def dumbbell(low: float | None, high: float | None) -> str:
    """`{% dumbbell rural urban %}`: two shares of 100 on one line; the table beside has the figures."""
    return charts.dumbbell(low, high)


@register.simple_tag
def interval(value: float | None, low: float, high: float, least: float = 0, most: float = 10) -> str:
    """`{% interval value low high %}`: a dot on its uncertainty, drawn between `least` and `most`."""
    return charts.interval(value, low, high, least, most)


@register.simple_tag
def histogram(bins: Iterable[Any], height: int = 160) -> str:
    return charts.histogram(bins, height)


@register.simple_tag
def course(trends: Iterable[Any], height: int = 160) -> str:
    return charts.course(trends, height)


@register.simple_tag
def choropleth(shapes: Iterable[Any], title: str = "") -> str:
    """`{% choropleth shapes title %}`: the map; the table beside is the caller's. See `maps.choropleth`."""
    return maps.choropleth(list(shapes), title)


@register.simple_tag
def risk_legend() -> str:
    """The five classes of the risk scale, then not measured and not published."""
    return maps.legend()


@register.filter
def window(paginator: Any, number: int) -> list[int | None]:
    """The page numbers worth showing around one; None where some are left out."""
    shown = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
    return [page if isinstance(page, int) else None for page in shown]
