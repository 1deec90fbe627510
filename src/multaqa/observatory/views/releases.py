from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.tables import csv_file
from multaqa.ledger.queries import threads
from multaqa.observatory import downloads, queries
from multaqa.observatory.forms.releases import ReleaseForm
from multaqa.observatory.models import IndexRelease, Indicator
from multaqa.observatory.tasks.releases import compute_again, order_and_compute
from multaqa.territories.models import Territory

PER_PAGE, RELEASES_PER_PAGE = 50, 20


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    found = Paginator(queries.releases(), RELEASES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "choices": queries.finished_releases(),
        "threads": threads(found.object_list),
        "may_order": allows(request.actor, "observatory.order_release"),
    }
    return render(request, "observatory/releases/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def release_new(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.order_release")
    form = asked(request, ReleaseForm)
    release = form.carry_out(order_and_compute, actor=request.actor)
    return redirect(release) if release else page(request, "observatory/release_new.html", form=form)


@require_safe
def release(request: HttpRequest, number: int) -> HttpResponse:
    found = _release(number)
    if request.htmx and found.state != IndexRelease.State.COMPUTING:
        return HttpResponseClientRefresh()
    template = "observatory/releases/_progress.html" if request.htmx else "observatory/release.html"
    context = {"release": found, "may_retry": allows(request.actor, "observatory.retry_release", found)}
    if found.is_ready:
        context |= _result(request, found)
    else:
        context |= {"silent": queries.is_silent(found), "again": ActionForm()}
    return render(request, template, context)


def _result(request: HttpRequest, found: IndexRelease) -> dict[str, Any]:
    wanted = {name: request.GET.get(name, "")[:8] for name in ("milieu", "order")}
    scores = queries.ranking(found, language=(get_language() or "ar")[:2], **wanted)
    shown = Paginator(scores, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": shown,
        "scores": shown.object_list,
        "wanted": wanted,
        "milieus": Territory.Milieu.choices,
        "weights": queries.dimension_weights(found),
        "method": found.method,
        "gaps": queries.gaps(found),
        "earlier": queries.earlier_release(found),
    }


@require_http_methods(["POST"])
def release_again(request: HttpRequest, number: int) -> HttpResponse:
    found = _release(number)
    require(request.actor, "observatory.retry_release", found)
    form = asked(request, ActionForm)
    if form.carry_out(compute_again, actor=request.actor, release=found):
        return redirect(found)
    context = {"release": found, "again": form, "may_retry": True, "silent": queries.is_silent(found)}
    return page(request, "observatory/release.html", **context)


@require_safe
def release_method(request: HttpRequest, number: int) -> HttpResponse:
    found = _ready(IndexRelease.objects.select_related("root"), number)
    context = {
        "release": found,
        "method": found.method,
        "weights": queries.dimension_weights(found),
        "ingredients": queries.ingredients(found),
        "left_out": Indicator.objects.filter(code__in=found.method["left_out"]),
        "example": found.scores.filter(rank=1).select_related("territory").first(),
    }
    return render(request, "observatory/releases/method.html", context)


@require_safe
def release_place(request: HttpRequest, number: int, code: str) -> HttpResponse:
    found = _ready(IndexRelease.objects.select_related("root"), number)
    shown = queries.worked(found, code)
    if shown is None:
        raise Http404
    context = {"release": found, "method": found.method, "worked": shown, "score": shown.score}
    return render(request, "observatory/releases/place.html", context)


@require_safe
def release_snapshot(request: HttpRequest, number: int) -> HttpResponse:
    found = _ready(IndexRelease.objects.select_related("root"), number)
    answer = JsonResponse(queries.document(found), json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="index-{found.number}-snapshot.json"'
    return answer


@require_safe
def compare_chosen(request: HttpRequest) -> HttpResponse:
    """The address of two releases chosen from a list; a form cannot write one by itself."""
    numbers = [request.GET.get(name, "") for name in ("before", "after")]
    if not all(number.isdecimal() for number in numbers):
        return redirect("observatory:releases")
    return redirect("observatory:compare", *map(int, numbers))


@require_safe
def compare(request: HttpRequest, number: int, other: int) -> HttpResponse:
    found = queries.compare(_ready(queries.releases(), number), _ready(queries.releases(), other))
    shown = Paginator(found.moves, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "observatory/releases/compare.html", {"comparison": found, "page": shown})


@require_safe
def compare_csv(request: HttpRequest, number: int, other: int) -> HttpResponseBase:
    found = queries.compare(_ready(queries.releases(), number), _ready(queries.releases(), other))
    rows = downloads.move_rows(found.moves)
    return csv_file(f"index-{number}-{other}", downloads.MOVE_COLUMNS, rows)


def _release(number: int) -> IndexRelease:
    return get_object_or_404(queries.releases(), number=number)


def _ready(found: Any, number: int) -> IndexRelease:
    return get_object_or_404(found, number=number, state=IndexRelease.State.READY)
