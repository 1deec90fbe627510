"""What people report and ask for: the public fields of the boards, none of a person."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from multaqa.kit import clock
from multaqa.kit.api import Mistake, Page, UnknownError, Window, paged, words
from multaqa.observatory import queries
from multaqa.observatory.api.shapes import (
    AidRow,
    AlertRow,
    ImportRow,
    NeedCounts,
    ObservationRow,
    OfferRow,
    ReportRow,
    page,
)
from multaqa.observatory.models import (
    Aid,
    Alert,
    CapacityReport,
    Category,
    DataImport,
    Indicator,
    Need,
    Observation,
    Offer,
)
from multaqa.observatory.queries import aid, alerts, imports, reports
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack

router = Router()


@router.get(
    "/observations",
    response={200: Page[ObservationRow], 422: Mistake},
    url_name="observations",
    summary=_("What organisations saw on the ground, newest first"),
)
def observations(
    request: HttpRequest,
    window: Query[Window],
    territory: str = "",
    kind: Observation.Kind | None = None,
    state: Observation.State | None = None,
) -> Any:
    found = queries.observations(territory=_known(territory), kind=_text(kind), state=_text(state))
    same = ("number", "kind", "seen_on", "households", "state", "reported_at", "confirmed_at", "is_demo")
    return paged(
        found,
        window,
        lambda part: [
            {
                **_same(seen, same),
                "territory": seen.territory.code,
                "title": words(seen.title),
                "reporter": seen.reporter.code,
                "page": page(seen),
            }
            for seen in part
        ],
    )


@router.get(
    "/alerts",
    response={200: Page[AlertRow], 422: Mistake},
    url_name="alerts",
    summary=_("Unusual readings and the offices that answer for them, those not answered first"),
)
def alert_list(
    request: HttpRequest,
    window: Query[Window],
    territory: str = "",
    indicator: str = "",
    state: Alert.State | None = None,
) -> Any:
    if indicator and not Indicator.objects.filter(code=indicator).exists():
        raise UnknownError("indicator", indicator)
    found = alerts.alerts(territory=_known(territory), indicator=indicator, state=_text(state))
    return paged(found, window, lambda part: [_alert(alert) for alert in part])


@router.get(
    "/needs",
    response={200: Page[AidRow], 422: Mistake},
    url_name="needs",
    summary=_("What is asked for: category, number, province and time, never who asks"),
)
def needs(
    request: HttpRequest,
    window: Query[Window],
    category: Category | None = None,
    territory: str = "",
    state: Need.State | None = None,
) -> Any:
    found = aid.needs(category=_text(category), territory=_known(territory), state=_text(state))
    return paged(found, window, lambda part: [_aid(need) for need in part])


@router.get(
    "/needs/by-commune",
    response=list[NeedCounts],
    url_name="needs_by_commune",
    summary=_("How many needs each commune has, where there are enough to say"),
)
def needs_by_commune(request: HttpRequest) -> Any:
    pack = home_pack()
    counted = aid.needs_by_commune(pack.root, clock.today()) if pack else []
    return [
        {
            **_same(row, ("open", "unmet", "met")),
            "territory": row.territory.code,
            "title": words(row.territory.title),
        }
        for row in counted
    ]


@router.get(
    "/offers",
    response={200: Page[OfferRow], 422: Mistake},
    url_name="offers",
    summary=_(
        "What is offered: category, number, commune, reach and time, and the association if one offers"
    ),
)
def offers(
    request: HttpRequest,
    window: Query[Window],
    category: Category | None = None,
    territory: str = "",
    state: Offer.State | None = None,
) -> Any:
    found = aid.offers(category=_text(category), territory=_known(territory), state=_text(state))

    def row(offer: Offer) -> dict[str, Any]:
        by = offer.organisation.code if offer.organisation else None
        return {**_aid(offer), "reach_km": offer.reach_km, "organisation": by}

    return paged(found, window, lambda part: [row(offer) for offer in part])


@router.get(
    "/reports",
    response={200: Page[ReportRow], 422: Mistake},
    url_name="reports",
    summary=_("What associations can bring, commune by commune, newest first"),
)
def report_list(
    request: HttpRequest,
    window: Query[Window],
    territory: str = "",
    kind: Observation.Kind | None = None,
    state: CapacityReport.State | None = None,
) -> Any:
    found = reports.reports(territory=_known(territory), kind=_text(kind), state=_text(state))
    same = ("number", "seen_on", "kind", "volunteers", "vehicles", "skills", "channel", "state", "sent_at")
    return paged(
        found,
        window,
        lambda part: [
            {
                **_same(report, (*same, "reviewed_at", "valid_until", "is_demo")),
                "organisation": report.organisation.code,
                "territory": report.territory.code,
                "page": page(report),
            }
            for report in part
        ],
    )


@router.get(
    "/imports",
    response={200: Page[ImportRow], 422: Mistake},
    url_name="imports",
    summary=_("The files that figures came from, newest first"),
)
def import_list(request: HttpRequest, window: Query[Window], kind: DataImport.Kind | None = None) -> Any:
    same = ("number", "kind", "file_name", "source", "licence", "state", "new", "changed", "same", "refused")
    same += ("sent_by", "sent_at", "committed_at", "reverted_at", "is_demo")
    return paged(
        imports.imports(kind=_text(kind)),
        window,
        lambda part: [
            {
                **_same(one, same),
                "sha256": one.file_hash,
                "revises": one.revises and one.revises.number,
                "page": page(one),
            }
            for one in part
        ],
    )


def _alert(alert: Alert) -> dict[str, Any]:
    same = ("number", "day", "value", "expected", "bound", "state", "outcome", "raised_at", "answer_due_on")
    return {
        **_same(alert, (*same, "acknowledged_at", "escalated_at", "resolved_at", "note", "is_demo")),
        "rule": alert.rule.number,
        "indicator": alert.rule.indicator.code,
        "territory": alert.rule.territory.code,
        "method": alert.rule.method,
        "told": alert.rule.told.key,
        "told_next": alert.rule.told_next.key,
        "page": page(alert),
    }


def _aid(found: Aid) -> dict[str, Any]:
    same = ("number", "category", "quantity", "left", "opens_on", "closes_on", "state", "is_demo")
    return {**_same(found, same), "territory": found.public_place.code, "page": page(found)}


def _same(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _text(choice: Any) -> str:
    return choice.value if choice else ""


def _known(code: str) -> str:
    """The code of a territory, if one is asked for. Raises UnknownError for one that does not exist."""
    if code and not Territory.objects.filter(code=code).exists():
        raise UnknownError("territory", code)
    return code
