"""Charts for the pages of others: small, without navigation, script or cookie; any site may frame them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from multaqa.observatory import queries
from multaqa.observatory.models import Indicator
from multaqa.observatory.queries import Line
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack

LINES = 25  # bars in a frame; the full page has them all
_POLICY = settings.CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets any site show the page in a frame."""

    @require_safe
    @xframe_options_exempt
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        answer = view(request, *args, **options)
        answer["Content-Security-Policy"] = _POLICY
        return answer

    return shown


@framed
def map_of_risk(request: HttpRequest) -> HttpResponse:
    scores = queries.latest_scores()
    release = scores[0].release if scores else None
    context = {"release": release, "shapes": queries.shapes(scores)}
    return render(request, "observatory/embed/map.html", context)


@framed
def index_of(request: HttpRequest, code: str) -> HttpResponse:
    place = get_object_or_404(Territory, code=code)
    score = next(iter(queries.scores_of_place(place)), None)
    return render(request, "observatory/embed/index.html", {"territory": place, "score": score})


@framed
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Indicator, code=code)
    pack = home_pack()
    table = queries.indicator_table(found, pack.root) if pack else None
    lines = [line for line in table.lines if line.territory.level == Territory.Level.COMMUNE] if table else []
    lines.sort(key=lambda line: -_size(line))
    most = 100.0 if found.unit == Indicator.Unit.PERCENT else max(map(_size, lines), default=0) or 1
    context = {
        "indicator": found,
        "year": table.latest if table else None,
        "bars": [(line, f"{max(100 * _size(line) / most, 0):.1f}") for line in lines[:LINES]],
        "total": len(lines),
    }
    return render(request, "observatory/embed/indicator.html", context)


def _size(line: Line) -> float:
    """The figure; what has none comes last."""
    return -1.0 if line.all.value is None else line.all.value
