"""Writes of the observatory: figures come in, people report and confirm, an index is released."""

from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.engine import composite
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.kit.translated import Translated
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.models import (
    STEPS,
    Dimension,
    IndexRelease,
    Indicator,
    Observation,
    Score,
    Value,
)
from multaqa.observatory.queries import LEAST_HOUSEHOLDS, Inputs, fingerprint, index_inputs
from multaqa.observatory.series import Series, census_series, folder_series
from multaqa.territories.models import RegionPack, Territory
from multaqa.territories.queries import home_pack
from multaqa.territories.reading import read_pack

VERBS = {
    "observatory.indicators_loaded": _("Indicators loaded"),
    "observatory.series_loaded": _("Series loaded"),
    "observatory.observation_recorded": _("Observation recorded"),
    "observatory.observation_confirmed": _("Observation confirmed"),
    "observatory.index_released": _("Index released"),
}
register(VERBS)
_BATCH = 2000
REPORTERS = (Function.FACILITATOR, Function.OFFICER, Function.COUNCIL_OFFICER)


def load_indicators(*, actor: Actor, pack: Path | str) -> RegionPack:
    """Load the indicators of the home pack, from its census or from its own tables.

    pack: a built-in name or a folder, as given to `territories.load_pack`. Raises Refused when another pack,
    or none, is loaded, and with file and line for a malformed table. Loading again brings figures up to date.
    """
    require(actor, "observatory.load_indicators")
    read = read_pack(pack)
    known = {place.code for place in read.places}
    own = (read.folder / "indicators.csv").is_file()
    series = census_series(read) + (folder_series(read.folder, known) if own else [])
    with transaction.atomic():
        home = home_pack()
        if home is None or home.key != read.key:
            raise Refused(_("Load the territories of the pack “%(key)s” first."), key=read.key)
        facts = _store(series)
        record(actor, "observatory.indicators_loaded", home, facts=facts)
    return home


def load_series(*, actor: Actor, folder: Path | str) -> RegionPack:
    """Add indicators from a folder's indicators.csv and values.csv; what is invented says so in `is_demo`.

    Raises Refused with file and line for a malformed table, before anything is written.
    """
    require(actor, "observatory.load_series")
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    series = folder_series(Path(folder), set(Territory.objects.values_list("code", flat=True)))
    with transaction.atomic():
        facts = _store(series)
        record(
            actor, "observatory.series_loaded", home, facts={**facts, "codes": [row.code for row in series]}
        )
    return home


def _store(series: list[Series]) -> dict[str, int]:
    for row in series:
        Indicator.objects.update_or_create(code=row.code, defaults=row.columns)
    indicators = Indicator.objects.in_bulk([row.code for row in series], field_name="code")
    places = dict(Territory.objects.values_list("code", "pk"))
    values = [
        Value(
            indicator=indicators[row.code],
            territory_id=places[figure.code],
            year=figure.year,
            sex=figure.sex,
            milieu=figure.milieu,
            value=figure.value,
            n=figure.n,
        )
        for row in series
        for figure in row.figures
    ]
    Value.objects.bulk_create(
        values,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["indicator", "territory", "year", "sex", "milieu"],
        update_fields=["value", "n"],
    )
    return {"indicators": len(series), "values": len(values)}


def record_observation(
    *,
    actor: Actor,
    reporter: Organisation,
    territory: Territory,
    kind: str,
    title: Translated,
    text: str,
    seen_on: date,
    households: int | None = None,
    is_demo: bool = False,
) -> Observation:
    """Write down what somebody saw in a place, on behalf of an organisation the actor serves.

    households: how many are affected, None when nobody knows. Raises Refused for a day to come, and for an
    organisation the actor does not act for.
    """
    require(actor, "observatory.record_observation")
    if reporter not in actor.organisations(*REPORTERS):
        raise Refused(_("You report for an organisation in which you hold an office."), field="reporter")
    if seen_on > clock.today():
        raise Refused(_("Write the day on which it was seen, today at the latest."), field="seen_on")
    with transaction.atomic():
        observation = Observation.objects.create(
            number=_next_number(Observation),
            reporter=reporter,
            territory=territory,
            kind=kind,
            title=title,
            text=text,
            seen_on=seen_on,
            households=households,
            is_demo=is_demo,
        )
        record(
            actor,
            "observatory.observation_recorded",
            observation,
            facts={
                "number": observation.number,
                "territory": territory.code,
                "kind": kind,
                "seen_on": seen_on,
                "households": households,
                "reporter": reporter.code,
            },
            step=Step.OBSERVED,
        )
    return observation


def confirm_observation(*, actor: Actor, observation: Observation) -> Observation:
    """Confirm what was reported; somebody outside the reporting organisation does it.

    Raises Refused when it is confirmed already, or by the organisation that reported it.
    """
    require(actor, "observatory.confirm_observation", observation)
    with transaction.atomic():
        observation = Observation.objects.select_for_update().get(pk=observation.pk)
        confirming = actor.organisations(Function.COUNCIL_OFFICER, Function.COORDINATOR)
        if all(office.pk == observation.reporter_id for office in confirming):
            raise Refused(_("Another organisation than the one that reported it confirms an observation."))
        observation.confirmed_at = clock.now()
        observation.save(update_fields=["confirmed_at"])
        states.move(observation, Observation.State.CONFIRMED, STEPS)
        record(
            actor,
            "observatory.observation_confirmed",
            observation,
            facts={"number": observation.number, "territory": observation.territory.code},
            step=Step.OBSERVED,
        )
    return observation


def release_index(
    *,
    actor: Actor,
    title: Translated,
    aggregation: str = "geometric",
    hazard: int = 1,
    vulnerability: int = 1,
    coping: int = 1,
    draws: int = 4000,
) -> IndexRelease:
    """Compute the index of every commune from the latest figures, and freeze method, figures and result.

    The three numbers are the dimensions' weights. Communes of fewer than 30 households are not published,
    those without figures stay not measured; neither is ranked. The draws follow from the figures' own hash,
    so that anybody can compute the same intervals. Raises Refused when there is nothing to compute.
    """
    require(actor, "observatory.release_index")
    home = home_pack()
    if home is None:
        raise Refused(_("Load a region pack first."))
    with transaction.atomic():
        inputs = index_inputs(home.root)
        if not inputs.indicators:
            raise Refused(_("No indicator has figures yet: load them before an index is released."))
        weights = dict(zip(Dimension.values, (hazard, vulnerability, coping), strict=True))
        method = _method(inputs, weights, aggregation, draws)
        content = inputs.content
        release = IndexRelease.objects.create(
            number=_next_number(IndexRelease),
            title=title,
            method=_frozen(method, inputs),
            snapshot=content,
            snapshot_hash=fingerprint(content),
            code_version=version("multaqa"),
            is_demo=any(indicator.is_demo for indicator in inputs.indicators),
        )
        scores = Score.objects.bulk_create(_scores(release, inputs, method))
        record(
            actor,
            "observatory.index_released",
            release,
            facts={
                "number": release.number,
                "snapshot": release.snapshot_hash,
                "code": release.code_version,
                "measured": sum(score.is_measured for score in scores),
                "suppressed": sum(score.status == Score.Status.SUPPRESSED for score in scores),
                "communes": len(scores),
            },
            step=Step.OBSERVED,
        )
    return release


def _method(inputs: Inputs, weights: dict[str, int], aggregation: str, draws: int) -> composite.Method:
    used = {indicator.dimension for indicator in inputs.indicators}
    return composite.Method(
        indicators=tuple(
            composite.Indicator(
                item.code, item.dimension, 1 if item.direction > 0 else -1, item.low, item.high, item.weight
            )
            for item in inputs.indicators
        ),
        dimensions=tuple((name, float(weight)) for name, weight in weights.items() if name in used),
        aggregation="arithmetic" if aggregation == "arithmetic" else "geometric",
        draws=draws,
    )


def _frozen(method: composite.Method, inputs: Inputs) -> dict[str, object]:
    return {
        "aggregation": method.aggregation,
        "dimensions": [[name, weight] for name, weight in method.dimensions],
        "indicators": [
            {
                "code": item.id,
                "dimension": item.dimension,
                "direction": item.direction,
                "low": item.low,
                "high": item.high,
                "weight": item.weight,
                "year": year,
            }
            for item, year in zip(method.indicators, inputs.years, strict=True)
        ],
        "draws": method.draws,
        "weight_spread": method.weight_spread,
        "confidence": method.confidence,
        "least_share": method.least_share,
        "least_households": LEAST_HOUSEHOLDS,
    }


def _scores(release: IndexRelease, inputs: Inputs, method: composite.Method) -> list[Score]:
    few = [count is not None and count < LEAST_HOUSEHOLDS for count in inputs.households]
    kept = np.array([place.has_indicators for place in inputs.places]) & ~np.array(few)
    values = np.where(kept[:, None], inputs.values, np.nan)
    generator = np.random.default_rng(int(release.snapshot_hash[:16], 16))
    result = composite.index(values=values, method=method, error=inputs.error, generator=generator)
    missing = np.isnan(inputs.values) @ np.array([item.weight for item in method.indicators])
    missing /= sum(item.weight for item in method.indicators)
    return [
        Score(
            release=release,
            territory=place,
            status=_status(few=few[row], ranked=bool(result.rank[row])),
            share_missing=float(missing[row]),
            n_households=inputs.households[row],
            **(_measured(result, row, method) if result.rank[row] else {}),
        )
        for row, place in enumerate(inputs.places)
    ]


def _status(*, few: bool, ranked: bool) -> str:
    if few:
        return str(Score.Status.SUPPRESSED)
    return str(Score.Status.MEASURED if ranked else Score.Status.NOT_MEASURED)


def _measured(result: composite.Index, row: int, method: composite.Method) -> dict[str, object]:
    names = [name for name, _weight in method.dimensions]
    return {
        "score": float(result.score[row]),
        "low": float(result.low[row]),
        "high": float(result.high[row]),
        "dimensions": dict(zip(names, result.dimensions[row].tolist(), strict=True)),
        "rank": int(result.rank[row]),
        "rank_low": int(result.rank_low[row]),
        "rank_high": int(result.rank_high[row]),
    }


def _next_number(model: type[Observation] | type[IndexRelease]) -> int:
    return int(model.objects.aggregate(last=Max("number"))["last"] or 0) + 1
