from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.directory.actors import Function
from multaqa.directory.queries import conflicts
from multaqa.funds import legal, offers, queries
from multaqa.funds.actions import (
    recuse,
    review_application,
    screen_application,
    submit_application,
    withdraw_application,
)
from multaqa.funds.forms import ApplicationForm, ButtonForm, RecuseForm, ReviewForm, ScreenForm
from multaqa.funds.models import Application, Call
from multaqa.kit import clock
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import Forbidden, allows, require


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, reference: str) -> HttpResponse:
    call = get_object_or_404(queries.calls(), reference=reference)
    if not request.actor.organisations(Function.OFFICER):
        raise Forbidden("funds.submit_application")
    form = asked(request, ApplicationForm, actor=request.actor)
    found = form.carry_out(submit_application, actor=request.actor, call=call)
    if found:
        messages.success(request, _("The application is submitted; its receipt is in the public record."))
        return redirect(found)
    is_open = call.state == Call.State.OPEN and call.opens_on <= clock.today() <= call.closes_on
    return page(request, "funds/apply.html", form=form, call=call, is_open=is_open)


@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    found = _application(pk)
    may_read = allows(request.actor, "funds.read_application", found)
    # scores stay independent: nobody who may still score, or be scored, sees them before they are locked
    locked = found.call.state not in (Call.State.OPEN, Call.State.REVIEWING)
    shown = locked or allows(request.actor, "funds.screen_application", found)
    means = [review.mean for review in queries.counting_reviews(found)]
    return page(
        request,
        "funds/application.html",
        application=found,
        may_read=may_read,
        verdicts=queries.checks(found, legal.rules()),
        panel=queries.panel(means, len(found.recusals.all())) if shown else None,
        offers=offers.for_application(request.actor, found),
    )


@require_http_methods(["GET", "POST"])
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    found = _application(pk)
    require(request.actor, "funds.screen_application", found)
    form = asked(request, ScreenForm)
    if form.carry_out(screen_application, actor=request.actor, application=found):
        return redirect(found)
    texts = {"heading": _("Decide on eligibility"), "submit": _("Decide")}
    return _form(request, found, form, verdicts=queries.checks(found, legal.rules()), **texts)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    found = _application(pk)
    require(request.actor, "funds.review_application", found)
    form = asked(request, ReviewForm, initial=queries.own_scores(found, request.actor))
    if form.carry_out(review_application, actor=request.actor, application=found):
        messages.success(request, _("Your scores are kept. You may change them until the vote opens."))
        return redirect(found)
    tied = bool(conflicts(request.actor, found.organisation))
    return _form(request, found, form, heading=_("Give your scores"), submit=_("Keep the scores"), tied=tied)


@require_http_methods(["GET", "POST"])
def stand_aside(request: HttpRequest, pk: int) -> HttpResponse:
    found = _application(pk)
    require(request.actor, "funds.recuse", found)
    form = asked(request, RecuseForm)
    if form.carry_out(recuse, actor=request.actor, application=found):
        messages.success(request, _("You stood aside; the public record says that a member did."))
        return redirect(found)
    return _form(request, found, form, heading=_("Stand aside"), submit=_("Stand aside"))


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = _application(pk)
    require(request.actor, "funds.withdraw_application", found)
    form = asked(request, ButtonForm)
    if form.carry_out(withdraw_application, actor=request.actor, application=found):
        return redirect(found)
    texts = {"heading": _("Withdraw the application"), "submit": _("Withdraw for good")}
    return _form(request, found, form, warn=True, lede=_("This cannot be undone."), **texts)


def _application(pk: int) -> Application:
    return get_object_or_404(queries.application(pk))


def _form(request: HttpRequest, found: Application, form: object, **parts: object) -> HttpResponse:
    place = {"back": found.get_absolute_url(), "back_label": found.title, "subject": found.title}
    return page(request, "funds/form.html", form=form, **place, **parts)
