from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from multaqa.kit import clock, formats
from multaqa.kit.tables import table_file
from multaqa.observatory import downloads, queries
from multaqa.observatory.brief import render_brief
from multaqa.observatory.models import Indicator
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack


@require_safe
def values(request: HttpRequest, fmt: str) -> HttpResponseBase:
    rows = downloads.value_rows(queries.values_of())
    return table_file(fmt, "observatory-values", downloads.VALUE_COLUMNS, rows)


@require_safe
def indicator_values(request: HttpRequest, code: str, fmt: str) -> HttpResponseBase:
    found = get_object_or_404(Indicator, code=code)
    rows = downloads.value_rows(queries.values_of(indicator=found))
    features = downloads.indicator_features(found)
    return table_file(fmt, f"{found.code}-values", downloads.VALUE_COLUMNS, rows, features)


@require_safe
def territory_values(request: HttpRequest, code: str, fmt: str) -> HttpResponseBase:
    place = get_object_or_404(Territory, code=code)
    rows = downloads.value_rows(queries.values_of(territory=place))
    features = downloads.territory_features(place)
    return table_file(fmt, f"{place.code}-values", downloads.VALUE_COLUMNS, rows, features)


@require_safe
def release_scores(request: HttpRequest, number: int, fmt: str) -> HttpResponseBase:
    found = get_object_or_404(queries.releases(), number=number)
    scores = queries.scores_of(found)
    rows, features = downloads.score_rows(scores), downloads.score_features(scores)
    return table_file(fmt, f"index-{found.number}-scores", downloads.SCORE_COLUMNS, rows, features)


@require_safe
def observations(request: HttpRequest, fmt: str) -> HttpResponseBase:
    found = queries.observations()
    rows, features = downloads.observation_rows(found), downloads.observation_features(found)
    return table_file(fmt, "observations", downloads.OBSERVATION_COLUMNS, rows, features)


@require_safe
def brief(request: HttpRequest, code: str) -> HttpResponse:
    communes = Territory.objects.filter(level=Territory.Level.COMMUNE).select_related(
        "parent__parent__parent"
    )
    place, pack = get_object_or_404(communes, code=code), home_pack()
    if pack is None:
        raise Http404
    answer = HttpResponse(render_brief(place, pack, clock.today()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{place.code}-{formats.language()}.pdf"'
    return answer
