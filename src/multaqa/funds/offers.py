"""What a reader may do next with an object; what is not possible yet says what opens it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from multaqa.directory.actors import Actor, Function
from multaqa.funds import lots
from multaqa.funds.models import Application, Award, Call, LotSeed
from multaqa.kit import clock, formats
from multaqa.kit.policy import allows


@dataclass(frozen=True, slots=True)
class Offer:
    """A button. `opens`: the sentence that says what opens it, empty when it is open."""

    label: str
    url: str
    opens: str = ""


def _call(name: str, label: str, call: Call, opens: str = "") -> Offer:
    return Offer(label, reverse(f"funds:{name}", args=[call.reference]), opens)


def for_call(actor: Actor, call: Call, seeds: Sequence[LotSeed] = ()) -> list[Offer]:
    """The next steps of a call for this actor, in order of time. seeds: those of its lot."""
    today, state = clock.today(), Call.State
    found = []
    if call.is_decided:
        found.append(_call("results", _("Read the results"), call))
    if call.state == state.OPEN and today <= call.closes_on:
        found.append(_call("apply", _("Apply"), call, _opens_applying(actor, call, today)))
    if call.state == state.OPEN and allows(actor, "funds.close_call", call):
        opens = _("Possible after the last day for applications, %(day)s.") % {
            "day": formats.day(call.closes_on)
        }
        found.append(_call("close_call", _("Close the call"), call, "" if today > call.closes_on else opens))
    if call.state == state.REVIEWING and allows(actor, "funds.open_vote", call):
        opens = _("Possible from %(day)s.") % {"day": formats.day(call.vote_opens_on)}
        found.append(
            _call("open_vote", _("Open the vote"), call, "" if today >= call.vote_opens_on else opens)
        )
    if call.state == state.VOTING:
        found += _vote(actor, call, seeds)
    return found


def _opens_applying(actor: Actor, call: Call, today: date) -> str:
    """A stranger is asked to sign in; who is known and speaks for no association learns who applies."""
    if today < call.opens_on:
        return _("Applications open on %(day)s.") % {"day": formats.day(call.opens_on)}
    if actor.account and not actor.organisations(Function.OFFICER):
        return _("The officers of an association apply in its name.")
    return ""


def _vote(actor: Actor, call: Call, seeds: Sequence[LotSeed]) -> list[Offer]:
    found = []
    over = clock.today() > call.vote_closes_on
    if not over:
        found.append(_call("vote", pgettext("verb", "Vote"), call))
        if allows(actor, "funds.enter_paper_ballot", call):
            found.append(_call("paper", _("Enter a paper ballot"), call))
    own = lots.own(actor, seeds)
    if own is None and lots.commits_today(call) and allows(actor, "funds.commit_seed", call):
        found.append(_call("lot", _("Commit a seed for the lot"), call))
    if own is not None and not own.seed and lots.reveals_today(call):
        found.append(_call("reveal", _("Reveal your seed"), call))
    if allows(actor, "funds.allocate_call", call):
        opens = _("Possible after the last day of the vote, %(day)s.") % {
            "day": formats.day(call.vote_closes_on)
        }
        found.append(_call("allocate", _("Count the ballots"), call, "" if over else opens))
    return found


def for_application(actor: Actor, application: Application) -> list[Offer]:
    """What this actor may do with an application, the state of its call permitting."""
    call, state = application.call, Application.State
    before_vote = call.state in (Call.State.OPEN, Call.State.REVIEWING)
    possible = {
        "screen_application": before_vote
        and application.state in (state.SUBMITTED, state.ELIGIBLE, state.INELIGIBLE),
        "review_application": before_vote and application.state in (state.SUBMITTED, state.ELIGIBLE),
        "recuse": before_vote,
        "award_application": application.state == state.SELECTED,
        "withdraw_application": call.state != Call.State.VOTING
        and application.state in (state.SUBMITTED, state.ELIGIBLE, state.SELECTED),
    }
    labels = {
        "screen_application": _("Decide on eligibility"),
        "review_application": _("Give your scores"),
        "recuse": _("Stand aside"),
        "award_application": _("Make the award"),
        "withdraw_application": _("Withdraw the application"),
    }
    return [
        Offer(labels[verb], reverse(f"funds:{verb}", args=[application.pk]))
        for verb, now in possible.items()
        if now and allows(actor, f"funds.{verb}", application)
    ]


def for_award(actor: Actor, award: Award) -> list[Offer]:
    """The agreement and the payment plan, while they are still missing."""
    found = []
    if award.agreement_id is None and allows(actor, "funds.attach_agreement", award):
        found.append(Offer(_("Attach the agreement"), reverse("funds:attach_agreement", args=[award.pk])))
    if not award.planned and allows(actor, "funds.plan_tranches", award):
        found.append(Offer(_("Plan the instalments"), reverse("funds:plan_tranches", args=[award.pk])))
    return found


def for_tranche(actor: Actor, tranche: Any, blocks: list[Any]) -> list[Offer]:
    """Release or payment; a blocked release shows the first thing that blocks it."""
    address = [tranche.award_id, tranche.number]
    if tranche.state == tranche.State.PLANNED and allows(actor, "funds.release_tranche", tranche):
        opens = blocks[0].sentence if blocks else ""
        return [Offer(_("Release the instalment"), reverse("funds:release_tranche", args=address), opens)]
    if tranche.state == tranche.State.RELEASED and allows(actor, "funds.pay_tranche", tranche):
        return [Offer(_("Record the payment"), reverse("funds:pay_tranche", args=address))]
    return []
