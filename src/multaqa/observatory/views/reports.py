from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from multaqa.kit import clock
from multaqa.kit.forms import asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.rates import HOUR, at_most
from multaqa.kit.tables import csv_file
from multaqa.ledger.queries import threads
from multaqa.observatory import aid_words
from multaqa.observatory.actions import correct_report, key_in_report, review_report, send_report
from multaqa.observatory.forms.reports import (
    CorrectionForm,
    PaperReportForm,
    ReportForm,
    ReviewForm,
    home_communes,
)
from multaqa.observatory.models import CapacityReport, Observation
from multaqa.observatory.queries import reports as queries
from multaqa.observatory.views.slips import hand_out
from multaqa.territories.models import Territory

PER_PAGE = 20
COLUMNS = ["number", "organisation", "territory", "seen_on", "kind", "volunteers", "vehicles", "skills"]
COLUMNS += ["channel", "state", "sent_on", "reviewed_on", "valid_until"]
_CORRECTED = ("seen_on", "kind", "seen", "volunteers", "vehicles", "skills", "stock", "opening_hours")


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    wanted = {name: request.GET.get(name, "")[:24] for name in ("territory", "kind", "state")}
    found = Paginator(queries.reports(**wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found,
        "wanted": wanted,
        "threads": threads(found.object_list),
        "capacities": queries.capacities(clock.today()),
        "places": home_communes(),
        "kinds": Observation.Kind.choices,
        "states": CapacityReport.State.choices,
        "may_send": allows(request.actor, "observatory.send_report"),
        "may_key_in": allows(request.actor, "observatory.key_in_report"),
    }
    return render(request, "observatory/reports/index.html", context)


@require_safe
def reports_csv(request: HttpRequest) -> HttpResponseBase:
    rows = ([_cell(report, name) for name in COLUMNS] for report in queries.reports())
    return csv_file("capacity-reports", COLUMNS, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@at_most(30, per=HOUR)
def report_new(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.send_report")
    form = asked(request, ReportForm, actor=request.actor, initial=_initial(request))
    sent = form.carry_out(send_report, actor=request.actor)
    if sent:
        messages.success(request, _("The report is in the ledger. Another organisation will review it."))
        return redirect(sent)
    return page(request, "observatory/reports/new.html", form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def report_paper(request: HttpRequest) -> HttpResponse:
    require(request.actor, "observatory.key_in_report")
    form = asked(request, PaperReportForm, actor=request.actor, initial=_initial(request))
    keyed = form.carry_out(key_in_report, actor=request.actor)
    return (
        hand_out(request, keyed.receipt, keyed)
        if keyed
        else page(request, "observatory/reports/paper.html", form=form)
    )


@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.reports(), number=number)
    return render(request, "observatory/reports/report.html", _context(request, found, ReviewForm()))


@require_http_methods(["POST"])
def report_review(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.reports(), number=number)
    require(request.actor, "observatory.review_report", found)
    form = asked(request, ReviewForm)
    if form.carry_out(review_report, actor=request.actor, report=found):
        messages.success(request, _("The decision is recorded."))
        return redirect(found)
    return page(request, "observatory/reports/report.html", **_context(request, found, form))


@require_http_methods(["GET", "HEAD", "POST"])
def report_correct(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.reports(), number=number)
    require(request.actor, "observatory.correct_report", found)
    form = asked(request, CorrectionForm, initial={name: getattr(found, name) for name in _CORRECTED})
    if form.carry_out(correct_report, actor=request.actor, report=found):
        messages.success(request, _("The report was sent again."))
        return redirect(found)
    return page(request, "observatory/reports/correct.html", form=form, report=found)


def _initial(request: HttpRequest) -> dict[str, object]:
    asked_for = Territory.objects.filter(code=request.GET.get("in", "")).first()
    return {"seen_on": clock.today(), "territory": asked_for}


def _context(request: HttpRequest, found: CapacityReport, form: ReviewForm) -> dict[str, object]:
    returned = found.state == CapacityReport.State.RETURNED
    waiting = found.state == CapacityReport.State.SENT
    return {
        "report": found,
        "form": form,
        "skills": aid_words.skills(found.skills),
        "waiting": waiting,
        "may_review": waiting and allows(request.actor, "observatory.review_report", found),
        "may_correct": returned and allows(request.actor, "observatory.correct_report", found),
    }


def _cell(report: CapacityReport, name: str) -> object:
    if name in ("organisation", "territory"):
        return getattr(report, name).code
    if name == "skills":
        return " ".join(report.skills)
    if name.endswith("_on") and name != "seen_on":
        moment = getattr(report, f"{name.removesuffix('_on')}_at")
        return moment.date().isoformat() if moment else ""
    return str(getattr(report, name))
