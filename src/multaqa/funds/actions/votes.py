"""Ballots, online and on paper. The ledger keeps only a commitment to each."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Account
from multaqa.funds.models import Application, Ballot, Call
from multaqa.funds.queries import pseudonym
from multaqa.funds.wording import said_day
from multaqa.kit import clock
from multaqa.kit.digits import western
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.verbs import register

VERBS = {
    "funds.ballot_cast": _("Ballot cast"),
    "funds.paper_ballot_entered": _("Paper ballot entered"),
}
register(VERBS)

# an office held by a voter would tell the public record who voted when
_VOTER = Actor(account=None, machine="voter")


def cast_ballot(*, actor: Actor, call: Call, approvals: Iterable[Application] = ()) -> Ballot:
    """Approve any number of initiatives; the last ballot before closing replaces the earlier ones.

    Raises Forbidden for an account without a confirmed contact; Refused outside the vote, for an initiative
    that is not on the ballot, or when a paper ballot of the same person was counted.
    """
    require(actor, "funds.cast_ballot", call)
    account = actor.account
    assert account is not None
    chosen = list(approvals)
    with transaction.atomic():
        numbers = _numbers(call, chosen)
        own = pseudonym(call, f"account:{account.pk}")
        contacts = [
            pseudonym(call, f"contact:{contact}") for contact in (account.phone, account.email) if contact
        ]
        paper = Ballot.objects.filter(call=call, pseudonym__in=[own, *contacts], channel=Ballot.Channel.PAPER)
        if paper.exists():
            raise Refused(_("A paper ballot was already counted for you in this call."))
        ballot, _new = Ballot.objects.update_or_create(
            call=call,
            pseudonym=own,
            defaults={"approvals": numbers, "channel": Ballot.Channel.ONLINE, "cast_at": clock.now()},
        )
        facts = {"call": call.reference, "channel": Ballot.Channel.ONLINE}
        record(_VOTER, "funds.ballot_cast", ballot, facts=facts, private={"voter": own, "approvals": numbers})
    return ballot


def enter_paper_ballot(
    *, actor: Actor, call: Call, serial: str, approvals: Iterable[Application] = (), contact: str = ""
) -> Ballot:
    """Key in one paper ballot by its printed serial; a contact given by the voter prevents a second ballot
    online.

    Raises Forbidden unless the actor is a facilitator; Refused outside the vote, for a serial or a voter
    already counted. The contact itself is not kept.
    """
    require(actor, "funds.enter_paper_ballot", call)
    chosen = list(approvals)
    serial = western(serial).strip().upper()
    with transaction.atomic():
        numbers = _numbers(call, chosen)
        paper = pseudonym(call, f"paper:{serial}")
        voter = pseudonym(call, _voter_of(contact)) if contact else paper
        if Ballot.objects.filter(call=call, paper=paper).exists():
            raise Refused(_("The ballot with this serial is already counted."), field="serial")
        if Ballot.objects.filter(call=call, pseudonym=voter).exists():
            raise Refused(_("This person has already voted in this call."), field="contact")
        ballot = Ballot.objects.create(
            call=call,
            pseudonym=voter,
            approvals=numbers,
            channel=Ballot.Channel.PAPER,
            paper=paper,
            cast_at=clock.now(),
        )
        facts = {"call": call.reference, "channel": Ballot.Channel.PAPER}
        private = {"voter": voter, "serial": serial, "approvals": numbers}
        record(actor, "funds.paper_ballot_entered", ballot, facts=facts, private=private)
    return ballot


def _numbers(call: Call, chosen: list[Application]) -> list[int]:
    """The numbers approved, in order.

    Raises Refused when the vote is not open or one is not on the ballot.
    """
    present = Call.objects.only("state", "vote_opens_on", "vote_closes_on").get(pk=call.pk)
    today = clock.today()
    if present.state != Call.State.VOTING or today < present.vote_opens_on:
        raise Refused(_("The vote on this call is not open."))
    if today > present.vote_closes_on:
        raise Refused(_("The last day of the vote was %(day)s."), day=said_day(present.vote_closes_on))
    eligible = {application.pk for application in chosen if application.state == Application.State.ELIGIBLE}
    if any(application.call_id != call.pk or application.pk not in eligible for application in chosen):
        raise Refused(_("Choose among the initiatives on the ballot."), field="approvals")
    return sorted(application.number for application in chosen)


def _voter_of(contact: str) -> str:
    """Who a contact belongs to: an account when there is one, so that nobody votes on paper and online."""
    written = western(contact).strip().lower().replace(" ", "")
    found = Account.objects.filter(phone=written) | Account.objects.filter(email=written)
    account = found.only("pk").first()
    return f"account:{account.pk}" if account else f"contact:{written}"
