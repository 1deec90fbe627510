from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.funds import legal, offers, queries
from multaqa.funds.actions import (
    attach_agreement,
    award_application,
    pay_tranche,
    plan_tranches,
    release_tranche,
)
from multaqa.funds.counting import units
from multaqa.funds.forms import AgreementForm, AwardForm, ButtonForm, PaymentForm, PlanForm, RegisterFilter
from multaqa.funds.models import Award
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import require
from multaqa.kit.tables import csv_file
from multaqa.ledger.queries import threads

PAGE = 20
COLUMNS = (
    "award", "call", "application", "title_ar", "title_fr", "title_en", "beneficiary", "territory", "amount",
    "released", "paid", "currency", "awarded_on", "deliberation", "agreement", "is_demo",
)  # fmt: skip


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterFilter(request.GET or {})
    page_obj = Paginator(queries.awards(**form.asked), PAGE).get_page(request.GET.get("page"))
    parts = {"filters": list(form), "page_obj": page_obj, "threads": threads(page_obj.object_list)}
    return page(request, "funds/awards.html", query=request.GET.urlencode(), **parts)


@require_safe
def download(request: HttpRequest) -> StreamingHttpResponse:
    """The register as the reader filtered it, every row; amounts in units of the currency."""
    return csv_file("awards", COLUMNS, _rows(queries.awards(**RegisterFilter(request.GET or {}).asked)))


@require_safe
def award(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.award(pk))
    known = legal.rules()
    rows = []
    for tranche, blocks in queries.plan(found, known):
        tranche.award = found
        rows.append((tranche, blocks, offers.for_tranche(request.actor, tranche, blocks)))
    limit = legal.limit(legal.AGREEMENT, known)
    parts = {"limit": limit if limit and limit.reached(found.money) else None, "known": known}
    return page(
        request,
        "funds/award.html",
        award=found,
        rows=rows,
        offers=offers.for_award(request.actor, found),
        **parts,
    )


@require_http_methods(["GET", "POST"])
def make_award(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(queries.application(pk))
    require(request.actor, "funds.award_application", application)
    form = asked(
        request, AwardForm, initial={"amount": units(application.requested, application.call.currency)}
    )
    made = form.carry_out(award_application, actor=request.actor, application=application)
    if made:
        messages.success(request, _("The award is made and published in the register."))
        return redirect(made)
    rule = legal.rules().get(legal.DELIBERATION)
    texts = {"heading": _("Make the award"), "submit": _("Make the award"), "subject": application.title}
    place = {"back": application.get_absolute_url(), "back_label": application.title}
    return page(request, "funds/form.html", form=form, rules=[rule] if rule else [], **place, **texts)


@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.award(pk))
    require(request.actor, "funds.attach_agreement", found)
    form = asked(request, AgreementForm, award=found)
    done = form.carry_out(attach_agreement, actor=request.actor, award=found)
    return redirect(done) if done else _form(request, found, form, _("Attach the agreement"))


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.award(pk))
    require(request.actor, "funds.plan_tranches", found)
    form = asked(request, PlanForm)
    done = form.carry_out(plan_tranches, actor=request.actor, award=found)
    return redirect(found) if done else _form(request, found, form, _("Plan the instalments"))


@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    tranche = get_object_or_404(queries.tranche(pk, number))
    require(request.actor, "funds.release_tranche", tranche)
    form = asked(request, ButtonForm)
    done = form.carry_out(release_tranche, actor=request.actor, tranche=tranche)
    return redirect(done) if done else _form(request, tranche.award, form, _("Release the instalment"))


@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    tranche = get_object_or_404(queries.tranche(pk, number))
    require(request.actor, "funds.pay_tranche", tranche)
    form = asked(request, PaymentForm)
    done = form.carry_out(pay_tranche, actor=request.actor, tranche=tranche)
    return redirect(tranche) if done else _form(request, tranche.award, form, _("Record the payment"))


def _form(request: HttpRequest, found: Award, form: object, heading: str) -> HttpResponse:
    parts: dict[str, Any] = {
        "back": found.get_absolute_url(),
        "back_label": found.title,
        "subject": found.title,
    }
    return page(request, "funds/form.html", form=form, heading=heading, submit=heading, **parts)


def _rows(found: QuerySet[Award]) -> Iterator[tuple[Any, ...]]:
    for row in found.iterator(chunk_size=1000):
        asked_for = row.application
        yield (
            row.pk,
            asked_for.call.reference,
            asked_for.number,
            *(row.title.get(code, "") for code in ("ar", "fr", "en")),
            asked_for.organisation.code,
            asked_for.territory.code,
            *(units(amount, row.currency) for amount in (row.amount, row.released, row.paid)),
            row.currency,
            row.awarded_on.isoformat(),
            row.deliberation,
            row.agreement.reference if row.agreement else "",
            "yes" if asked_for.call.is_demo else "no",
        )
