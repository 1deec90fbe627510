"""The rules of law the fund keeps to, read from the pack as dated data."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from multaqa.kit import clock
from multaqa.kit.money import Money
from multaqa.territories.models import LegalRule
from multaqa.territories.queries import rules_in_force

AGREEMENT = "agreement_threshold"  # above this amount an agreement comes first
CERTIFIED = "certified_accounts_threshold"  # above this sum of public money, accounts are certified
ANNUAL_REPORT = "annual_report_day"  # the financial report of the year before, by a day of the year
DELIBERATION = "PUB-DELIB"  # the council deliberating decides, never one person

Known = dict[str, LegalRule]


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of the law: `reached` says on which side another amount falls."""

    rule: LegalRule
    amount: Money
    inclusive: bool

    def reached(self, amount: Money) -> bool:
        if amount.currency != self.amount.currency:
            return False
        return amount.minor >= self.amount.minor if self.inclusive else amount.minor > self.amount.minor


def rules(on: date | None = None) -> Known:
    """The rules of public support in force on a day, by what they decide: one SQL statement."""
    wanted = Q(sets__in=(AGREEMENT, CERTIFIED, ANNUAL_REPORT)) | Q(key=DELIBERATION)
    found: Known = {}
    for rule in rules_in_force(on or clock.today()).filter(wanted):
        found.setdefault(rule.sets or rule.key, rule)
    return found


def limit(what: str, known: Known | None = None) -> Limit | None:
    """The amount above which AGREEMENT or CERTIFIED applies; None where the pack has no such rule."""
    rule = (rules() if known is None else known).get(what)
    if rule is None or "amount_minor" not in rule.parameters:
        return None
    amount = Money(int(rule.parameters["amount_minor"]), rule.parameters["currency"])
    return Limit(rule, amount, rule.parameters.get("comparator") == "at_least")


def needs_agreement(amount: Money, known: Known | None = None) -> bool:
    """Does the law ask for an agreement before any of this amount is paid?"""
    found = limit(AGREEMENT, known)
    return found is not None and found.reached(amount)


def report_day(known: Known, year: int) -> date | None:
    """The day of `year` before which the financial report of the year before is due."""
    rule = known.get(ANNUAL_REPORT)
    return date(year, int(rule.parameters["month"]), int(rule.parameters["day"])) if rule else None
