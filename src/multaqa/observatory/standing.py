"""Who speaks for a need or an offer: the person, their association's officer, or who keyed the form in."""

from dataclasses import dataclass

from multaqa.directory.actors import Actor, Function
from multaqa.observatory.models import Aid, CapacityReport, Channel, Match, Offer

SIDES = ("need", "offer")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The capacity in which people ask and give: the record does not say which office they hold."""

    capacity: str = "resident"


def speaker(actor: Actor, aid: Aid) -> Actor | Neighbour:
    """Who the record says acted for a need or an offer.

    The office, where one is exercised; of an association that asks for people it serves, only that it is one.
    """
    if aid.channel != Channel.WEB or (aid.organisation_id is not None and isinstance(aid, Offer)):
        return actor
    return Neighbour("officer" if aid.organisation_id is not None else "resident")


def speaker_in_match(actor: Actor, aid: Aid) -> Actor | Neighbour:
    """Who the record says acted for a side of a match: as `speaker`, but no association is named.

    What one gives is public with its commune and reach, which would tell the commune of the need.
    """
    spoke = speaker(actor, aid)
    return spoke if aid.channel != Channel.WEB or isinstance(spoke, Neighbour) else Neighbour("officer")


def acts_for(actor: Actor, aid: Aid) -> bool:
    """May the actor answer for this need or offer today?"""
    if actor.account is None:
        return False
    if aid.organisation_id is not None:
        return _is_officer(actor, aid.organisation_id)
    own = aid.account_id == actor.account.pk
    return own and (aid.channel == Channel.WEB or actor.holds(Function.FACILITATOR))


def is_own(actor: Actor, aid: Aid) -> bool:
    """Is it the actor's own affair, and not one they keyed in for somebody else?"""
    return acts_for(actor, aid) and aid.channel == Channel.WEB


def side_of(match: Match, side: str) -> Aid:
    """The need or the offer of a match, by name."""
    return match.need if side == "need" else match.offer


def sides_of(actor: Actor, match: Match) -> tuple[str, ...]:
    """The sides of a match for which the actor speaks."""
    return tuple(side for side in SIDES if acts_for(actor, side_of(match, side)))


def may_correct(actor: Actor, report: CapacityReport) -> bool:
    """Its association's officers correct a report; one that came on paper, a facilitator as well."""
    on_paper = report.channel != Channel.WEB and actor.holds(Function.FACILITATOR)
    return on_paper or _is_officer(actor, report.organisation_id)


def _is_officer(actor: Actor, organisation: int) -> bool:
    return any(
        office.function == Function.OFFICER and office.organisation_id == organisation
        for office in actor.offices
    )
