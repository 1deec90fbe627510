from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.consultations import queries
from multaqa.consultations.actions import (
    cast_vote,
    close_consultation,
    enter_paper_points,
    enter_paper_votes,
    open_consultation,
    propose_statement,
    review_statement,
    spread_points,
    withdraw_points,
)
from multaqa.consultations.forms import (
    OpenForm,
    PaperForm,
    PaperSpreadForm,
    ProposeForm,
    ReviewForm,
    VoteForm,
    spread_form,
)
from multaqa.consultations.models import SPREAD, Consultation, Statement, Vote
from multaqa.kit import formats
from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.templatetags.kit import isolated
from multaqa.ledger.queries import threads

PAGE = 20
REASONS = 10
Kind = Consultation.Kind


def _find(slug: str, kind: str = "") -> Consultation:
    return get_object_or_404(queries.detail(), slug=slug, **({"kind": kind} if kind else {}))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page_obj = Paginator(queries.public_consultations(), PAGE).get_page(request.GET.get("page"))
    return page(
        request,
        "consultations/index.html",
        page_obj=page_obj,
        threads=threads(page_obj.object_list),
        may_open=allows(request.actor, "consultations.open_consultation"),
    )


@require_http_methods(["GET", "POST"])
def open_(request: HttpRequest) -> HttpResponse:
    require(request.actor, "consultations.open_consultation")
    form = asked(request, OpenForm, actor=request.actor)
    consultation = form.carry_out(open_consultation, actor=request.actor)
    if consultation:
        messages.success(request, _("The consultation is published."))
        return redirect(consultation)
    return page(request, "consultations/open.html", form=form)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug)
    return page(
        request,
        "consultations/detail.html",
        consultation=consultation,
        turnout=None if consultation.is_closed else queries.turnout(consultation),
        form=VoteForm(consultation=consultation),
        ballot=_next(request, consultation),
        propose=ProposeForm(),
        may=_offers(request, consultation),
    )


@require_safe
def statements(request: HttpRequest, slug: str) -> HttpResponse:
    """Every statement, with the reader's own answers, and why some are not shown."""
    consultation = _find(slug, Kind.STATEMENTS)
    page_obj = Paginator(queries.shown_statements(consultation), PAGE).get_page(request.GET.get("page"))
    participation = queries.participation_of(request.actor, consultation)
    return page(
        request,
        "consultations/statements.html",
        consultation=consultation,
        page_obj=page_obj,
        own=queries.own_votes(participation, list(page_obj.object_list)),
        hidden=queries.hidden_statements(consultation)[:REASONS],
    )


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, slug: str) -> HttpResponse:
    """One statement at a time: a light page, or only its ballot for who asks with htmx."""
    consultation = _find(slug, Kind.STATEMENTS)
    if request.method == "POST":
        require(request.actor, "consultations.cast_vote", consultation)
    form = asked(request, VoteForm, consultation=consultation)
    if form.carry_out(cast_vote, actor=request.actor):
        if not request.htmx:
            return redirect("consultations:vote", slug)
        form = VoteForm(consultation=consultation)
    number = form.data.get("statement") or form.initial.get("statement") or request.GET.get("statement", "")
    return page(
        request,
        "consultations/_ballot.html" if request.htmx else "consultations/vote.html",
        consultation=consultation,
        form=form,
        ballot=queries.ballot(consultation, request.actor, int(number) if str(number).isdecimal() else None),
        kept=_kept(form),
    )


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.STATEMENTS)
    require(request.actor, "consultations.propose_statement", consultation)
    form = asked(request, ProposeForm)
    if form.carry_out(propose_statement, actor=request.actor, consultation=consultation):
        messages.success(request, _("Thank you. A facilitator reads your sentence before others vote on it."))
        return redirect(consultation)
    return page(request, "consultations/propose.html", consultation=consultation, form=form)


@require_http_methods(["GET", "POST"])
def points(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.POINTS)
    if request.method == "POST":
        require(request.actor, "consultations.spread_points", consultation)
    own = _own_boxes(request, consultation)
    form = asked(request, spread_form(list(queries.shown_statements(consultation))), initial=own)
    if form.carry_out(spread_points, actor=request.actor, consultation=consultation):
        messages.success(request, _("Your points are counted."))
        return redirect("consultations:points", slug)
    kept = form.initial != own
    shown = {"consultation": consultation, "form": form, "own": own, "kept": kept, "all": SPREAD}
    return page(request, "consultations/points.html", **shown)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.POINTS)
    require(request.actor, "consultations.withdraw_points", consultation)
    form = asked(request, ActionForm)
    if form.carry_out(withdraw_points, actor=request.actor, consultation=consultation):
        messages.success(request, _("Your points are withdrawn: they do not count any more."))
        return redirect("consultations:points", slug)
    return page(request, "consultations/withdraw.html", consultation=consultation, form=form)


@require_http_methods(["GET", "POST"])
def paper_points(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.POINTS)
    require(request.actor, "consultations.enter_paper_points", consultation)
    boxes = spread_form(list(queries.shown_statements(consultation)), PaperSpreadForm)
    form = asked(request, boxes)
    keyed = form.carry_out(enter_paper_points, actor=request.actor, consultation=consultation)
    if keyed:
        messages.success(request, _("The form %(code)s is counted.") % {"code": keyed.receipt})
        return redirect("consultations:paper_points", slug)
    return page(request, "consultations/paper.html", consultation=consultation, form=form)


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug)
    if consultation.is_closed and consultation.is_points:
        return _shares(request, consultation)
    found = queries.results(consultation) if consultation.is_closed else None
    return page(
        request,
        "consultations/results.html",
        consultation=consultation,
        results=found,
        fewest=queries.FEWEST,
        turnout=None if found else queries.turnout(consultation),
        page_obj=Paginator(found.statements if found else (), PAGE).get_page(request.GET.get("page")),
    )


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The published counts, to the byte whose hash the record holds."""
    consultation = _find(slug)
    if not consultation.is_closed:
        return redirect("consultations:results", slug)
    answer = HttpResponse(queries.published_csv(consultation), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{consultation.slug}.csv"'
    return answer


@require_safe
def moderation(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.STATEMENTS)
    require(request.actor, "consultations.review_statement", consultation)
    page_obj = Paginator(queries.statements_to_review(consultation), PAGE).get_page(request.GET.get("page"))
    return page(request, "consultations/moderation.html", consultation=consultation, page_obj=page_obj)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    consultation = _find(slug, Kind.STATEMENTS)
    require(request.actor, "consultations.review_statement", consultation)
    statement = get_object_or_404(Statement, consultation=consultation, number=number)
    form = asked(request, ReviewForm)
    if form.carry_out(review_statement, actor=request.actor, statement=statement):
        messages.success(request, _("The decision is recorded."))
        return redirect("consultations:moderation", slug)
    return page(
        request, "consultations/review.html", consultation=consultation, statement=statement, form=form
    )


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug, Kind.STATEMENTS)
    require(request.actor, "consultations.enter_paper_votes", consultation)
    statements = list(queries.shown_statements(consultation)[: queries.PAPER_STATEMENTS])
    form = asked(request, PaperForm, statements=statements)
    keyed = form.carry_out(enter_paper_votes, actor=request.actor, consultation=consultation)
    if keyed:
        messages.success(request, _("The form %(code)s is counted.") % {"code": keyed.receipt})
        return redirect("consultations:paper", slug)
    return page(request, "consultations/paper.html", consultation=consultation, form=form)


@require_safe
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """The form to print."""
    consultation = _find(slug)
    return page(
        request,
        "consultations/sheet.html",
        consultation=consultation,
        statements=queries.shown_statements(consultation)[: queries.PAPER_STATEMENTS],
    )


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = _find(slug)
    require(request.actor, "consultations.close_consultation", consultation)
    form = asked(request, ActionForm)
    if form.carry_out(close_consultation, actor=request.actor, consultation=consultation):
        messages.success(request, _("The consultation is closed and its result is frozen."))
        return redirect("consultations:results", slug)
    return page(
        request,
        "consultations/close.html",
        consultation=consultation,
        form=form,
        turnout=queries.turnout(consultation),
    )


def _next(request: HttpRequest, consultation: Consultation) -> queries.Ballot | None:
    if consultation.is_points or not consultation.takes_votes:
        return None
    return queries.ballot(consultation, request.actor)


def _own_boxes(request: HttpRequest, consultation: Consultation) -> dict[str, int]:
    given = queries.own_points(queries.participation_of(request.actor, consultation))
    return {f"p{number}": part for number, part in given.items()}


def _shares(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    found = queries.points_result(consultation)
    bars = [
        {
            "label": share.option.text,
            "value": share.percent,
            "note": isolated(f"± {formats.percent(share.error_percent)}"),
        }
        for share in found.shares
    ]
    return page(
        request,
        "consultations/shares.html",
        consultation=consultation,
        result=found,
        bars=bars,
        fewest=queries.FEWEST_PEOPLE,
    )


def _kept(form: VoteForm) -> str:
    """The answer somebody gave before signing in, in words."""
    value = str(form.initial.get("value", ""))
    return next((str(choice.label) for choice in Vote.Value if str(choice.value) == value), "")


def _offers(request: HttpRequest, consultation: Consultation) -> dict[str, Any]:
    """Which staff pages this reader may open: the name of each route's action."""
    actions = {"paper": "enter_paper_votes", "review": "review_statement", "close": "close_consultation"}
    if consultation.is_points:
        actions = {"paper_points": "enter_paper_points", "close": "close_consultation"}
    return {
        route: allows(request.actor, f"consultations.{action}", consultation)
        for route, action in actions.items()
    }
