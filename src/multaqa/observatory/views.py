from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit import clock
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.tables import csv_file
from multaqa.ledger.models import reference
from multaqa.ledger.queries import threads
from multaqa.observatory import downloads, queries
from multaqa.observatory.actions import confirm_observation, record_observation, release_index
from multaqa.observatory.forms import ConfirmForm, ObserveForm, ReleaseForm
from multaqa.observatory.models import IndexRelease, Indicator, Observation, Value
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import communes, home_pack, signature_threshold

PER_PAGE = 20


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
        "indicators": Indicator.objects.all(),
        "observations": Observation.objects.select_related("territory")[:5],
        "may_observe": allows(request.actor, "observatory.record_observation"),
        "may_release": allows(request.actor, "observatory.release_index"),
    }
    return render(request, "observatory/home.html", context)


@require_safe
def territory(request: HttpRequest, code: str) -> HttpResponse:
    pack = _home()
    place = get_object_or_404(Territory.objects.select_related("parent"), code=code)
    found = queries.place(place, pack.root)
    leading = found.observations[0] if found.observations else found.score and found.score.release
    context = {
        "pack": pack,
        "place": found,
        "territory": place,
        "inside": communes(place) if place.level != Territory.Level.COMMUNE else (),
        "threshold": signature_threshold(place, clock.today()),
        "shapes": queries.shapes(found.scores, selected=place),
        "leading": leading,
        "thread": threads([leading])[reference(leading)] if leading else None,
        "may_observe": allows(request.actor, "observatory.record_observation"),
    }
    return render(request, "observatory/territory.html", context)


@require_safe
def territory_values(request: HttpRequest, code: str) -> HttpResponseBase:
    place = get_object_or_404(Territory, code=code)
    values = Value.objects.filter(territory=place).select_related("indicator", "territory")
    return csv_file(f"{place.code}-values", downloads.VALUE_COLUMNS, downloads.value_rows(values))


@require_safe
def values(request: HttpRequest) -> HttpResponseBase:
    found = Value.objects.select_related("indicator", "territory").order_by(
        "indicator__position", "territory__code"
    )
    return csv_file("observatory-values", downloads.VALUE_COLUMNS, downloads.value_rows(found))


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Indicator, code=code)
    context = {"indicator": found, "table": queries.indicator_table(found, _home().root)}
    return render(request, "observatory/indicator.html", context)


@require_safe
def indicator_values(request: HttpRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(Indicator, code=code)
    values = (
        Value.objects.filter(indicator=found)
        .select_related("indicator", "territory")
        .order_by("territory__code")
    )
    return csv_file(f"{found.code}-values", downloads.VALUE_COLUMNS, downloads.value_rows(values))


@require_http_methods(["GET", "HEAD", "POST"])
def observe(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.record_observation")
    initial = {
        "seen_on": clock.today(),
        "territory": Territory.objects.filter(code=request.GET.get("in", "")).first(),
    }
    form = asked(request, ObserveForm, actor=request.actor, initial=initial)
    observation = form.carry_out(record_observation, actor=request.actor)
    if observation:
        messages.success(request, _("The observation is in the ledger. Somebody else will confirm it."))
        return redirect(observation)
    return page(request, "observatory/observe.html", form=form)


@require_safe
def observations(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "")[:24] for name in ("territory", "kind", "state")}
    found = Paginator(queries.observations(**wanted), PER_PAGE).get_page(request.GET.get("page"))
    pack = home_pack()
    context = {
        "page": found,
        "wanted": wanted,
        "threads": threads(found.object_list),
        "places": communes(pack.root) if pack else (),
        "kinds": Observation.Kind.choices,
        "states": Observation.State.choices,
        "may_observe": allows(request.actor, "observatory.record_observation"),
    }
    return render(request, "observatory/observations.html", context)


@require_safe
def observations_csv(request: HttpRequest) -> HttpResponseBase:
    rows = downloads.observation_rows(queries.observations())
    return csv_file("observations", downloads.OBSERVATION_COLUMNS, rows)


@require_safe
def observation(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.observations(), number=number)
    return render(
        request, "observatory/observation.html", _observation_context(request, found, ConfirmForm())
    )


@require_http_methods(["POST"])
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.observations(), number=number)
    require(request.actor, "observatory.confirm_observation", found)
    form = asked(request, ConfirmForm)
    if form.carry_out(confirm_observation, actor=request.actor, observation=found):
        messages.success(request, _("The observation is confirmed."))
        return redirect(found)
    return page(request, "observatory/observation.html", **_observation_context(request, found, form))


@require_http_methods(["GET", "HEAD", "POST"])
def release_new(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.release_index")
    form = asked(request, ReleaseForm)
    release = form.carry_out(release_index, actor=request.actor)
    return redirect(release) if release else page(request, "observatory/release_new.html", form=form)


@require_safe
def release(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(IndexRelease.objects.defer("snapshot"), number=number)
    codes = [item["code"] for item in found.method["indicators"]]
    context = {
        "release": found,
        "scores": queries.scores_of(found),
        "weights": queries.dimension_weights(found),
        "method": found.method,
        "indicators": Indicator.objects.filter(code__in=codes),
    }
    return render(request, "observatory/release.html", context)


@require_safe
def release_scores(request: HttpRequest, number: int) -> HttpResponseBase:
    found = get_object_or_404(IndexRelease.objects.defer("snapshot"), number=number)
    rows = downloads.score_rows(queries.scores_of(found))
    return csv_file(f"index-{found.number}-scores", downloads.SCORE_COLUMNS, rows)


def _observation_context(request: HttpRequest, found: Observation, form: ConfirmForm) -> dict[str, object]:
    may = allows(request.actor, "observatory.confirm_observation", found)
    waiting = found.state == Observation.State.REPORTED
    return {"observation": found, "form": form, "may_confirm": may and waiting, "waiting": waiting}


def _home() -> RegionPack:
    pack = home_pack()
    if pack is None:
        raise Http404
    return pack
