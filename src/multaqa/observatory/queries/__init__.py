"""Reads of the observatory: what may be published, the latest index, the region in a few figures."""

from multaqa.observatory.queries.alerts import alerts_for, open_alerts
from multaqa.observatory.queries.comparison import Comparison, Move, compare
from multaqa.observatory.queries.consulted import Consulted, consulted_weights
from multaqa.observatory.queries.distribution import (
    Line,
    Spread,
    Table,
    Trend,
    indicator_table,
    spread,
    trends,
)
from multaqa.observatory.queries.figures import (
    PublishedFigure,
    figures,
    latest_values,
    scores_of_place,
    some_figures,
    values_of,
)
from multaqa.observatory.queries.index import Inputs, index_inputs
from multaqa.observatory.queries.methods import Worked, ingredients, worked
from multaqa.observatory.queries.national import Asked, commune_table, with_cells
from multaqa.observatory.queries.numbers import next_number
from multaqa.observatory.queries.places import (
    MISSING,
    NOT_MEASURED,
    Cell,
    Shape,
    cell,
    fill,
    observations,
    shapes,
)
from multaqa.observatory.queries.profile import Fact, Profile, Row, places_with_counts, profile
from multaqa.observatory.queries.pulse import Figure, Gap, Pulse, region_pulse
from multaqa.observatory.queries.register import branches, hazard_groups, hazard_types
from multaqa.observatory.queries.releases import (
    dimension_weights,
    document,
    earlier_release,
    finished_releases,
    gaps,
    home_releases,
    is_silent,
    latest_release,
    latest_scores,
    ranking,
    releases,
    scores_of,
    silent_releases,
)

__all__ = [
    "MISSING",
    "NOT_MEASURED",
    "Asked",
    "Cell",
    "Comparison",
    "Consulted",
    "Fact",
    "Figure",
    "Gap",
    "Inputs",
    "Line",
    "Move",
    "Profile",
    "PublishedFigure",
    "Pulse",
    "Row",
    "Shape",
    "Spread",
    "Table",
    "Trend",
    "Worked",
    "alerts_for",
    "branches",
    "cell",
    "commune_table",
    "compare",
    "consulted_weights",
    "dimension_weights",
    "document",
    "earlier_release",
    "figures",
    "fill",
    "finished_releases",
    "gaps",
    "hazard_groups",
    "hazard_types",
    "home_releases",
    "index_inputs",
    "indicator_table",
    "ingredients",
    "is_silent",
    "latest_release",
    "latest_scores",
    "latest_values",
    "next_number",
    "observations",
    "open_alerts",
    "places_with_counts",
    "profile",
    "ranking",
    "region_pulse",
    "releases",
    "scores_of",
    "scores_of_place",
    "shapes",
    "silent_releases",
    "some_figures",
    "spread",
    "trends",
    "values_of",
    "with_cells",
    "worked",
]
