"""From the ballots of a call to a frozen answer: who wins, why the others do not, and the file to count
again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from django.db.models import Count as Number
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.engine import pabulib
from multaqa.engine.allocation import (
    Outcome,
    Rule,
    allocate,
    audit,
    certificate,
    check,
    elect_from,
    explain,
    least_changes,
    robustness,
    rule_text,
)
from multaqa.funds import lots
from multaqa.funds.models import Application, Ballot, Call, LotSeed
from multaqa.funds.wording import said_day
from multaqa.kit import clock
from multaqa.kit.money import scale
from multaqa.kit.policy import Refused

CHANNEL_K = 10  # a channel with fewer ballots is not told apart in the published file


@dataclass(frozen=True, slots=True)
class Poll:
    """What a count needs. fingerprint: whether any of it has changed since can be told without reading it
    all.
    """

    ballots: list[Ballot]
    candidates: list[Application]
    seeds: list[LotSeed]
    fingerprint: tuple[Any, ...]

    @property
    def lot(self) -> str:
        return lots.joined(seed.seed for seed in self.seeds)


@dataclass(frozen=True, slots=True)
class Count:
    """selected: numbers of the winners in order.

    spent: minor units. outcome: JSON, amounts in minor units.
    """

    selected: list[int]
    spent: int
    outcome: dict[str, Any]
    ballot_file: str
    digest: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A count with what it counted: it stands as long as the fingerprint of the poll does."""

    poll: Poll
    count: Count


def tally(call: Call) -> Tally:
    """Count a call as it is now. Raises Refused when it is too early, too late, or nobody voted."""
    call = Call.objects.get(pk=call.pk)
    refuse_twice(call)
    if call.state != Call.State.VOTING or clock.today() <= call.vote_closes_on:
        raise Refused(_("The ballots are counted after %(day)s."), day=said_day(call.vote_closes_on))
    found = poll(call)
    if not found.ballots:
        raise Refused(_("Nobody voted: there is nothing to count."))
    awaited = sum(not seed.seed for seed in found.seeds)
    if awaited and clock.today() <= lots.last_day(call):
        raise Refused(
            _(
                "The ballots are counted once every seed of the lot is revealed, or after %(day)s; "
                "still awaited: %(awaited)s."
            ),
            day=said_day(lots.last_day(call)),
            awaited=awaited,
        )
    return Tally(found, count(call, found.candidates, found.ballots, lot=found.lot))


def refuse_twice(call: Call) -> None:
    """Raises Refused when the call was counted before."""
    if call.is_decided:
        raise Refused(_("The ballots of this call are already counted: read its results."))


def poll(call: Call) -> Poll:
    """The ballots, candidates and seeds of a call as they are now."""
    mark = fingerprint(call)  # before the rest, so that what comes in between is noticed
    candidates = call.applications.filter(state=Application.State.ELIGIBLE).order_by("number")
    return Poll(list(call.ballots.order_by("pk")), list(candidates), list(lots.seeds(call)), mark)


def fingerprint(call: Call) -> tuple[Any, ...]:
    """Differs between calls, and whenever a ballot, a candidate or a seed of one was added, changed or taken
    away.
    """
    ballots = call.ballots.aggregate(number=Number("pk"), newest=Max("pk"), latest=Max("cast_at"))
    candidates = call.applications.filter(state=Application.State.ELIGIBLE).order_by("pk")
    seeds = lots.seeds(call).values_list("pk", "commitment", "seed")
    return (call.pk, *ballots.values(), *candidates.values_list("pk", "requested"), *seeds)


def count(
    call: Call, candidates: Sequence[Application], ballots: Sequence[Ballot], *, lot: str = ""
) -> Count:
    """Count the ballots of a call by its rule; the same ballots in any order give the same answer.

    lot: what the revealed seeds give (`lots.joined`); it has the last word where the rule leaves it to the
    number of the application.
    """
    rule = Rule(**call.rule)
    if lot and lots.is_by_lot(call):
        rule = replace(rule, ties=f"cost-votes:{lot}")
    open_to = {application.number for application in candidates}
    votes = [sorted(open_to.intersection(ballot.approvals)) for ballot in ballots]
    outcome = allocate(
        elect_from(
            projects=[str(application.number) for application in candidates],
            costs=[application.requested for application in candidates],
            budget=call.amount,
            # sorted, so that what is drawn from them does not hang on the order in which they came
            ballots=[[str(number) for number in vote] for vote in sorted(votes)],
            unit=scale(call.currency),
        ),
        rule=rule,
    )
    selected = [int(number) for number in outcome.selected]
    file = _file(call, candidates, ballots, votes, set(selected))
    digest = hashlib.sha256(file.encode()).hexdigest()
    return Count(selected, outcome.spent, _answer(outcome, digest), file, digest)


def _answer(outcome: Outcome, digest: str) -> dict[str, Any]:
    election = outcome.election
    proof = certificate(outcome)
    votes = dict(zip(election.projects, election.votes().tolist(), strict=True))
    costs = dict(zip(election.projects, election.costs.tolist(), strict=True))
    caps = dict(zip(proof.winners, proof.caps, strict=False))
    reasons = explain(outcome)
    firm = {row.project: row.survives for row in robustness(outcome, generator=_generator(digest))}
    return {
        "rule": rule_text(outcome.rule),
        "ties": outcome.rule.ties,
        "budget": election.budget,
        "spent": outcome.spent,
        "voters": election.voters,
        "purse": election.budget // max(election.voters, 1),
        "final_purse": int(outcome.endowment or 0),
        "increments": outcome.increments,
        "selected": [
            {
                "number": int(name),
                "cost": costs[name],
                "support": votes[name],
                "price": _price(caps.get(name), costs[name], votes[name], outcome.rule),
                "survives": firm[name],
            }
            for name in outcome.selected
        ],
        "rejected": [
            {
                "number": int(row.project),
                "cost": row.cost,
                "support": row.support,
                "key": row.key,
                "values": plain(row.values),
                "needed": {
                    "max_cost": change.max_cost,
                    "extra_votes": change.extra_votes,
                    "extra_budget": change.extra_budget,
                },
            }
            for row, change in zip(
                reasons, least_changes(outcome, [row.project for row in reasons]), strict=True
            )
        ],
        "violations": [
            {
                "number": int(breach.project),
                "voters": breach.voters,
                "share": int(breach.share),
                "represented": breach.represented,
            }
            for breach in audit(outcome)
        ],
        "faults": [{"key": fault.key, "values": plain(fault.values)} for fault in check(outcome)],
        "certificate": {
            "ballots": proof.ballots,
            "endowment": plain(proof.endowment),
            "winners": list(proof.winners),
            "caps": [str(cap) for cap in proof.caps],
            "paid_by": list(proof.paid_by),
            "next_overshoots": proof.next_overshoots,
        },
    }


def _price(cap: Fraction | None, cost: int, support: int, rule: Rule) -> int:
    """The most one supporter paid, in minor units; for other rules the cost shared by all supporters."""
    if cap is None or rule.utility not in ("cost", "cardinality"):
        return cost // max(support, 1)
    return int(cap * cost) if rule.utility == "cost" else int(cap)


def _generator(digest: str) -> np.random.Generator:
    """Drawn from the ballots themselves, so that the published firmness can be recomputed."""
    return np.random.default_rng(int(digest[:16], 16))


def plain(value: Any) -> Any:
    """The value as JSON keeps it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


def _file(
    call: Call,
    candidates: Sequence[Application],
    ballots: Sequence[Ballot],
    votes: Sequence[list[int]],
    selected: set[int],
) -> str:
    """The election as a `.pb` file that tells nobody apart.

    Voters are numbered after sorting by what they approved, so neither order nor time remains; the channel is
    left out where it would describe fewer than CHANNEL_K people.
    """
    channels = [ballot.channel for ballot in ballots]
    tells = all(channels.count(channel) >= CHANNEL_K for channel in set(channels)) and len(set(channels)) > 1
    rows = sorted(
        (",".join(map(str, vote)), channel if tells else "")
        for vote, channel in zip(votes, channels, strict=True)
    )
    supports = [sum(application.number in vote for vote in votes) for application in candidates]
    file = pabulib.compose(
        meta={
            "description": " ".join(str(call.title.get("en") or call.title).split()),
            "instance": call.reference,
            "num_projects": str(len(candidates)),
            "num_votes": str(len(rows)),
            "budget": units(call.amount, call.currency),
            "currency": call.currency,
            "vote_type": "approval",
            "rule": str(call.rule["name"]),
            "date_begin": call.vote_opens_on.strftime("%d.%m.%Y"),
            "date_end": call.vote_closes_on.strftime("%d.%m.%Y"),
        },
        projects=[
            {
                "project_id": str(application.number),
                "cost": units(application.requested, call.currency),
                "votes": str(support),
                "name": " ".join(str(application.title.get("ar") or application.title).split()),
                "selected": "1" if application.number in selected else "0",
            }
            for application, support in zip(candidates, supports, strict=True)
        ],
        votes=[
            {"voter_id": str(place), "vote": vote} | ({"voting_method": channel} if tells else {})
            for place, (vote, channel) in enumerate(rows, start=1)
        ],
    )
    return pabulib.write(file)


def units(minor: int, currency: str) -> str:
    """The amount in units of the currency, decimals only when there are any: 12050 → 120.50."""
    whole, part = divmod(minor, scale(currency))
    digits = len(str(scale(currency))) - 1
    return f"{whole}.{part:0{digits}d}" if part else str(whole)
