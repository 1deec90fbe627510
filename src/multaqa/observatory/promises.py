"""Units promised by matches: taken and given back under locks, always need, then offer, then match."""

from multaqa.kit import clock, states
from multaqa.observatory.models import MATCH_STEPS, NEED_STEPS, OFFER_STEPS, Aid, Match, Need, Offer
from multaqa.observatory.queries.matches import all_matches, done_units

LIVE = (Match.State.PROPOSED, Match.State.CONFIRMED, Match.State.OPEN)


def hold(match: Match) -> Match:
    """The match with its two sides, read again and locked until the transaction ends."""
    needs = Need.objects.select_related("territory__parent").select_for_update(of=("self",))
    need = needs.get(pk=match.need_id)
    offer = Offer.objects.select_for_update().get(pk=match.offer_id)
    found = Match.objects.select_for_update().get(pk=match.pk)
    found.need, found.offer = need, offer
    return found


def take(match: Match) -> None:
    """Count the units of a held match as promised."""
    for aid in (match.need, match.offer):
        aid.taken += match.quantity
        aid.save(update_fields=["taken"])


def give_back(match: Match) -> None:
    """The units of a held match are free again."""
    for aid in (match.need, match.offer):
        aid.taken -= match.quantity
        aid.save(update_fields=["taken"])


def settle(match: Match, *, happened: bool) -> None:
    """End a held open match; a need that is met and an offer that is given close with it."""
    match.ended_at = clock.now()
    match.save(update_fields=["ended_at"])
    states.move(match, Match.State.DONE if happened else Match.State.FAILED, MATCH_STEPS)
    if not happened:
        give_back(match)
    elif done_units(match.need) >= match.need.quantity and match.need.state == Need.State.OPEN:
        close(match.need, Need.State.MET)
    if happened and done_units(match.offer) >= match.offer.quantity and match.offer.state == Offer.State.OPEN:
        close(match.offer, Offer.State.GIVEN)


def close(aid: Aid, state: str) -> None:
    """Close a locked need or offer."""
    aid.closed_at = clock.now()
    aid.save(update_fields=["closed_at"])
    states.move(aid, state, NEED_STEPS if isinstance(aid, Need) else OFFER_STEPS)


def drop_matches(aid: Aid) -> int:
    """End every live match of what closes, and give its units back; how many there were."""
    live = all_matches(aid).filter(state__in=LIVE)
    # all needs before all offers, as everywhere, so that two of these never wait for one another
    for model, name in ((Need, "need"), (Offer, "offer")):
        list(model.objects.select_for_update().filter(pk__in=live.values(name)).order_by("pk"))
    dropped = [hold(match) for match in live.order_by("pk")]
    ends = {
        str(Match.State.PROPOSED): Match.State.SUPERSEDED,
        str(Match.State.CONFIRMED): Match.State.DECLINED,
        str(Match.State.OPEN): Match.State.FAILED,
    }
    for match in dropped:
        before = str(match.state)
        match.ended_at = clock.now()
        match.save(update_fields=["ended_at"])
        states.move(match, ends[before], MATCH_STEPS)
        if before != Match.State.PROPOSED:
            give_back(match)
    return len(dropped)
