from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.forms import ActionForm, asked, page
from multaqa.kit.policy import allows, require
from multaqa.kit.tables import csv_file
from multaqa.kit.translated import Translated
from multaqa.ledger.queries import threads
from multaqa.partnerships import actions, documents, forms, queries
from multaqa.partnerships.models import Agreement, Commitment, Finding, Report
from multaqa.recommendations.actions import adopt_recommendation
from multaqa.recommendations.models import Recommendation

PAGE = 20


@require_GET
def register(request: HttpRequest) -> HttpResponse:
    filters = forms.FilterForm(request.GET)
    shown = Paginator(queries.register(**filters.asked()), PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page_obj": shown,
        "threads": threads(list(shown)),
        "organisations": Organisation.objects.filter(parties__isnull=False).distinct(),
        "waiting": queries.waiting_for(request.actor),
        "may_draft": allows(request.actor, "partnerships.draft_agreement"),
    }
    return render(request, "partnerships/register.html", context)


@require_GET
def register_csv(request: HttpRequest) -> HttpResponse:
    """The filtered register as a table for a spreadsheet: codes beside names, amounts in minor units."""
    found = queries.register(**forms.FilterForm(request.GET).asked())
    return csv_file("agreements", queries.COLUMNS, queries.rows(found))


@require_GET
def agreement(request: HttpRequest, reference: str) -> HttpResponse:
    found = get_object_or_404(queries.in_full(), reference=reference)
    context = {
        "agreement": found,
        "sides": queries.sides(found),
        "judged": queries.judged(found),
        "acts": queries.open_acts(request.actor, found),
        "mine": {party.pk for party in queries.bound_parties(request.actor, found)},
        "accounted": queries.accounted(found),
        "evaluation_is_late": queries.evaluation_is_late(found, clock.today()),
        "today": clock.today(),
    }
    return render(request, "partnerships/agreement.html", context)


@require_GET
def document(request: HttpRequest, reference: str) -> HttpResponse:
    """The frozen bytes; of a draft, or of one cancelled before it was frozen, a preview marked as such."""
    found = get_object_or_404(Agreement.objects.select_related("document"), reference=reference)
    kept = (
        bytes(found.document.content)
        if found.document_sha256
        else documents.render_agreement(found, preview=True)
    )
    return _pdf(kept, f"{reference}.pdf")


@require_GET
def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    found = get_object_or_404(Agreement.objects.exclude(document_sha256=""), reference=reference)
    return _pdf(documents.render_certificate(found), f"{reference}-certificate.pdf")


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    require(request.actor, "partnerships.draft_agreement")
    form = asked(request, forms.DraftForm)
    drafted = form.carry_out(actions.draft_agreement, actor=request.actor)
    if drafted:
        messages.success(request, _("The draft is in the register. Add its commitments now."))
        return redirect(drafted)
    return page(request, "partnerships/draft.html", form=form, organisations=Organisation.objects.all())


@require_http_methods(["GET", "POST"])
def add_commitment(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "add_commitment")
    form = asked(request, forms.CommitmentForm, agreement=found)
    if form.carry_out(actions.add_commitment, actor=request.actor, agreement=found):
        messages.success(request, _("The commitment is in the draft."))
        return redirect(found)
    return page(request, "partnerships/add_commitment.html", form=form, agreement=found)


@require_http_methods(["GET", "POST"])
def put_to_signature(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "put_to_signature")
    form = asked(request, forms.PutToSignatureForm, agreement=found)
    frozen = form.carry_out(actions.put_to_signature, actor=request.actor, agreement=found)
    return (
        redirect(found)
        if frozen
        else page(request, "partnerships/put_to_signature.html", form=form, agreement=found)
    )


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "sign_agreement")
    form = asked(request, forms.SignForm)
    if form.carry_out(actions.sign_agreement, actor=request.actor, agreement=found):
        messages.success(request, _("The signature is in the public record."))
        return redirect(found)
    return page(
        request,
        "partnerships/sign.html",
        form=form,
        agreement=found,
        mine=queries.parties_of(request.actor, found),
    )


@require_http_methods(["GET", "POST"])
def commitment(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    found = get_object_or_404(
        Commitment.objects.select_related("agreement", "party__organisation"),
        agreement__reference=reference,
        number=number,
    )
    require(request.actor, "partnerships.update_commitment", found)
    known = {"progress": found.progress, "evidence": found.evidence}
    form = asked(request, forms.ProgressForm, initial=known)
    updated = form.carry_out(actions.update_commitment, actor=request.actor, commitment=found)
    return (
        redirect(updated)
        if updated
        else page(request, "partnerships/commitment.html", form=form, commitment=found)
    )


@require_http_methods(["GET", "POST"])
def submit_report(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "submit_report")
    form = asked(request, forms.ReportForm)
    submitted = form.carry_out(actions.submit_report, actor=request.actor, agreement=found)
    return (
        redirect(submitted)
        if submitted
        else page(request, "partnerships/submit_report.html", form=form, agreement=found)
    )


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Anybody reads the report; another party decides on it here."""
    found = get_object_or_404(
        Report.objects.select_related("agreement", "party__organisation"),
        agreement__reference=reference,
        pk=pk,
    )
    if request.method == "POST":
        require(request.actor, "partnerships.accept_report", found)
    form = asked(request, forms.DecideReportForm)
    if form.decide(actor=request.actor, report=found):
        return redirect(found)
    may_decide = found.state == Report.State.SUBMITTED and allows(
        request.actor, "partnerships.accept_report", found
    )
    return page(request, "partnerships/report.html", form=form, report=found, may_decide=may_decide)


@require_http_methods(["GET", "POST"])
def evaluate(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "evaluate_agreement")
    form = asked(request, forms.EvaluateForm)
    evaluated = form.carry_out(actions.evaluate_agreement, actor=request.actor, agreement=found)
    return (
        redirect(evaluated)
        if evaluated
        else page(request, "partnerships/evaluate.html", form=form, agreement=found)
    )


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "reply_to_evaluation")
    evaluation = get_object_or_404(found.evaluations.select_related("agreement", "evaluator")[:1])
    form = asked(request, forms.ReplyForm)
    if form.carry_out(actions.reply_to_evaluation, actor=request.actor, evaluation=evaluation):
        messages.success(request, _("Your answer stands beside the evaluation."))
        return redirect(evaluation)
    return page(request, "partnerships/reply.html", form=form, agreement=found, evaluation=evaluation)


@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Finding.objects.select_related("evaluation__agreement__territory"),
        evaluation__agreement__reference=reference,
        pk=pk,
    )
    require(request.actor, "partnerships.link_finding", found.evaluation)
    form = asked(request, forms.AdoptForm, initial={"text": Translated.of(ar=found.text)})
    adopted = form.carry_out(_adopt, actor=request.actor, finding=found)
    if adopted:
        return redirect(adopted)
    return page(
        request,
        "partnerships/finding.html",
        form=form,
        finding=found,
        organisations=Organisation.objects.all(),
    )


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "end_agreement")
    form = asked(request, ActionForm)
    ended = form.carry_out(actions.end_agreement, actor=request.actor, agreement=found)
    return redirect(ended) if ended else page(request, "partnerships/end.html", form=form, agreement=found)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    found = _asked_for(request, reference, "cancel_agreement")
    form = asked(request, forms.ReasonForm)
    cancelled = form.carry_out(actions.cancel_agreement, actor=request.actor, agreement=found)
    return (
        redirect(cancelled)
        if cancelled
        else page(request, "partnerships/cancel.html", form=form, agreement=found)
    )


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Whether a PDF or a hash is the frozen text of an agreement. The file is hashed and forgotten."""
    given = request.GET.get("sha256", "")
    form = asked(request, forms.VerifyForm, initial={"sha256": given})
    verdict = form.carry_out(queries.verdict) or (queries.verdict(sha256=given) if given else None)
    if verdict and form.is_bound:
        form = forms.VerifyForm(initial={"sha256": verdict.sha256})
    return page(request, "partnerships/verify.html", form=form, verdict=verdict)


@require_GET
def evaluations(request: HttpRequest) -> HttpResponse:
    shown = Paginator(queries.evaluations(), PAGE).get_page(request.GET.get("page"))
    late = queries.due_evaluations(clock.today())
    return render(
        request, "partnerships/evaluations.html", {"page_obj": shown, "late": late, "today": clock.today()}
    )


def _asked_for(request: HttpRequest, reference: str, act: str) -> Agreement:
    """The agreement, once it is sure that the actor may do this to it."""
    found = get_object_or_404(
        Agreement.objects.prefetch_related("parties__organisation"), reference=reference
    )
    require(request.actor, f"partnerships.{act}", found)
    return found


def _adopt(*, actor: Actor, finding: Finding, **asked: Any) -> Recommendation:
    """Two acts of two rooms, each with its own entry, carried out together or not at all."""
    with transaction.atomic():
        adopted = adopt_recommendation(
            actor=actor,
            proposer=actor.organisations(Function.COORDINATOR, Function.COUNCIL_OFFICER)[0],
            territory=finding.evaluation.agreement.territory,
            causes=[finding.evaluation.agreement],
            **asked,
        )
        actions.link_finding(actor=actor, finding=finding, recommendation=adopted)
    return adopted


def _pdf(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
