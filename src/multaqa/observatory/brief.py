"""A commune on one printed page: who lives there, its risk, its figures, what waits there. In one language.

What is not measured and what is held back are words, never a number. The same content gives the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from multaqa.kit import formats, papers
from multaqa.kit.translated import Translated
from multaqa.observatory import queries
from multaqa.observatory.models import Dimension, Indicator, Offer, Score, Value, risk_class
from multaqa.observatory.queries import PublishedFigure
from multaqa.observatory.queries.aid import LEAST_COUNT, needs_by_commune
from multaqa.territories.models import Population, RegionPack, Territory

_TEMPLATE = Path(__file__).parent / "brief.typ"
_KEPT_SECONDS = 3600
_OF_EACH = 5  # key indicators of each dimension
_LATEST = 3  # alerts and observations
Rows = dict[int, dict[str, PublishedFigure]]


def render_brief(place: Territory, pack: RegionPack, today: date) -> bytes:
    """The page of a commune as a PDF in the reader's language; made again only when its content changed."""
    content = brief_content(place, pack, today)
    address = f"{settings.BASE_URL}{place.get_absolute_url()}"
    written = json.dumps([content, address], ensure_ascii=False, sort_keys=True)
    key = f"brief:{hashlib.sha256(written.encode()).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = papers.render(_TEMPLATE, content, address)
        cache.set(key, found, _KEPT_SECONDS)
    return bytes(found)


def brief_content(place: Territory, pack: RegionPack, today: date) -> dict[str, Any]:
    """Everything the page says, in words of the reader's language: thirteen statements.

    place: with its parents.
    """
    region = _region(place) or pack.root
    lines = _lines(place, region)
    scores = queries.scores_of_place(place)
    alerts = list(queries.open_alerts(place)[: _LATEST + 1])
    seen = list(queries.observations(territory=place.code)[:_LATEST])
    return {
        "language": formats.language(),
        "title": _text(place.title),
        "code": place.code,
        "kind": " · ".join(filter(None, (place.get_level_display(), place.get_milieu_display()))),
        "within": [_text(above.title) for above in _above(place)],
        "facts": _facts(place, region),
        "index": _index(scores),
        "lines": lines,
        "region": _text(region.title),
        "alerts": [_alert(alert) for alert in alerts[:_LATEST]],
        "more_alerts": len(alerts) > _LATEST,
        "aid": _aid(place, pack, today),
        "observations": [
            {"text": _text(one.title), "day": formats.day(one.seen_on), "is_demo": one.is_demo}
            for one in seen
        ],
        "source": _text(pack.credit),
        "notice": _notice(pack),
        "words": _words(),
        "is_demo": any(
            [score.release.is_demo for score in scores]
            + [line["is_demo"] for line in lines]
            + [thing.is_demo for thing in (*alerts, *seen)]
        ),
    }


def _above(place: Territory) -> Iterable[Territory]:
    above = place.parent
    while above is not None and above.level != Territory.Level.COUNTRY:
        yield above
        above = above.parent


def _region(place: Territory) -> Territory | None:
    return next((above for above in _above(place) if above.level == Territory.Level.REGION), None)


def _facts(place: Territory, region: Territory) -> list[dict[str, str]]:
    counted = list(Population.objects.filter(territory__in=[place, region]))
    years = sorted({row.year for row in counted}, reverse=True)
    own = {(row.kind, row.year): row.count for row in counted if row.territory_id == place.pk}
    wanted = [(kind, years[0]) for kind in Population.Kind] if years else []
    wanted += [(Population.Kind.LEGAL, year) for year in years[1:2]]
    return [
        {"label": str(kind.label), "year": str(year), "count": _count(own.get((kind.value, year)))}
        for kind, year in wanted
    ]


def _count(count: int | None) -> str:
    return _("not counted") if count is None else formats.number(count)


def _index(scores: list[Score]) -> dict[str, Any]:
    if not scores:
        return {"why": _("No released index covers this place."), "is_demo": False}
    score = scores[0]
    found: dict[str, Any] = {
        "is_demo": score.release.is_demo,
        "release": _text(score.release.title),
        "day": formats.day(score.release.released_at),
    }
    if not score.is_measured or score.score is None:
        return found | {"why": _why_not(score)}
    confidence = formats.percent(100 * score.release.method["confidence"], 0)
    found["score"] = formats.number(score.score, 1)
    found["sure"] = _("with %(confidence)s confidence between %(low)s and %(high)s") % {
        "confidence": confidence, "low": _one(score.low), "high": _one(score.high),
    }  # fmt: skip
    found["ranks"] = [_rank(one) for one in scores if one.is_measured]
    found["dimensions"] = [
        {
            "label": str(dimension.label),
            "score": _("not measured") if part is None else formats.number(part, 1),
            "share": None if part is None else round(10 * part, 1),
            "class": css,
        }
        for dimension, part, css in score.dimension_rows
    ]
    found["class"] = risk_class(score.score)
    return found


def _why_not(score: Score) -> str:
    if score.status == Score.Status.SUPPRESSED:
        return _(
            "Fewer than 30 households live here: rates on so few say more about persons than about the "
            "place, so they are not published and there is no rank."
        )
    return _(
        "The census published only counts of people here. There is no index and no rank; that does not mean "
        "there is no risk."
    )


def _rank(score: Score) -> str:
    """«rank 2 of 7 measured (between 1 and 3) · Region»."""
    words = {
        "place": str(score.release.root.title), "rank": score.rank, "total": getattr(score, "ranked", 0),
        "low": score.rank_low, "high": score.rank_high,
    }  # fmt: skip
    if score.rank_low == score.rank_high:
        return _("%(place)s: rank %(rank)s of %(total)s measured") % words
    return _("%(place)s: rank %(rank)s of %(total)s measured, between %(low)s and %(high)s") % words


def _one(value: float | None) -> str:
    return "" if value is None else formats.number(value, 1)


def _lines(place: Territory, region: Territory) -> list[dict[str, Any]]:
    """The key indicators: women and men, and the region beside."""
    values = Value.objects.filter(
        territory__in=[place, region], year=F("indicator__latest_year"), milieu=Value.Milieu.ALL
    )
    rows: Rows = {}
    for figure in queries.some_figures(values):
        where = "place" if figure.place.pk == place.pk else "region"
        rows.setdefault(figure.indicator.pk, {})[f"{where} {figure.sex}"] = figure
    return [_line(rows[indicator.pk], indicator) for indicator in _chosen(rows)]


def _chosen(rows: Rows) -> list[Indicator]:
    """Some of each dimension, those of the index first, where anything was measured here or in the region."""
    alls = [(found.get("place all"), found.get("region all")) for found in rows.values()]
    known = {
        figure.indicator.pk: figure.indicator
        for pair in alls
        for figure in pair
        if figure is not None and figure.state != "missing"
    }
    order = sorted(known.values(), key=lambda one: (one.weight == 0, one.position, one.code))
    first = [
        indicator
        for dimension in Dimension
        for indicator in [one for one in order if one.dimension == dimension][:_OF_EACH]
    ]
    rest = [indicator for indicator in order if indicator not in first]
    chosen = [*first, *rest][: _OF_EACH * len(Dimension)]
    places = list(Dimension)
    return sorted(chosen, key=lambda one: (places.index(Dimension(one.dimension)), one.position, one.code))


def _line(found: dict[str, PublishedFigure], indicator: Indicator) -> dict[str, Any]:
    own = found.get("place all")
    by_sex = any(name.endswith(("female", "male")) for name in found)
    return {
        "label": _text(indicator.title),
        "is_demo": indicator.is_demo,
        "all": _cell(own),
        "women": _cell(found.get("place female")) if by_sex else None,
        "men": _cell(found.get("place male")) if by_sex else None,
        "region": _cell(found.get("region all")),
        "n": formats.number(own.n) if own is not None and own.n is not None else "",
        "year": str(indicator.latest_year),
    }


def _cell(figure: PublishedFigure | None) -> dict[str, Any]:
    if figure is None or figure.state == "missing":
        return {"text": _("not measured"), "is_figure": False}
    if figure.state == "hidden":
        return {"text": _("not published"), "is_figure": False}
    text = queries.Cell("shown", figure.value, None, figure.indicator.unit).plain
    return {"text": text + ("*" if figure.state == "small" else ""), "is_figure": True}


def _alert(alert: Any) -> dict[str, Any]:
    return {
        "text": _text(alert.rule.indicator.title),
        "state": str(alert.get_state_display()),
        "day": formats.day(alert.day),
        "is_demo": alert.is_demo,
    }


def _aid(place: Territory, pack: RegionPack, today: date) -> list[dict[str, str]]:
    """Needs and offers, as their board shows them: small counts are words."""
    rows = {row.territory.pk: row for row in needs_by_commune(pack.root, today)}
    row = rows.get(place.pk)
    given = Offer.objects.filter(territory=place, state=Offer.State.OPEN).count()
    offers = formats.number(given) if not given or given >= LEAST_COUNT else _("fewer than 5")
    return [
        {"label": _("Needs open today"), "count": _held(row.open if row else None)},
        {"label": _("Needs not met in time, twelve months"), "count": _held(row.unmet if row else None)},
        {"label": _("Offers open today"), "count": offers},
    ]


def _held(count: int | None) -> str:
    return pgettext("count", "hidden") if count is None else formats.number(count)


def _text(title: Translated) -> dict[str, str]:
    """A text and the language it is shown in, which may not be the reader's."""
    return {"text": str(title), "language": title.language}


def _notice(pack: RegionPack) -> dict[str, str]:
    own = _(
        "Names, signs and shapes come from the territory pack in use and express no opinion on the legal "
        "status of any territory."
    )
    return _text(pack.notice) if pack.notice else {"text": own, "language": formats.language()}


def _words() -> dict[str, str]:
    return {
        "observatory": _("Observatory"),
        "platform": _("Multaqa"),
        "index": _("Risk index"),
        "out_of": _("out of 10"),
        "indicators": _("Key indicators"),
        "indicator": _("Indicator"),
        "all": _("Here"),
        "women": _("Women"),
        "men": _("Men"),
        "n": _("Number n"),
        "year": _("Year"),
        "alerts": _("Open alerts"),
        "no_alert": _("No alert is open."),
        "more": _("More are on the page."),
        "aid": _("Mutual aid"),
        "observations": _("Latest observations"),
        "no_observation": _("Nothing has been observed here yet."),
        "nothing_measured": _("No indicator has been measured here or in the region."),
        "small": _("* rests on fewer than 100 people or households"),
        "demo": _("Invented data: marked †"),
        "page": _("The page of this commune, with every figure, its source and its changes"),
    }
