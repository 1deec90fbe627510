"""One coherent story in the communes of the region: water and solidarity in the countryside.

Everything here is invented and labelled so; the census figures around it are real. Each chapter happens on its own
days, counted back from the day of building, and uses the same actions as everybody.
"""

from multaqa.cli.demo.before import last_year, people, region_and_census
from multaqa.cli.demo.observatory_aid import helping, reporting
from multaqa.cli.demo.observatory_alerts import watching
from multaqa.cli.demo.press import publishing
from multaqa.cli.demo.this_year import (
    applying,
    awarding,
    consulting,
    counting,
    funding,
    observing,
    opening,
    partnering,
    recommending,
)

CHAPTERS = (
    region_and_census,
    people,
    last_year,
    observing,
    watching,
    consulting,
    recommending,
    funding,
    applying,
    counting,
    awarding,
    partnering,
    reporting,
    helping,
    opening,
    publishing,
)
