from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.tables import csv_file
from multaqa.ledger.queries import threads
from multaqa.recommendations import queries
from multaqa.recommendations.actions import adopt_recommendation, answer_recommendation, mark_done
from multaqa.recommendations.forms import AdoptForm, AnswerForm, DoneForm, FilterForm
from multaqa.recommendations.models import Recommendation

PAGE = 20
COLUMNS = (
    *("title_ar", "title_fr", "title_en", "addressee", "proposer", "territory", "adopted_on", "due_on"),
    *("standing", "verdict", "answered_on", "days_late", "is_demo"),
)


@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET or {})
    page_obj = Paginator(queries.tracker(form.filters), PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "recommendations/tracker.html",
        filters=list(form),
        figures=queries.figures(),
        worst=queries.most_overdue(),
        page_obj=page_obj,
        threads=threads(page_obj.object_list),
        may_adopt=allows(request.actor, "recommendations.adopt_recommendation"),
    )


@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """The tracker as the reader filtered it, every row."""
    found = queries.tracker(FilterForm(request.GET or {}).filters)
    return csv_file("recommendations", ["number", *COLUMNS], _rows(found))


@require_safe
def detail(request: HttpRequest, number: str) -> HttpResponse:
    recommendation = get_object_or_404(queries.detail(), number=number)
    return page(
        request,
        "recommendations/detail.html",
        recommendation=recommendation,
        answer=getattr(recommendation, "answer", None),
        may_answer=allows(request.actor, "recommendations.answer_recommendation", recommendation),
    )


@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest) -> HttpResponse:
    require(request.actor, "recommendations.adopt_recommendation")
    form = asked(request, AdoptForm, actor=request.actor, origin=request.GET.get("from", ""))
    recommendation = form.carry_out(adopt_recommendation, actor=request.actor)
    if recommendation:
        messages.success(request, _("The recommendation is adopted and published; the deadline is running."))
        return redirect(recommendation)
    return page(request, "recommendations/adopt.html", form=form)


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, number: str) -> HttpResponse:
    recommendation = get_object_or_404(queries.detail(), number=number)
    require(request.actor, "recommendations.answer_recommendation", recommendation)
    form = asked(request, AnswerForm)
    if form.carry_out(answer_recommendation, actor=request.actor, recommendation=recommendation):
        messages.success(request, _("The answer is published."))
        return redirect(recommendation)
    return page(request, "recommendations/answer.html", form=form, recommendation=recommendation)


@require_http_methods(["GET", "POST"])
def done(request: HttpRequest, number: str) -> HttpResponse:
    recommendation = get_object_or_404(queries.detail(), number=number)
    require(request.actor, "recommendations.mark_done", recommendation)
    form = asked(request, DoneForm)
    if form.carry_out(mark_done, actor=request.actor, recommendation=recommendation):
        messages.success(request, _("What was done is published."))
        return redirect(recommendation)
    return page(request, "recommendations/done.html", form=form, recommendation=recommendation)


def _rows(found: QuerySet[Recommendation]) -> Iterator[list[str]]:
    for item in found.iterator(chunk_size=500):
        given = getattr(item, "answer", None)
        late = given.days_late if given else item.days_late
        yield [
            item.number,
            *(item.title.get(language, "") for language in ("ar", "fr", "en")),
            item.addressee.code,
            item.proposer.code,
            item.territory.code,
            item.adopted_on.isoformat(),
            item.due_on.isoformat(),
            item.standing.value,
            given.verdict if given else "",
            given.answered_on.isoformat() if given else "",
            str(late),
            "yes" if item.is_demo else "no",
        ]
