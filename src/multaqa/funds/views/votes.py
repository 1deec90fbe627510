from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from multaqa.funds import queries
from multaqa.funds.actions import cast_ballot, enter_paper_ballot
from multaqa.funds.forms import BallotForm, PaperForm
from multaqa.funds.models import Call
from multaqa.kit import clock
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import require


@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(queries.calls(), reference=reference)
    require(request.actor, "funds.cast_ballot", call)
    own = queries.ballot_of(call, request.actor)
    marked = {"approvals": call.applications.filter(number__in=own.approvals)} if own else {}
    form = asked(request, BallotForm, call=call, initial=marked)
    if form.carry_out(cast_ballot, actor=request.actor, call=call):
        messages.success(request, _("Your ballot is counted. You may change it until the vote closes."))
        return redirect(call)
    return page(request, "funds/vote.html", form=form, call=call, own=own, is_open=_is_open(call))


@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(queries.calls(), reference=reference)
    require(request.actor, "funds.enter_paper_ballot", call)
    form = asked(request, PaperForm, call=call)
    if form.carry_out(enter_paper_ballot, actor=request.actor, call=call):
        messages.success(request, _("The paper ballot is counted. Enter the next one."))
        return redirect("funds:paper", reference)
    turnout = queries.turnout(call)
    return page(request, "funds/paper.html", form=form, call=call, turnout=turnout, is_open=_is_open(call))


def _is_open(call: Call) -> bool:
    return call.state == Call.State.VOTING and call.vote_opens_on <= clock.today() <= call.vote_closes_on
