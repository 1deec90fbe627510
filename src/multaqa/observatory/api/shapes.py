"""What each answer holds. Titles are {ar, fr, en}; `page` is the address of the Arabic page for people."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import override
from ninja import Schema

from multaqa.kit.api import Text


class PlaceRow(Schema):
    code: str
    title: Text
    level: str
    milieu: str
    parent: str | None
    has_indicators: bool
    page: str


class Count(Schema):
    """What one census counted: legal population, municipal population or households."""

    kind: str
    year: int
    count: int
    source: str


class ScoreRow(Schema):
    """status: measured, suppressed (too few households) or not_measured; only the first has a score and rank.

    low and high bound the score, rank_low and rank_high the rank, with the confidence of the release.
    """

    release: int
    territory: str
    title: Text
    status: str
    score: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    dimensions: dict[str, float | None]
    share_missing: float
    households: int | None
    is_demo: bool


class PlaceScore(ScoreRow):
    """ranked: how many places the release measured, which `rank` is one of."""

    root: str
    ranked: int


class Place(PlaceRow):
    populations: list[Count]
    scores: list[PlaceScore]
    links: dict[str, str]


class FigureRow(Schema):
    """state: shown, small (rests on fewer than 100), hidden (on too few) or missing; only the first two have
    a value.
    """

    territory: str
    indicator: str
    unit: str
    year: int
    sex: str
    milieu: str
    value: float | None
    n: int | None
    state: str
    is_demo: bool


class IndicatorRow(Schema):
    """low and high: the fixed goalposts. weight 0: shown, but not part of the index."""

    code: str
    title: Text
    dimension: str
    direction: int
    unit: str
    low: float
    high: float
    weight: float
    latest_year: int | None
    source: Text
    licence: str
    note: Text
    is_demo: bool
    page: str


class IndicatorFull(IndicatorRow):
    years: list[int]
    hazards: list[str]
    branches: list[str]
    links: dict[str, str]


class ReleaseRow(Schema):
    number: int
    title: Text
    root: str
    state: str
    released_at: datetime
    code_version: str
    snapshot_hash: str
    result_hash: str
    is_demo: bool
    page: str


class ReleaseFull(ReleaseRow):
    """links.snapshot: everything needed to compute it again."""

    method: dict[str, Any]
    links: dict[str, str]


class ObservationRow(Schema):
    number: int
    territory: str
    kind: str
    title: Text
    seen_on: date
    households: int | None
    reporter: str
    state: str
    reported_at: datetime
    confirmed_at: datetime | None
    is_demo: bool
    page: str


class AlertRow(Schema):
    """told, told_next: the offices that answer for it, as function@organisation."""

    number: int
    rule: int
    indicator: str
    territory: str
    method: str
    day: date
    value: float
    expected: float | None
    bound: float | None
    state: str
    outcome: str
    told: str
    told_next: str
    raised_at: datetime
    answer_due_on: date
    acknowledged_at: datetime | None
    escalated_at: datetime | None
    resolved_at: datetime | None
    note: str
    is_demo: bool
    page: str


class AidRow(Schema):
    number: int
    category: str
    quantity: int
    left: int
    territory: str
    opens_on: date
    closes_on: date
    state: str
    is_demo: bool
    page: str


class OfferRow(AidRow):
    reach_km: int
    organisation: str | None


class NeedCounts(Schema):
    """Needs open today, and ended within twelve months; null where the count is held back, never zero."""

    territory: str
    title: Text
    open: int | None
    unmet: int | None
    met: int | None


class ReportRow(Schema):
    number: int
    organisation: str
    territory: str
    seen_on: date
    kind: str
    volunteers: int
    vehicles: int
    skills: list[str]
    channel: str
    state: str
    sent_at: datetime
    reviewed_at: datetime | None
    valid_until: date
    is_demo: bool
    page: str


class ImportRow(Schema):
    number: int
    kind: str
    file_name: str
    sha256: str
    source: str
    licence: str
    state: str
    new: int
    changed: int
    same: int
    refused: int
    sent_by: str
    sent_at: datetime
    committed_at: datetime | None
    reverted_at: datetime | None
    revises: int | None
    is_demo: bool
    page: str


class HazardRow(Schema):
    code: str
    title: Text
    type: str
    type_title: Text
    cluster: str
    cluster_title: Text
    indicators: list[str]


class SchemeRow(Schema):
    code: str
    title: Text
    of_framework_law: bool
    law: str
    since: str
    planned: str
    verified: str
    note: Text


class BranchRow(Schema):
    code: str
    title: Text
    gap: Text
    schemes: list[SchemeRow]
    indicators: list[str]


def page(thing: Any) -> str:
    """The address of an object's page."""
    with override("ar"):
        return f"{settings.BASE_URL}{thing.get_absolute_url()}"
