"""An index is ordered from the figures of a day, computed in the background, and released."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory import scoring
from multaqa.observatory.models import RELEASE_STEPS, Dimension, IndexRelease, Indicator, Score
from multaqa.observatory.protection import LEAST
from multaqa.observatory.queries import Inputs, consulted_weights, index_inputs, next_number
from multaqa.observatory.queries.consulted import Consulted
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack

VERBS = {
    "observatory.release_ordered": _("Release of the index ordered"),
    "observatory.index_released": _("Index released"),
    "observatory.release_failed": _("Release of the index could not be computed"),
    "observatory.release_retried": _("Release of the index ordered again"),
}
register(VERBS)
LEAST_SHARE, LEAST_SPLIT, WEIGHT_SPREAD, CONFIDENCE = 0.5, 0.5, 0.25, 0.9


def order_release(
    *,
    actor: Actor,
    title: Translated,
    root: Territory | None = None,
    aggregation: str = "geometric",
    hazard: int = 1,
    vulnerability: int = 1,
    coping: int = 1,
    draws: int = 4000,
    consulted: str = "",
) -> IndexRelease:
    """Freeze the latest figures and the method of an index; it is computed afterwards.

    root: whose communes are compared, by default those of the home region. The three numbers are the
    dimensions' weights. consulted: the reference of a consultation whose points are the weights instead; a
    key is a dimension, or an indicator, which then shares its dimension's weight with the others named.
    Raises Refused when there is nothing to compute, and for points given to what is no part of the index.
    """
    require(actor, "observatory.order_release")
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    with transaction.atomic():
        inputs = index_inputs(root or home.root)
        source = _consulted(consulted) if consulted else None
        weights = {"hazard": hazard, "vulnerability": vulnerability, "coping": coping}
        method = _method(inputs, weights, aggregation, draws, source)
        if not method["indicators"]:
            raise Refused(_("No indicator has figures yet: load them before an index is released."))
        release = IndexRelease.objects.create(
            number=next_number(IndexRelease),
            title=title,
            root=root or home.root,
            method=method,
            snapshot=inputs.snapshot,
            snapshot_hash=scoring.fingerprint(inputs.snapshot),
            code_version=version("multaqa"),
            is_demo=any(indicator.is_demo for indicator in inputs.indicators),
        )
        record(
            actor,
            "observatory.release_ordered",
            release,
            facts={
                "number": release.number,
                "root": release.root.code,
                "snapshot": release.snapshot_hash,
                "method": scoring.fingerprint(method),
                "code": release.code_version,
                "communes": len(inputs.snapshot["territories"]),
                "indicators": len(method["indicators"]),
                "draws": draws,
            },
            causes=[source.entry] if source else [],
        )
    return release


def finish_release(*, actor: Actor, release: IndexRelease, rows: Sequence[scoring.Row]) -> IndexRelease:
    """Publish what was computed. rows: as `scoring.compute` gives them for the frozen figures.

    Raises Refused when the release is not waiting for them.
    """
    require(actor, "observatory.finish_release", release)
    with transaction.atomic():
        release = _locked(release)
        release.progress, release.result_hash = 100, scoring.fingerprint(list(rows))
        release.heard_at = release.released_at = clock.now()
        if release.state == IndexRelease.State.COMPUTING:
            release.save(update_fields=["progress", "result_hash", "heard_at", "released_at"])
        states.move(release, IndexRelease.State.READY, RELEASE_STEPS)
        scores = Score.objects.bulk_create(_scores(release, rows))
        record(
            actor,
            "observatory.index_released",
            release,
            facts={
                "number": release.number,
                "snapshot": release.snapshot_hash,
                "result": release.result_hash,
                "code": release.code_version,
                "measured": sum(score.is_measured for score in scores),
                "suppressed": sum(score.status == Score.Status.SUPPRESSED for score in scores),
                "communes": len(scores),
            },
            step=Step.OBSERVED,
        )
    return release


def fail_release(*, actor: Actor, release: IndexRelease, problem: str) -> IndexRelease:
    """Say that an ordered release could not be computed, and why. Raises Refused when it is not computing."""
    require(actor, "observatory.fail_release", release)
    with transaction.atomic():
        release = _locked(release)
        release.problem = problem[: IndexRelease.PROBLEM_LENGTH]
        states.move(release, IndexRelease.State.FAILED, RELEASE_STEPS)
        release.save(update_fields=["problem"])
        record(actor, "observatory.release_failed", release, facts={"number": release.number})
    return release


def retry_release(*, actor: Actor, release: IndexRelease) -> IndexRelease:
    """Compute a failed release again from the same figures. Raises Refused for one that did not fail."""
    require(actor, "observatory.retry_release", release)
    with transaction.atomic():
        release = _locked(release)
        states.move(release, IndexRelease.State.COMPUTING, RELEASE_STEPS)
        release.problem, release.progress, release.attempts, release.heard_at = "", 0, 0, clock.now()
        release.save(update_fields=["problem", "progress", "attempts", "heard_at"])
        record(actor, "observatory.release_retried", release, facts={"number": release.number})
    return release


def _locked(release: IndexRelease) -> IndexRelease:
    return IndexRelease.objects.defer("snapshot").select_for_update(of=("self",)).get(pk=release.pk)


def _consulted(reference: str) -> Consulted:
    found = next((one for one in consulted_weights() if one.reference == reference), None)
    if found is None:
        raise Refused(_("This consultation left no weights."), field="consulted")
    known = {*Dimension.values, *Indicator.objects.values_list("code", flat=True)}
    unknown = sorted(set(found.shares) - known)
    if unknown:
        raise Refused(
            _("Points were given to “%(key)s”, which is neither a dimension nor an indicator of the index."),
            field="consulted",
            key=unknown[0],
        )
    return found


def _method(
    inputs: Inputs, dimensions: dict[str, int], aggregation: str, draws: int, source: Consulted | None
) -> dict[str, Any]:
    shares = source.shares if source else {}
    of_indicators = _indicator_weights(inputs.indicators, shares)
    asked = {name: shares[name] for name in Dimension.values if name in shares} or dimensions
    indicators = [
        _indicator(item, year, of_indicators[item.code])
        for item, year in zip(inputs.indicators, inputs.years, strict=True)
    ]
    used = {item["dimension"] for item in indicators if item["weight"] > 0 and asked.get(item["dimension"])}
    return {
        "aggregation": "arithmetic" if aggregation == "arithmetic" else "geometric",
        "dimensions": [[name, float(asked[name])] for name in Dimension.values if name in used],
        "indicators": [item for item in indicators if item["dimension"] in used and item["weight"] > 0],
        "left_out": sorted(
            [item.code for item in inputs.left_out]
            + [item["code"] for item in indicators if item["dimension"] not in used or not item["weight"]]
        ),
        "draws": draws,
        "weight_spread": WEIGHT_SPREAD,
        "confidence": CONFIDENCE,
        "least_share": LEAST_SHARE,
        "least_split": LEAST_SPLIT,
        "least_households": LEAST,
        "weights_from": source.frozen if source else None,
    }


def _indicator_weights(indicators: Sequence[Indicator], shares: dict[str, float]) -> dict[str, float]:
    """The indicators that points were given to share among themselves the weight they had together."""
    weights = {item.code: item.weight for item in indicators}
    for dimension in Dimension.values:
        named = [item for item in indicators if item.dimension == dimension and item.code in shares]
        points = sum(shares[item.code] for item in named)
        before = sum(item.weight for item in named)
        for item in named if points else ():
            weights[item.code] = round(before * shares[item.code] / points, scoring.DECIMALS)
    return weights


def _indicator(item: Indicator, year: int, weight: float) -> dict[str, Any]:
    return {
        "code": item.code,
        "dimension": str(item.dimension),
        "direction": 1 if item.direction > 0 else -1,
        "low": item.low,
        "high": item.high,
        "weight": weight,
        "year": year,
        "unit": str(item.unit),
        "denominator": str(item.denominator),
        "per": item.per,
        "shrink": item.unit == Indicator.Unit.PERCENT,
    }


def _scores(release: IndexRelease, rows: Sequence[scoring.Row]) -> list[Score]:
    codes = [row["territory"] for row in rows]
    places = dict(Territory.objects.filter(code__in=codes).values_list("code", "pk"))
    return [
        Score(
            release=release,
            territory_id=places[row["territory"]],
            **{name: value for name, value in row.items() if name != "territory"},
        )
        for row in rows
    ]
