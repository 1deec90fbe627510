"""The result of a call as its page tells it: who, why, why not, and how to check."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from multaqa.funds import explanations, legal, lots, queries
from multaqa.funds.models import Allocation, Application, Award, Call
from multaqa.kit import formats
from multaqa.kit.money import Money
from multaqa.ledger.models import Entry
from multaqa.territories.models import LegalRule
from multaqa.territories.queries import communes, home_pack


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the budget bar."""

    label: Any
    value: Money
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Winner:
    """A supported initiative. survives: share of nearby counts in which it still wins, in percent."""

    application: Application
    award: Award | None
    support: int
    price: Money
    panel: queries.Panel
    survives: float


@dataclass(frozen=True, slots=True)
class Loser:
    """An initiative not supported: the two questions and their answers."""

    application: Application
    chip: str
    colour: str
    support: int | None
    why: str
    needed: list[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the audit: `state` ok, ko, hm (look closer); `icon` of the shell."""

    state: str
    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    allocation: Allocation
    deliberations: list[str]
    applications: int
    spent: Money
    slices: list[Slice]
    sentences: list[tuple[str, str]]
    winners: list[Winner]
    losers: list[Loser]
    findings: list[Finding]
    entry: Entry | None
    lot: lots.Lot


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One published condition of a call, with the law behind it when there is one."""

    title: str
    text: str
    rule: LegalRule | None = None


def result(call: Call, allocation: Allocation) -> Result:
    """Everything the result page says, in nine SQL statements."""
    rows = list(queries.applications(call).select_related("award"))
    by_number = {row.number: row for row in rows}
    outcome = allocation.outcome
    panels = queries.panels(call)
    winners = [_winner(entry, by_number, panels, call.currency) for entry in outcome["selected"]]
    winners.sort(key=lambda winner: (-winner.application.requested, winner.application.number))
    awarded = [winner.award for winner in winners if winner.award]
    on_the_ballot = [entry["number"] for entry in (*outcome["selected"], *outcome["rejected"])]
    return Result(
        allocation=allocation,
        deliberations=sorted({award.deliberation for award in awarded}),
        applications=len(rows),
        spent=Money(allocation.spent, call.currency),
        slices=_slices(call, allocation, winners),
        sentences=_sentences(call, allocation),
        winners=winners,
        losers=_losers(call, outcome, rows, by_number),
        findings=_findings(call, allocation, winners, rows),
        entry=queries.entry_of(call, "funds.call_allocated"),
        lot=lots.lot(call, outcome["ties"], on_the_ballot),
    )


def rule_cards(call: Call, known: legal.Known) -> list[RuleCard]:
    """What a call asks of an application, and how it will be decided."""
    cards = [
        RuleCard(
            _("Ceiling"), _("One application may ask for %(ceiling)s at most.") % {"ceiling": call.ceiling}
        ),
    ]
    if call.min_years:
        years = ngettext(
            "The applicant exists for %(n)d year at least.",
            "The applicant exists for %(n)d years at least.",
            call.min_years,
        )
        cards.append(RuleCard(_("Years of existence"), years % {"n": call.min_years}))
    if call.min_own_percent:
        share = formats.percent(call.min_own_percent, 0)
        cards.append(
            RuleCard(
                _("Own contribution"),
                _("The applicant brings %(share)s of the cost at least.") % {"share": share},
            )
        )
    cards.append(RuleCard(_("How it is decided"), counted_by(call)))
    for what, title in (
        (legal.AGREEMENT, _("Agreement")),
        (legal.DELIBERATION, _("Decision")),
        (legal.CERTIFIED, _("Certified accounts")),
        (legal.ANNUAL_REPORT, _("Yearly report")),
    ):
        if what in known:
            cards.append(RuleCard(title, str(known[what].text), known[what]))
    return cards


def command(call: Call, ties: str) -> str:
    """The options with which `multaqa allocate` counts this call's ballot file again.

    ties: those of the count, with the seed of the lot when one was drawn.
    """
    rule = call.rule | {"ties": ties}
    return " ".join(f"--{name.replace('name', 'rule')} {value}" for name, value in rule.items())


def counted_by(call: Call) -> str:
    """The rule of the count in one sentence."""
    return {
        "equal-shares": _(
            "Residents approve initiatives; each voter has an equal share of the money (Equal Shares)."
        ),
        "phragmen": _(
            "Residents approve initiatives; "
            "the cost of each is spread as evenly as possible over its supporters (Phragmén)."
        ),
        "welfare": _(
            "Residents approve initiatives; the selection with the most approvals that fits is taken."
        ),
    }.get(
        call.rule["name"],
        _(
            "Residents approve initiatives; "
            "those with the most approvals are taken first, while money is left."
        ),
    )


def _winner(
    entry: dict[str, Any], by_number: dict[int, Application], panels: dict[int, queries.Panel], currency: str
) -> Winner:
    application = by_number[entry["number"]]
    return Winner(
        application=application,
        award=getattr(application, "award", None),
        support=entry["support"],
        price=Money(entry["price"], currency),
        panel=panels.get(application.number, queries.panel([])),
        survives=100 * entry["survives"],
    )


def _slices(call: Call, allocation: Allocation, winners: list[Winner]) -> list[Slice]:
    slices = [Slice(winner.application.title, winner.application.money) for winner in winners]
    left = call.amount - allocation.spent
    return [*slices, Slice(_("Not allocated"), Money(left, call.currency), "f0")] if left else slices


def _sentences(call: Call, allocation: Allocation) -> list[tuple[str, str]]:
    outcome = allocation.outcome
    left = Money(call.amount - allocation.spent, call.currency)
    rest = _("%(left)s are left, not enough for any other initiative; they stay in the envelope.") % {
        "left": left
    }
    if call.rule["name"] != "equal-shares":
        return [(_("How it was decided"), counted_by(call)), (_("Nothing is lost"), rest)]
    values = {
        "amount": call.money,
        "voters": formats.number(outcome["voters"]),
        "purse": Money(outcome["purse"], call.currency),
        "final": Money(outcome["final_purse"], call.currency),
    }
    share = _("%(amount)s among %(voters)s voters: %(purse)s each, in town or country, on paper or online.")
    pay = _(
        "An initiative is supported when its supporters' shares cover its cost, the cheapest a vote first; "
        "shares were then raised to %(final)s so that less money stays unused."
    )
    return [
        (_("1. An equal share for all"), share % values),
        (_("2. Supporters share the cost"), pay % values),
        (_("3. Nothing is lost"), rest),
    ]


def _losers(
    call: Call, outcome: dict[str, Any], rows: list[Application], by_number: dict[int, Application]
) -> list[Loser]:
    titles = {number: application.title for number, application in by_number.items()}
    found = []
    for row in outcome["rejected"]:
        chip, colour = explanations.chip(row)
        found.append(
            Loser(
                application=by_number[row["number"]],
                chip=chip,
                colour=colour,
                support=row["support"],
                why=explanations.why(row, titles, call.currency),
                needed=explanations.needed(row, call.currency),
            )
        )
    for application in rows:
        if application.state == Application.State.INELIGIBLE:
            advice = _("Correct this and apply to the next call.")
            chip = _("not eligible")
            found.append(Loser(application, chip, "coral", None, str(application.reason), [advice]))
    return found


def _findings(
    call: Call, allocation: Allocation, winners: list[Winner], rows: list[Application]
) -> list[Finding]:
    outcome = allocation.outcome
    spent = Money(allocation.spent, call.currency)
    within = allocation.spent <= call.amount and all(
        winner.application.requested <= call.max_per_application for winner in winners
    )
    violations = outcome["violations"]
    findings = [
        Finding(
            "ok" if within else "ko",
            "ok" if within else "no",
            _("The envelope and the ceilings are respected"),
            _("%(spent)s of %(amount)s.") % {"spent": spent, "amount": call.money},
        ),
        Finding(
            "ko" if violations else "ok",
            "no" if violations else "ok",
            _("Groups that agree got their share")
            if not violations
            else _("A group that agrees was short-changed"),
            ngettext(
                "Extended justified representation, checked on every initiative: %(n)d breach.",
                "Extended justified representation, checked on every initiative: %(n)d breaches.",
                len(violations),
            )
            % {"n": len(violations)},
        ),
        Finding(
            "ko" if outcome["faults"] else "ok",
            "no" if outcome["faults"] else "ok",
            _("The count was recomputed from the ballots alone"),
            _("Payments add up to each cost and nobody paid beyond a share.")
            if not outcome["faults"]
            else _("The recomputation disagrees: do not rely on this result."),
        ),
    ]
    return findings + _firmness(winners) + _fairness(call, rows)


def _firmness(winners: list[Winner]) -> list[Finding]:
    fragile = [winner for winner in winners if winner.survives < 100]
    if not fragile:
        sure = _(
            "Every winner still wins under the neighbouring rules and with one ballot in a hundred redrawn."
        )
        return [Finding("ok", "ok", _("The result does not hang on chance"), sure)]
    weakest = min(fragile, key=lambda winner: winner.survives)
    title = ngettext(
        "%(n)d initiative hangs on small changes", "%(n)d initiatives hang on small changes", len(fragile)
    )
    text = _("“%(title)s” still wins in %(share)s of the neighbouring counts.")
    values = {"title": weakest.application.title, "share": formats.percent(weakest.survives, 0)}
    return [Finding("hm", "warn", title % {"n": len(fragile)}, text % values)]


def _fairness(call: Call, rows: list[Application]) -> list[Finding]:
    pack = home_pack()
    if pack is None:
        return []
    equity = queries.equity(call, rows, communes(pack.root))
    found = []
    if equity.by_territory:
        place, amount, share = equity.by_territory[0]
        text = _("The largest part, %(amount)s or %(share)s, goes to %(place)s.")
        values = {"amount": amount, "share": formats.percent(share), "place": place.title}
        title = _("Rural communes: %(share)s of the amounts") % {"share": formats.percent(equity.rural)}
        found.append(Finding("ok", "ok", title, text % values))
    if equity.recusals:
        title = ngettext("%(n)d member stood aside", "%(n)d members stood aside", equity.recusals) % {
            "n": equity.recusals
        }
        found.append(
            Finding("ok", "hand", title, _("Members with a declared tie neither score nor are counted."))
        )
    if equity.silent_communes:
        title = ngettext(
            "%(n)d commune of %(all)d sent no application",
            "%(n)d communes of %(all)d sent no application",
            equity.silent_communes,
        ) % {"n": equity.silent_communes, "all": equity.communes}
        found.append(Finding("hm", "warn", title, _("A call with help to write applications is suggested.")))
    return found
