"""The life of a call, from its opening to its count."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.engine.allocation import AllocationError, Rule
from multaqa.funds import counting, queries
from multaqa.funds.models import Allocation, Application, Call, Envelope, LotSeed, Priority
from multaqa.funds.models.calls import default_rule
from multaqa.funds.wording import said_day
from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.kit.policy import Refused, require
from multaqa.kit.states import move
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import Due, record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register

VERBS = {
    "funds.call_opened": _("Call opened"),
    "funds.call_closed": _("Call closed to applications"),
    "funds.vote_opened": _("Vote opened"),
    "funds.call_allocated": _("Ballots counted"),
}
register(VERBS)


def open_call(
    *,
    actor: Actor,
    envelope: Envelope,
    priorities: Iterable[Priority],
    title: Translated,
    text: Translated,
    amount: int,
    max_per_application: int,
    opens_on: date,
    closes_on: date,
    vote_opens_on: date,
    vote_closes_on: date,
    award_due_on: date,
    kinds: Iterable[str] = (),
    min_years: int = 0,
    min_own_percent: int = 0,
    rule: dict[str, Any] | None = None,
    reference: str = "",
    is_demo: bool = False,
) -> Call:
    """Publish an invitation to apply for a part of an envelope, with its dates and the rule of the count.

    Amounts in minor units of the envelope's currency. Raises Forbidden unless the actor coordinates the cell;
    Refused when no priority is named, the dates are out of order, the money is already promised or the rule
    is unknown.
    """
    require(actor, "funds.open_call", envelope)
    answered = list(priorities)
    if not answered:
        raise Refused(_("Name at least one priority that this call answers."), field="priorities")
    if not opens_on <= closes_on < vote_opens_on <= vote_closes_on < award_due_on:
        raise Refused(
            _("Put the dates in order: applications, then the vote, then the awards."), field="closes_on"
        )
    if max_per_application > amount:
        raise Refused(
            _("The ceiling of one application cannot exceed the call."), field="max_per_application"
        )
    rule = rule or default_rule()
    try:
        Rule(**rule)
    except (AllocationError, TypeError):
        raise Refused(_("This rule of counting is not known."), field="rule") from None
    with transaction.atomic():
        envelope = Envelope.objects.select_for_update().get(pk=envelope.pk)
        free = queries.free_money(envelope)
        if amount > free:
            raise Refused(
                _("Only %(free)s of this envelope are not promised yet."),
                field="amount",
                free=Money(free, envelope.currency),
            )
        call = Call.objects.create(
            reference=reference or queries.next_reference(opens_on.year),
            envelope=envelope,
            title=title,
            text=text,
            amount=amount,
            currency=envelope.currency,
            max_per_application=max_per_application,
            kinds=list(kinds),
            min_years=min_years,
            min_own_percent=min_own_percent,
            opens_on=opens_on,
            closes_on=closes_on,
            vote_opens_on=vote_opens_on,
            vote_closes_on=vote_closes_on,
            award_due_on=award_due_on,
            rule=rule,
            is_demo=is_demo,
        )
        call.priorities.set(answered)
        facts = {"reference": call.reference, "amount": amount, "ceiling": max_per_application, "rule": rule}
        facts |= {"currency": call.currency, "closes_on": closes_on, "vote_closes_on": vote_closes_on}
        due = Due(Step.AWARDED, award_due_on)
        record(actor, "funds.call_opened", call, facts=facts, step=Step.CALLED, causes=answered, due=due)
    return call


def close_call(*, actor: Actor, call: Call) -> Call:
    """End the submission of applications and begin the review.

    Raises Forbidden unless the actor coordinates the cell, Refused before the published day has passed.
    """
    require(actor, "funds.close_call", call)
    with transaction.atomic():
        call = _locked(call)
        if clock.today() <= call.closes_on:
            raise Refused(
                _("Applications are accepted until %(day)s; close the call after it."),
                day=said_day(call.closes_on),
            )
        move(call, Call.State.REVIEWING, Call.STEPS)
        facts = {"reference": call.reference, "applications": call.applications.count()}
        record(actor, "funds.call_closed", call, facts=facts)
    return call


def open_vote(*, actor: Actor, call: Call) -> Call:
    """Put the eligible applications to the vote; reviews are locked from then on.

    Raises Forbidden unless the actor coordinates the cell; Refused before the published day, while an
    application waits for its eligibility, or when none is eligible.
    """
    require(actor, "funds.open_vote", call)
    with transaction.atomic():
        call = _locked(call)
        if clock.today() < call.vote_opens_on:
            raise Refused(_("The vote opens on %(day)s."), day=said_day(call.vote_opens_on))
        waiting = call.applications.filter(state=Application.State.SUBMITTED).count()
        if waiting:
            raise Refused(
                _("Decide first on eligibility; applications that still wait: %(waiting)s."), waiting=waiting
            )
        numbers = list(
            call.applications.filter(state=Application.State.ELIGIBLE).values_list("number", flat=True)
        )
        if not numbers:
            raise Refused(_("No application is eligible: there is nothing to vote on."))
        move(call, Call.State.VOTING, Call.STEPS)
        record(actor, "funds.vote_opened", call, facts={"reference": call.reference, "ballot": numbers})
    return call


def allocate_call(*, actor: Actor, call: Call, tally: counting.Tally | None = None) -> Allocation:
    """Count the ballots by the published rule and keep all that is needed to explain and repeat the count.

    Ties that cost and votes leave are drawn by lot from the seeds revealed in time; seeds not revealed are
    named and left out. tally: a count made beforehand, used if it still stands. Raises Forbidden unless the
    actor coordinates the cell; Refused before the vote has ended, while seeds are awaited, without ballots,
    or after another count.
    """
    require(actor, "funds.allocate_call", call)
    while True:
        # a count may take long and nobody may write meanwhile: the lock comes after it
        tally = tally or counting.tally(call)
        poll, count = tally.poll, tally.count
        with transaction.atomic():
            call = _locked(call)
            counting.refuse_twice(call)
            if counting.fingerprint(call) != poll.fingerprint:
                tally = None
                continue
            allocation = Allocation.objects.create(
                call=call,
                outcome=count.outcome,
                ballots=len(poll.ballots),
                paper_ballots=sum(ballot.channel == "paper" for ballot in poll.ballots),
                spent=count.spent,
                ballot_file=count.ballot_file,
                digest=count.digest,
                counted_at=clock.now(),
            )
            eligible = call.applications.filter(state=Application.State.ELIGIBLE)
            eligible.filter(number__in=count.selected).update(state=Application.State.SELECTED)
            eligible.update(state=Application.State.NOT_SELECTED)
            move(call, Call.State.ALLOCATED, Call.STEPS)
            facts = {"reference": call.reference, "selected": count.selected, "spent": count.spent}
            facts |= {"rule": call.rule, "ties": count.outcome["ties"], **_seeds(poll.seeds)}
            facts |= {"ballots": len(poll.ballots), "paper": allocation.paper_ballots}
            facts |= {"ballot_file_sha256": count.digest}
            record(actor, "funds.call_allocated", call, facts=facts)
            return allocation


def _seeds(seeds: Iterable[LotSeed]) -> dict[str, Any]:
    """The seeds of a count as the ledger tells them, in the order in which they are joined."""
    listed = list(seeds)
    return {
        "seeds": [
            {"place": seed.place, "party": seed.party, "seed": seed.seed} for seed in listed if seed.seed
        ],
        "withheld": [
            {"place": seed.place, "party": seed.party, "commitment": seed.commitment}
            for seed in listed
            if not seed.seed
        ],
    }


def _locked(call: Call) -> Call:
    """The call as it is now, kept so until the transaction ends."""
    return Call.objects.select_for_update(of=("self",)).select_related("envelope__cell").get(pk=call.pk)
