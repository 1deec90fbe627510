"""Matches: proposed by the engine, confirmed by a person, accepted by both sides, finished by both."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register
from multaqa.observatory.models import MATCH_STEPS, Aid, Channel, Match, Need, Offer
from multaqa.observatory.promises import give_back, hold, settle, take
from multaqa.observatory.queries import next_number
from multaqa.observatory.queries.matches import Best, best_matches, matches_to_end, open_needs, open_offers
from multaqa.observatory.standing import SIDES, acts_for, is_own, side_of, speaker_in_match
from multaqa.territories.queries import home_pack

VERBS = {
    "observatory.matches_proposed": _("Matches proposed"),
    "observatory.match_confirmed": _("Match confirmed"),
    "observatory.match_dismissed": _("Proposal set aside"),
    "observatory.match_accepted": _("Match accepted by one side"),
    "observatory.match_declined": _("Match declined"),
    "observatory.match_finished": _("Match reported on by one side"),
    "observatory.match_ended": _("Match ended without a report"),
}
register(VERBS)


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round of proposals."""

    proposed: int
    kept: int
    superseded: int


def propose_matches(*, actor: Actor) -> Round:
    """Propose the best matches between what is left of open needs and offers that consent.

    What people confirmed stays. A proposal that still stands is kept; one that does not is superseded in the
    same transaction, and stays in the list as such, so that no number ever names another pair.
    """
    require(actor, "observatory.propose_matches")
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    with transaction.atomic():
        today = clock.today()
        needs = list(open_needs(today).select_for_update(of=("self",)))
        offers = list(open_offers(today).select_for_update(of=("self",)))
        found = list(Match.objects.select_for_update().exclude(state=Match.State.SUPERSEDED))
        live = [m for m in found if m.state in (Match.State.CONFIRMED, Match.State.OPEN)]
        apart = {
            (m.need_id, m.offer_id) for m in found if m.state in (Match.State.DECLINED, Match.State.FAILED)
        }
        best = best_matches(needs, offers, live, apart, today)
        round_ = _replace([m for m in found if m.state == Match.State.PROPOSED], best, needs, offers)
        record(
            actor,
            "observatory.matches_proposed",
            home,
            facts={
                "needs": len(needs),
                "offers": len(offers),
                "proposed": round_.proposed,
                "kept": round_.kept,
                "superseded": round_.superseded,
            },
        )
    return round_


def confirm_match(*, actor: Actor, match: Match) -> Match:
    """Confirm a proposal after reading it: from now on its units are promised, and both sides are asked.

    Raises Refused when it was replaced meanwhile, when a side is the confirmer's own, or when either side
    has not so much left any more.
    """
    require(actor, "observatory.confirm_match", match)
    with transaction.atomic():
        match = hold(match)
        if any(is_own(actor, aid) for aid in (match.need, match.offer)):
            raise Refused(_("Somebody else confirms a match in which you are a side."))
        open_ = match.need.state == Need.State.OPEN and match.offer.state == Offer.State.OPEN
        if not open_ or match.quantity > min(match.need.left, match.offer.left):
            raise Refused(_("There is not so much left on one of the two sides: propose matches again."))
        states.move(match, Match.State.CONFIRMED, MATCH_STEPS)
        match.confirmed_at = clock.now()
        match.save(update_fields=["confirmed_at"])
        take(match)
        record(
            actor,
            "observatory.match_confirmed",
            match,
            facts=_facts(match),
            private=_private(match),
            causes=[match.need],
        )
    return match


def dismiss_match(*, actor: Actor, match: Match) -> Match:
    """Set a proposal aside: these two are not proposed again. Raises Refused once it is confirmed."""
    require(actor, "observatory.dismiss_match", match)
    with transaction.atomic():
        match = hold(match)
        if match.state != Match.State.PROPOSED:
            raise Refused(_("Only a proposal can be set aside."))
        _end(match, Match.State.DECLINED)
        record(actor, "observatory.match_dismissed", match, facts=_facts(match))
    return match


def accept_match(*, actor: Actor, match: Match, side: str, receipt: str = "") -> Match:
    """Accept a confirmed match for one side; once both have, each sees how to reach the other.

    side: `need` or `offer`. receipt: where a facilitator keyed the form in, the code that the person gives
    them. Raises Refused for the other side, a wrong receipt, or a match that is not waiting for this.
    """
    require(actor, "observatory.accept_match", match)
    with transaction.atomic():
        match = hold(match)
        aid = _own_side(actor, match, side)
        if aid.channel != Channel.WEB and receipt.strip().upper() != aid.receipt:
            raise Refused(
                _("Type the code of the receipt that the person gives you: it shows that they agree."),
                field="receipt",
            )
        if match.state != Match.State.CONFIRMED or getattr(match, f"{side}_accepted_at"):
            raise Refused(_("This match is not waiting for your answer."))
        setattr(match, f"{side}_accepted_at", clock.now())
        match.save(update_fields=[f"{side}_accepted_at"])
        if match.need_accepted_at and match.offer_accepted_at:
            states.move(match, Match.State.OPEN, MATCH_STEPS)
        record(
            speaker_in_match(actor, aid),
            "observatory.match_accepted",
            match,
            facts={**_facts(match), "side": side, "state": match.state},
        )
    return match


def decline_match(*, actor: Actor, match: Match, side: str) -> Match:
    """Decline a confirmed match for one side: its units are free again, the two not proposed again."""
    require(actor, "observatory.decline_match", match)
    with transaction.atomic():
        match = hold(match)
        aid = _own_side(actor, match, side)
        if match.state != Match.State.CONFIRMED:
            raise Refused(_("This match is not waiting for your answer."))
        _end(match, Match.State.DECLINED)
        give_back(match)
        record(
            speaker_in_match(actor, aid),
            "observatory.match_declined",
            match,
            facts={**_facts(match), "side": side},
        )
    return match


def finish_match(*, actor: Actor, match: Match, side: str, happened: bool, feedback: int | None) -> Match:
    """Say for one side whether it happened, and how it went from 1 to 5.

    The match ends with the word of the side in need; when only the other side has spoken it stays open. The
    side that comes second may still give its word after the end. Raises Refused when the side has spoken.
    """
    require(actor, "observatory.finish_match", match)
    with transaction.atomic():
        match = hold(match)
        aid = _own_side(actor, match, side)
        reached = (Match.State.OPEN, Match.State.DONE, Match.State.FAILED)
        if match.state not in reached or getattr(match, f"{side}_says") is not None:
            raise Refused(_("This match is not waiting for your report."))
        if not (match.need_accepted_at and match.offer_accepted_at):
            raise Refused(_("This match is not waiting for your report."))
        setattr(match, f"{side}_says", happened)
        setattr(match, f"{side}_feedback", feedback)
        match.save(update_fields=[f"{side}_says", f"{side}_feedback"])
        if match.state == Match.State.OPEN and match.need_says is not None:
            settle(match, happened=match.need_says)
        record(
            speaker_in_match(actor, aid),
            "observatory.match_finished",
            match,
            facts={**_facts(match), "side": side, "happened": happened, "state": match.state},
            private={"feedback": feedback},
        )
    return match


def end_match(*, actor: Actor, match: Match) -> Match:
    """End an open match that the side in need never reported on: the giver's word counts, else it failed."""
    require(actor, "observatory.end_match", match)
    with transaction.atomic():
        match = hold(match)
        if not matches_to_end(clock.today()).filter(pk=match.pk).exists():
            raise Refused(_("Both sides may still report on this match."))
        settle(match, happened=bool(match.offer_says))
        record(actor, "observatory.match_ended", match, facts={**_facts(match), "state": match.state})
    return match


def _replace(old: list[Match], best: Best, needs: list[Need], offers: list[Offer]) -> Round:
    """Keep the proposals that stand, supersede the others, write the new ones."""
    wanted = {(item.need, item.offer, item.quantity, item.metres): item for item in best.proposals}
    stale = [m for m in old if (m.need_id, m.offer_id, m.quantity, m.metres) not in wanted]
    for match in stale:
        _end(match, Match.State.SUPERSEDED)
    standing = {(m.need_id, m.offer_id, m.quantity, m.metres) for m in old}
    fresh = [item for key, item in wanted.items() if key not in standing]
    demo = {("need", need.pk) for need in needs if need.is_demo}
    demo |= {("offer", offer.pk) for offer in offers if offer.is_demo}
    first = next_number(Match)
    Match.objects.bulk_create(
        Match(
            number=first + place,
            need_id=item.need,
            offer_id=item.offer,
            quantity=item.quantity,
            metres=item.metres,
            reasons=[item.reason],
            proposed_at=clock.now(),
            is_demo=bool({("need", item.need), ("offer", item.offer)} & demo),
        )
        for place, item in enumerate(fresh)
    )
    for need in needs:
        need.lack = best.lacks.get(need.pk, {})
    Need.objects.bulk_update(needs, ["lack"])
    return Round(len(fresh), len(old) - len(stale), len(stale))


def _end(match: Match, state: str) -> None:
    match.ended_at = clock.now()
    match.save(update_fields=["ended_at"])
    states.move(match, state, MATCH_STEPS)


def _own_side(actor: Actor, match: Match, side: str) -> Aid:
    if side not in SIDES or not acts_for(actor, side_of(match, side)):
        raise Refused(_("You answer for your own side of the match only."))
    return side_of(match, side)


def _facts(match: Match) -> dict[str, object]:
    return {
        "number": match.number,
        "need": match.need.number,
        "category": match.need.category,
        "quantity": match.quantity,
    }


def _private(match: Match) -> dict[str, object]:
    """The offer, whose commune is public, and how far it is: together they tell the commune of the need."""
    return {"offer": match.offer.number, "metres": match.metres}
