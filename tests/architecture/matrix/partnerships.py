"""Who may reach the pages of partnerships. Own: association A with the council; foreign: two others."""

from datetime import date

from tests.architecture.routes import ANYONE, Own, Route, both
from tests.factories import Role
from tests.partnerships.factories import a_draft, a_report, a_text_to_sign, an_agreement, an_evaluation

OTHERS = ("association-c", "other-council")
KEEPERS = both({Role.COORDINATOR}, Own(Role.COUNCIL_OFFICER))
SIGNATORIES = Own(Role.OFFICER_A, Role.COUNCIL_OFFICER)
DRAFTING = {Role.COORDINATOR, Role.COUNCIL_OFFICER}
# never over while anybody runs this
LAST_DAY = date(2199, 12, 31)


def draft():
    return [a_draft().reference]


def foreign_draft():
    return [a_draft(*OTHERS).reference]


def to_sign():
    return [a_text_to_sign().reference]


def foreign_to_sign():
    return [a_text_to_sign(*OTHERS).reference]


def in_force():
    return [an_agreement(ends_on=LAST_DAY).reference]


def foreign_in_force():
    return [an_agreement(*OTHERS, ends_on=LAST_DAY).reference]


def report():
    found = a_report()
    return [found.agreement.reference, found.pk]


def foreign_report():
    found = a_report(an_agreement(*OTHERS), "association-c")
    return [found.agreement.reference, found.pk]


def evaluated():
    return [an_evaluation().agreement.reference]


def foreign_evaluated():
    return [an_evaluation(an_agreement(*OTHERS)).agreement.reference]


def finding():
    found = an_evaluation().findings.get()
    return [found.evaluation.agreement.reference, found.pk]


ROUTES = {
    "partnerships:register": Route(),
    "partnerships:register_csv": Route(),
    "partnerships:draft": Route(get=DRAFTING, post=DRAFTING),
    "partnerships:verify": Route(post=ANYONE),
    "partnerships:agreement": Route(own=evaluated, foreign=foreign_draft),
    "partnerships:document": Route(own=draft, foreign=foreign_to_sign),
    "partnerships:certificate": Route(own=to_sign, foreign=foreign_in_force),
    "partnerships:put_to_signature": Route(
        own=draft, foreign=foreign_draft, get=KEEPERS, post=KEEPERS, posted=302
    ),
    "partnerships:sign": Route(own=to_sign, foreign=foreign_to_sign, get=SIGNATORIES, post=SIGNATORIES),
    "partnerships:add_commitment": Route(own=draft, foreign=foreign_draft, get=KEEPERS, post=KEEPERS),
    "partnerships:commitment": Route(
        own=lambda: [*in_force(), 1],
        foreign=lambda: [*foreign_in_force(), 1],
        get=Own(Role.OFFICER_A),
        post=Own(Role.OFFICER_A),
    ),
    "partnerships:submit_report": Route(
        own=in_force, foreign=foreign_in_force, get=SIGNATORIES, post=SIGNATORIES
    ),
    "partnerships:report": Route(own=report, foreign=foreign_report, post=KEEPERS),
    "partnerships:evaluate": Route(
        own=in_force,
        foreign=foreign_in_force,
        get={Role.AUDITOR, *DRAFTING},
        post={Role.AUDITOR, *DRAFTING},
    ),
    "partnerships:reply": Route(own=evaluated, foreign=foreign_evaluated, get=SIGNATORIES, post=SIGNATORIES),
    "partnerships:finding": Route(own=finding, get=DRAFTING, post=DRAFTING),
    "partnerships:end": Route(own=in_force, foreign=foreign_in_force, get=KEEPERS, post=KEEPERS),
    "partnerships:cancel": Route(own=in_force, foreign=foreign_in_force, get=KEEPERS, post=KEEPERS),
    "partnerships:evaluations": Route(),
}
