"""The seeds of the lot: committed while nobody knows the ballots, revealed when nobody can change them."""

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.funds import lots
from multaqa.funds.models import Call, LotSeed
from multaqa.funds.wording import said_day
from multaqa.kit import clock
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register

VERBS = {
    "funds.seed_committed": _("Seed of the lot committed"),
    "funds.seed_revealed": _("Seed of the lot revealed"),
}
register(VERBS)


def commit_seed(*, actor: Actor, call: Call, commitment: str) -> LotSeed:
    """Record the SHA-256 of a secret seed (64 hexadecimal digits) for one office, before the count.

    A commitment may be replaced until the last day of the vote: no seed is known by then, so that nobody
    gains by it, and whoever lost a secret may take another; the ledger keeps both, and the place of the first
    stays. Raises Forbidden unless the actor is of the cell, a council officer or the auditor; Refused outside
    the vote, for a commitment already recorded, or in a call whose ties are decided otherwise.
    """
    require(actor, "funds.commit_seed", call)
    office = lots.party(actor, call)
    assert office is not None
    if not re.fullmatch(r"[0-9a-f]{64}", commitment):
        raise Refused(_("A commitment has 64 hexadecimal digits, 0 to 9 and a to f."), field="commitment")
    with transaction.atomic():
        call = _locked(call)
        if not lots.is_by_lot(call):
            raise Refused(_("The rule of this call decides ties without a lot."))
        if not lots.commits_today(call):
            raise Refused(
                _("Seeds are committed during the vote, until %(day)s."), day=said_day(call.vote_closes_on)
            )
        held = list(lots.seeds(call).select_for_update(of=("self",)))
        if any(seed.commitment == commitment for seed in held):
            raise Refused(
                _("This commitment is already recorded: take a seed of your own."), field="commitment"
            )
        seed = lots.own(actor, held) or LotSeed(call=call, office=office, place=len(held) + 1)
        facts = {"call": call.reference, "party": seed.party, "place": seed.place, "commitment": commitment}
        facts |= {"replaces": seed.commitment} if seed.pk else {}
        seed.commitment, seed.committed_at = commitment, clock.now()
        seed.save()
        record(actor, "funds.seed_committed", seed, facts=facts)
    return seed


def reveal_seed(*, actor: Actor, call: Call, seed: str) -> LotSeed:
    """Publish the seed behind one's commitment, once the vote has ended.

    Raises Forbidden unless the actor is of the cell, a council officer or the auditor; Refused before the end
    of the vote, after the last day or the count, twice, without a commitment, or for another seed.
    """
    require(actor, "funds.reveal_seed", call)
    with transaction.atomic():
        call = _locked(call)
        held = lots.own(actor, lots.seeds(call).select_for_update(of=("self",)))
        if held is None:
            raise Refused(_("Your office committed no seed in this call."))
        if held.seed:
            raise Refused(_("Your seed is already revealed."))
        if not call.is_decided and clock.today() <= call.vote_closes_on:
            raise Refused(
                _("Keep your seed secret until the vote has ended; reveal it after %(day)s."),
                day=said_day(call.vote_closes_on),
            )
        if not lots.reveals_today(call):
            raise Refused(
                _("Seeds could be revealed until %(day)s and before the count; yours counts as withheld."),
                day=said_day(lots.last_day(call)),
            )
        if lots.commitment(seed) != held.commitment:
            raise Refused(
                _("This is not the seed you committed to: write it exactly as it was, capitals included."),
                field="seed",
            )
        held.seed, held.revealed_at = seed, clock.now()
        held.save(update_fields=["seed", "revealed_at"])
        facts = {"call": call.reference, "party": held.party, "place": held.place, "seed": seed}
        record(actor, "funds.seed_revealed", held, facts=facts)
    return held


def _locked(call: Call) -> Call:
    """The call as it is now; whoever counts waits for its seeds, and they for the count."""
    return Call.objects.select_for_update(of=("self",)).select_related("envelope").get(pk=call.pk)
