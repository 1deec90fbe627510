"""What associations ask and what the cell answers before anybody votes."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation, Person
from multaqa.directory.queries import conflicts
from multaqa.funds.models import Application, Call, Criterion, Recusal, Review
from multaqa.funds.models.plans import LARGEST_AMOUNT
from multaqa.funds.wording import said_day
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.territories.models import Territory

VERBS = {
    "funds.application_submitted": _("Application submitted"),
    "funds.application_withdrawn": _("Application withdrawn"),
    "funds.application_screened": _("Eligibility decided"),
    "funds.review_made": _("Review made"),
    "funds.member_recused": _("Member stood aside"),
}
register(VERBS)


def submit_application(
    *,
    actor: Actor,
    call: Call,
    organisation: Organisation,
    title: Translated,
    summary: Translated,
    territory: Territory,
    requested: int,
    own_contribution: int = 0,
    beneficiaries: int | None = None,
    details: str = "",
) -> Application:
    """Ask a call to support an initiative; amounts in minor units of the call's currency.

    Raises Forbidden unless the actor is an officer of the organisation; Refused outside the dates of the
    call, for a kind of organisation the call does not address, or above its ceiling.
    """
    require(actor, "funds.submit_application", organisation)
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call.pk)
        today = clock.today()
        if today < call.opens_on:
            raise Refused(_("This call opens on %(day)s. Come back then."), day=said_day(call.opens_on))
        if today > call.closes_on or call.state != Call.State.OPEN:
            raise Refused(
                _("The last day for applications was %(day)s. Watch for the next call."),
                day=said_day(call.closes_on),
            )
        if organisation.kind not in (call.kinds or [Organisation.Kind.ASSOCIATION]):
            raise Refused(_("This call is not open to this kind of organisation."), field="organisation")
        if requested > call.max_per_application:
            raise Refused(
                _(
                    "One application may ask for %(ceiling)s at most. "
                    "Lower the amount or split the initiative."
                ),
                field="requested",
                ceiling=call.ceiling,
            )
        if own_contribution > LARGEST_AMOUNT:
            raise Refused(_("This amount is too large. Check the number of zeros."), field="own_contribution")
        last = call.applications.aggregate(last=Max("number"))["last"] or 0
        application = Application.objects.create(
            call=call,
            number=last + 1,
            organisation=organisation,
            title=title,
            summary=summary,
            details=details,
            territory=territory,
            requested=requested,
            own_contribution=own_contribution,
            beneficiaries=beneficiaries,
            submitted_at=clock.now(),
        )
        facts = {"call": call.reference, "number": application.number, "organisation": organisation.code}
        facts |= {"requested": requested, "territory": territory.code}
        record(actor, "funds.application_submitted", application, facts=facts, causes=[call])
    return application


def withdraw_application(*, actor: Actor, application: Application) -> Application:
    """Take an application back, before it is awarded.

    Raises Forbidden, or Refused once the vote has begun to count.
    """
    require(actor, "funds.withdraw_application", application)
    with transaction.atomic():
        application = _locked(application)
        if application.call.state == Call.State.VOTING:
            raise Refused(
                _("The vote is open: an application on the ballot can be withdrawn only after the count.")
            )
        move(application, Application.State.WITHDRAWN, Application.STEPS)
        record(actor, "funds.application_withdrawn", application, facts={"call": application.call.reference})
    return application


def screen_application(
    *, actor: Actor, application: Application, eligible: bool, reason: Translated | None = None
) -> Application:
    """Decide whether an application may go to the vote; the checks of the platform only advise.

    Raises Forbidden unless the actor coordinates the cell; Refused for a refusal without a reason, or too
    late.
    """
    require(actor, "funds.screen_application", application)
    if not eligible and not reason:
        raise Refused(
            _("Write why this application is not eligible: the applicant will read it."), field="reason"
        )
    with transaction.atomic():
        application = _locked(application)
        if application.call.state not in (Call.State.OPEN, Call.State.REVIEWING):
            raise Refused(_("Eligibility is decided before the vote opens."))
        to = Application.State.ELIGIBLE if eligible else Application.State.INELIGIBLE
        move(application, to, Application.STEPS)
        said = reason if reason and not eligible else Translated()
        Application.objects.filter(pk=application.pk).update(reason=said)
        application.refresh_from_db(fields=["reason"])
        facts = {"call": application.call.reference, "eligible": eligible, "reason": said}
        record(actor, "funds.application_screened", application, facts=facts)
    return application


def review_application(
    *,
    actor: Actor,
    application: Application,
    relevance: int,
    reach: int,
    feasibility: int,
    lasting: int,
    comment: str = "",
) -> Review:
    """Give one's own scores, 1 to 4 for each criterion; they may be changed until the vote opens.

    Raises Forbidden unless the actor sits in the cell; Refused for a member who has a tie with the applicant
    or stood aside, for a score out of range, or once the vote is open.
    """
    require(actor, "funds.review_application", application)
    scores = {"relevance": relevance, "reach": reach, "feasibility": feasibility, "lasting": lasting}
    for name, score in scores.items():
        if not 1 <= score <= 4:
            raise Refused(_("Scores go from 1 to 4."), field=name)
    reviewer = _person(actor)
    with transaction.atomic():
        application = _locked(application)
        _refuse_late(application)
        if conflicts(actor, application.organisation):
            raise Refused(
                _("You have a declared tie with this organisation: stand aside instead of scoring.")
            )
        if application.recusals.filter(reviewer=reviewer).exists():
            raise Refused(_("You stood aside from this application and no longer score it."))
        review, _new = Review.objects.update_or_create(
            application=application,
            reviewer=reviewer,
            defaults={**scores, "comment": comment, "reviewed_at": clock.now()},
        )
        facts = {
            "call": application.call.reference,
            "number": application.number,
            "criteria": Criterion.values,
        }
        opinion = {"reviewer": reviewer.pk, "scores": scores, "comment": comment}
        record(actor, "funds.review_made", application, facts=facts, private=opinion)
    return review


def recuse(*, actor: Actor, application: Application, reason: str) -> Recusal:
    """Stand aside from one application. A review already given no longer counts.

    Raises Forbidden unless the actor sits in the cell; Refused when it was done already or the vote is open.
    """
    require(actor, "funds.recuse", application)
    reviewer = _person(actor)
    with transaction.atomic():
        application = _locked(application)
        _refuse_late(application)
        if application.recusals.filter(reviewer=reviewer).exists():
            raise Refused(_("You have already stood aside from this application."))
        recusal = Recusal.objects.create(
            application=application, reviewer=reviewer, reason=reason, recused_at=clock.now()
        )
        facts = {"call": application.call.reference, "number": application.number}
        private = {"reviewer": reviewer.pk, "reason": reason}
        record(actor, "funds.member_recused", application, facts=facts, private=private)
    return recusal


def _locked(application: Application) -> Application:
    """The application as it is now, kept so until the transaction ends."""
    found = Application.objects.select_related("call__envelope__cell", "organisation")
    return found.select_for_update(of=("self",)).get(pk=application.pk)


def _refuse_late(application: Application) -> None:
    if application.call.state not in (Call.State.OPEN, Call.State.REVIEWING):
        raise Refused(_("Reviews are locked: the vote on this call has opened."))


def _person(actor: Actor) -> Person:
    person = next((office.person for office in actor.offices if office.function == "cell_member"), None)
    if person is None:
        raise Refused(_("Only a member of the cell scores or stands aside."))
    return person
