from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.funds import legal, lots, offers, queries
from multaqa.funds import results as answers
from multaqa.funds.actions import allocate_call, close_call, open_call, open_vote
from multaqa.funds.counting import Tally, tally
from multaqa.funds.forms import ButtonForm, CallForm
from multaqa.funds.models import Allocation, Call
from multaqa.kit.forms import asked, page
from multaqa.kit.idempotency import before
from multaqa.kit.policy import allows, require
from multaqa.ledger.queries import threads

PAGE = 20


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    page_obj = Paginator(queries.calls(), PAGE).get_page(request.GET.get("page"))
    may_open = allows(request.actor, "funds.open_call")
    parts = {"page_obj": page_obj, "threads": threads(page_obj.object_list), "may_open": may_open}
    return page(request, "funds/calls.html", **parts)


@require_safe
def call(request: HttpRequest, reference: str) -> HttpResponse:
    found = _call(reference)
    page_obj = Paginator(queries.applications(found), PAGE).get_page(request.GET.get("page"))
    seeds = list(lots.seeds(found)) if found.state == Call.State.VOTING else []
    return page(
        request,
        "funds/call.html",
        call=found,
        page_obj=page_obj,
        priorities=found.priorities.all(),
        turnout=queries.turnout(found) if found.state != Call.State.OPEN else None,
        rules=answers.rule_cards(found, legal.rules()),
        seeds=seeds,
        by_lot=lots.is_by_lot(found),
        offers=offers.for_call(request.actor, found, seeds),
    )


@require_http_methods(["GET", "POST"])
def new_call(request: HttpRequest) -> HttpResponse:
    require(request.actor, "funds.open_call")
    form = asked(request, CallForm, actor=request.actor)
    found = form.carry_out(open_call, actor=request.actor)
    if found:
        messages.success(request, _("The call is open and published."))
        return redirect(found)
    parts = {"heading": _("Open a call"), "submit": _("Open the call"), "back_label": _("Calls")}
    return page(request, "funds/form.html", form=form, back=reverse("funds:calls"), **parts)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, reference: str) -> HttpResponse:
    texts = {"heading": _("Close the call"), "submit": _("Close the call")}
    texts["lede"] = _("No application will be accepted any more; the review goes on.")
    return _button(request, reference, "close_call", close_call, **texts)


@require_http_methods(["GET", "POST"])
def start_vote(request: HttpRequest, reference: str) -> HttpResponse:
    texts = {"heading": _("Open the vote"), "submit": _("Open the vote")}
    texts["lede"] = _("The eligible applications go on the ballot and the reviews are locked.")
    return _button(request, reference, "open_vote", open_vote, **texts)


def _tallied(request: Any, reference: str) -> Tally:
    found = _call(reference)
    require(request.actor, "funds.allocate_call", found)
    return tally(found)


@before(_tallied)
@require_http_methods(["GET", "POST"])
def allocate(request: Any, reference: str) -> HttpResponse:
    texts = {"heading": _("Count the ballots"), "submit": _("Count and publish")}
    texts["lede"] = _("The count follows the published rule, once. Its result is published with its reasons.")
    count = partial(allocate_call, tally=request.prepared)
    return _button(request, reference, "allocate_call", count, **texts)


@require_safe
def results(request: HttpRequest, reference: str) -> HttpResponse:
    found = _call(reference)
    allocation = queries.results().filter(call=found).first()
    if allocation is None:
        return page(request, "funds/results_waiting.html", call=found)
    command = answers.command(found, allocation.outcome["ties"])
    result = answers.result(found, allocation)
    return page(request, "funds/results.html", call=found, result=result, command=command)


@require_safe
def ballot_file(request: HttpRequest, reference: str) -> HttpResponse:
    """The election as it was counted, to the byte."""
    allocation = get_object_or_404(Allocation, call__reference=reference)
    answer = HttpResponse(allocation.ballot_file, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{reference}.pb"'
    return answer


def _call(reference: str) -> Call:
    return get_object_or_404(queries.calls(), reference=reference)


def _button(request: Any, reference: str, verb: str, action: Any, **texts: str) -> HttpResponse:
    """One step of a call's life: a sentence and a button."""
    found = _call(reference)
    require(request.actor, f"funds.{verb}", found)
    form = asked(request, ButtonForm)
    if form.carry_out(action, actor=request.actor, call=found):
        return redirect("funds:results" if verb == "allocate_call" else "funds:call", reference)
    parts = {"back": found.get_absolute_url(), "back_label": found.reference, "subject": found.title}
    return page(request, "funds/form.html", form=form, **parts, **texts)
