from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from multaqa.kit import clock
from multaqa.kit.policy import allows
from multaqa.ledger.models import reference
from multaqa.ledger.queries import threads
from multaqa.observatory import queries
from multaqa.observatory.forms.places import CommuneTableForm
from multaqa.observatory.models import Indicator, Observation
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import communes, home_pack, signature_threshold

PER_PAGE = 50
LISTED = 40  # indicators on the front page of the observatory; all are in the register of figures


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    pack = home_pack()
    scores = queries.latest_scores()
    context = {
        "pack": pack,
        "release": scores[0].release if scores else None,
        "scores": scores,
        "places": [] if scores or pack is None else communes(pack.root),
        "shapes": queries.shapes(scores),
        "indicators": Indicator.objects.all()[:LISTED],
        "observations": Observation.objects.select_related("territory")[:5],
        "alerts": queries.open_alerts()[:3],
        "may_observe": allows(request.actor, "observatory.record_observation"),
        "may_release": allows(request.actor, "observatory.order_release"),
        "may_import": allows(request.actor, "observatory.check_import"),
    }
    return render(request, "observatory/home.html", context)


@require_safe
def territory(request: HttpRequest, code: str) -> HttpResponse:
    pack = _home()
    place = get_object_or_404(queries.places_with_counts(), code=code)
    found = queries.profile(place, pack, request.GET.get("page"))
    alerts = list(queries.open_alerts(place)[:3])
    leading = next(iter([*alerts, *found.observations]), None) or (found.score and found.score.release)
    context = {
        "pack": pack,
        "place": found,
        "territory": place,
        "inside": place.children.all() if place.level != Territory.Level.COMMUNE else (),
        "threshold": signature_threshold(place, clock.today(), found.counted),
        "shapes": queries.shapes(found.scores, selected=place),
        "alerts": alerts,
        "leading": leading,
        "thread": threads([leading])[reference(leading)] if leading else None,
        "may_observe": allows(request.actor, "observatory.record_observation"),
    }
    return render(request, "observatory/territory.html", context)


@require_safe
def national(request: HttpRequest) -> HttpResponse:
    pack = _home()
    form = CommuneTableForm(request.GET, pack=pack)
    asked = form.asked()
    shown = Paginator(queries.commune_table(pack, asked), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "pack": pack,
        "form": form,
        "asked": asked,
        "page": shown,
        "lines": queries.with_cells(shown, asked.indicator),
        "sorts": form.sorts(request.GET),
    }
    return render(request, "observatory/national.html", context)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    groups = queries.hazard_groups(request.GET.get("type", "")[:40])
    context = {"groups": groups, "types": queries.hazard_types(), "wanted": request.GET.get("type", "")}
    return render(request, "observatory/register.html", context)


@require_safe
def protection(request: HttpRequest) -> HttpResponse:
    return render(request, "observatory/protection.html", {"branches": queries.branches()})


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Indicator.objects.prefetch_related("hazards", "branches"), code=code)
    pack = _home()
    context = {
        "indicator": found,
        "table": queries.indicator_table(found, pack.root),
        "spread": queries.spread(found, pack),
        "trends": queries.trends(found, pack),
        "pack": pack,
    }
    return render(request, "observatory/indicator.html", context)


def _home() -> RegionPack:
    pack = home_pack()
    if pack is None:
        raise Http404
    return pack
