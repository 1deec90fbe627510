"""The papers of an agreement: its text, frozen when put to signature, and the certificate of signatures.

Arabic and French stand side by side. The same content gives the same bytes.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from multaqa.directory.models import Office
from multaqa.kit import formats, papers
from multaqa.kit.money import Money
from multaqa.kit.translated import Translated
from multaqa.partnerships.models import Agreement

_TEMPLATE = Path(__file__).parent / "agreement.typ"

Pair = dict[str, str]


def render_agreement(agreement: Agreement, *, preview: bool = False) -> bytes:
    """The text of an agreement as a PDF: parties, purpose, duration, money, commitments, places to sign.

    preview: says on the paper that it is a draft. Depends only on what is agreed and on the address of the
    platform; never on the clock or on who signed.
    """
    content = {"kind": "text", "is_draft": preview, "sha256": "", "signatures": _places(agreement)}
    return papers.render(_TEMPLATE, {**_content(agreement), **content}, _address(agreement))


def render_certificate(agreement: Agreement) -> bytes:
    """Who signed which bytes and when: one page for each party's signature, with the hash of the text."""
    address = f"{settings.BASE_URL}/ar/agreements/verify/?sha256={agreement.document_sha256}"
    content = {
        "kind": "certificate",
        "is_draft": False,
        "sha256": agreement.document_sha256,
        "signatures": _places(agreement, signed=True),
    }
    return papers.render(_TEMPLATE, {**_content(agreement), **content}, address)


def _content(agreement: Agreement) -> dict[str, Any]:
    return {
        "reference": agreement.reference,
        "title": _pair(agreement.title),
        "purpose": _pair(agreement.purpose),
        "territory": _pair(agreement.territory.title),
        "starts_on": _day(agreement.starts_on),
        "ends_on": _day(agreement.ends_on),
        "amount": _money(agreement.money),
        "is_demo": agreement.is_demo,
        "commitments": [
            {
                "number": commitment.number,
                "party": commitment.party.order,
                "text": _pair(commitment.text),
                "indicator": _pair(commitment.indicator),
                "due_on": _day(commitment.due_on),
            }
            for commitment in agreement.commitments.select_related("party").order_by("number")
        ],
    }


def _places(agreement: Agreement, *, signed: bool = False) -> list[dict[str, Any]]:
    places = []
    for party in agreement.parties.select_related("organisation", "signature__office").order_by("order"):
        signature = getattr(party, "signature", None) if signed else None
        places.append(
            {
                "order": party.order,
                "name": _pair(party.organisation.title),
                "capacity": _pair(party.capacity),
                "deliberation": party.deliberation,
                "office": _office(signature.office) if signature else None,
                "signed_at": _moment(signature.signed_at) if signature else None,
                "sha256": signature.document_sha256 if signature else "",
            }
        )
    return places


def _address(agreement: Agreement) -> str:
    with override("ar"):
        return f"{settings.BASE_URL}{agreement.get_absolute_url()}"


def _pair(text: Translated) -> Pair:
    """Arabic and French; where one is missing the paper says that the other binds."""
    return {"ar": text.get("ar", ""), "fr": text.get("fr", "") or text.get("en", "")}


def _office(office: Office) -> Pair:
    if office.title:
        return _pair(office.title)
    names = {}
    for language in ("ar", "fr"):
        with override(language):
            names[language] = str(office.get_function_display())
    return names


def _day(day: date) -> Pair:
    return {"ar": _in("ar", day), "fr": _in("fr", day)}


def _in(language: str, day: date) -> str:
    with override(language):
        return formats.day(day)


def _moment(moment: datetime) -> Pair:
    local = timezone.localtime(moment)
    zone = "UTC" + local.isoformat()[-6:]
    return {
        "ar": f"{_in('ar', local.date())}، {local:%H:%M:%S} ({zone})",
        "fr": f"{_in('fr', local.date())}, {local:%H:%M:%S} ({zone})",
    }


def _money(amount: Money | None) -> Pair | None:
    if amount is None:
        return None
    written = {}
    for language in ("ar", "fr"):
        with override(language):
            written[language] = formats.money(amount)
    return written
