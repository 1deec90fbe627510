"""Agreements in every state, made by the room's own actions."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from multaqa.directory.actors import Actor, Function, actor_of
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.translated import Translated
from multaqa.partnerships.actions import (
    PartyTerms,
    Promise,
    draft_agreement,
    evaluate_agreement,
    put_to_signature,
    sign_agreement,
    submit_report,
)
from multaqa.partnerships.models import Agreement, Evaluation, Report
from tests.factories import Role, actor, appoint, organisation, region

SIGNING_DAY = datetime(2025, 12, 1, 10, 30, tzinfo=ZoneInfo("Africa/Casablanca"))
LATER = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Africa/Casablanca"))
SCORES = {
    "relevance": 4,
    "coherence": 3,
    "effectiveness": 3,
    "efficiency": 2,
    "impact": None,
    "sustainability": 2,
}


def terms(*codes: str) -> list[PartyTerms]:
    return [
        PartyTerms(
            organisation(code),
            capacity=Translated.of("رئيس المكتب", "Présidence"),
            deliberation="2025/42" if organisation(code).kind == Organisation.Kind.COUNCIL else "",
        )
        for code in codes
    ]


def a_promise(
    code: str = "association-a", text: str = "تكوين 60 جمعية في التدبير المالي", **overrides: Any
) -> Promise:
    values = {
        "organisation": organisation(code),
        "text": Translated.of(text, "Former 60 associations à la gestion financière"),
        "due_on": date(2026, 6, 30),
        "indicator": Translated.of("لوائح الحضور", "Listes de présence"),
    }
    return Promise(**{**values, **overrides})


def a_draft(*codes: str, **overrides: Any) -> Agreement:
    """A draft between association A and the council unless other organisations are named."""
    parties = codes or ("association-a", "council")
    values = {
        "actor": actor(Role.COUNCIL_OFFICER),
        "title": Translated.of(
            "تعزيز قدرات المجتمع المدني في الديمقراطية التشاركية",
            "Renforcer la société civile dans la démocratie participative",
            "Strengthening civil society in participatory democracy",
        ),
        "purpose": Translated.of("تكوين الجمعيات ومواكبتها.", "Former et accompagner les associations."),
        "territory": region(),
        "starts_on": date(2025, 12, 1),
        "ends_on": date(2026, 11, 30),
        "parties": terms(*parties),
        "commitments": [a_promise(code) for code in parties],
        "amount": 100_000_000,
    }
    with clock.at(SIGNING_DAY):
        return draft_agreement(**{**values, **overrides})


def a_text_to_sign(*codes: str, **overrides: Any) -> Agreement:
    agreement = a_draft(*codes, **overrides)
    with clock.at(SIGNING_DAY):
        return put_to_signature(actor=actor(Role.COORDINATOR), agreement=agreement)


def signatory(code: str) -> Actor:
    """Somebody who may bind this organisation."""
    roles = {
        "association-a": Role.OFFICER_A,
        "association-b": Role.OFFICER_B,
        "council": Role.COUNCIL_OFFICER,
    }
    if code in roles:
        return actor(roles[code])
    office = appoint(f"signatory {code}", code, Function.COUNCIL_OFFICER)
    return actor_of(office.person.account)


def an_agreement(*codes: str, **overrides: Any) -> Agreement:
    """In force since 1 December 2025, evaluation due a year later."""
    agreement = a_text_to_sign(*codes, **overrides)
    for party in agreement.parties.select_related("organisation"):
        with clock.at(SIGNING_DAY):
            agreement = sign_agreement(actor=signatory(party.organisation.code), agreement=agreement)
    return agreement


def a_report(agreement: Agreement | None = None, code: str = "association-a", **overrides: Any) -> Report:
    values = {
        "actor": signatory(code),
        "agreement": agreement or an_agreement(),
        "kind": Report.Kind.FINANCIAL,
        "period_start": date(2025, 12, 1),
        "period_end": date(2026, 5, 31),
        "text": "صُرف الشطر الأول على التكوين.",
        "spent": 40_000_000,
    }
    with clock.at(LATER):
        return submit_report(**{**values, **overrides})


def an_evaluation(agreement: Agreement | None = None, **overrides: Any) -> Evaluation:
    values = {
        "actor": actor(Role.AUDITOR),
        "agreement": agreement or an_agreement(),
        "scores": SCORES,
        "conclusion": "نُفذ معظم ما التُزم به.",
        "findings": ["المقر بالعركوب غير مجهز."],
    }
    with clock.at(LATER):
        return evaluate_agreement(**{**values, **overrides})
