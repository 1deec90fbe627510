"""What the observatory keeps, one module a noun."""

from multaqa.observatory.models.aid import (
    MATCH_STEPS,
    NEED_STEPS,
    OFFER_STEPS,
    Aid,
    Category,
    Contact,
    Match,
    Need,
    Offer,
)
from multaqa.observatory.models.alerts import ALERT_STEPS, Alert, AlertCheck, AlertRule, Post, both
from multaqa.observatory.models.imports import IMPORT_STEPS, DataImport, Reading, SupersededValue
from multaqa.observatory.models.indicators import Branch, Dimension, Hazard, Indicator, Scheme, Value
from multaqa.observatory.models.observations import STEPS, Observation
from multaqa.observatory.models.releases import BOUNDS, RELEASE_STEPS, IndexRelease, Score, risk_class
from multaqa.observatory.models.reports import REPORT_STEPS, CapacityReport, Channel

__all__ = [
    "ALERT_STEPS",
    "BOUNDS",
    "IMPORT_STEPS",
    "MATCH_STEPS",
    "NEED_STEPS",
    "OFFER_STEPS",
    "RELEASE_STEPS",
    "REPORT_STEPS",
    "STEPS",
    "Aid",
    "Alert",
    "AlertCheck",
    "AlertRule",
    "Branch",
    "CapacityReport",
    "Category",
    "Channel",
    "Contact",
    "DataImport",
    "Dimension",
    "Hazard",
    "IndexRelease",
    "Indicator",
    "Match",
    "Need",
    "Observation",
    "Offer",
    "Post",
    "Reading",
    "Scheme",
    "Score",
    "SupersededValue",
    "Value",
    "both",
    "risk_class",
]
