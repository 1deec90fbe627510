import pytest

from multaqa.cli.demo.cast import Cast
from multaqa.cli.demo.observatory_alerts import watching
from multaqa.cli.demo.telling import Story, tell
from multaqa.directory.actors import Function
from multaqa.kit import clock
from multaqa.observatory.models import Alert
from multaqa.observatory.queries.alerts import alert_counts
from multaqa.observatory.tasks.alerts import escalate_unanswered, watch_series
from tests.factories import account, appoint, commune, organisation

pytestmark = pytest.mark.django_db
OFFICES = {
    "argoub": ("el-argoub-council", Function.COUNCIL_OFFICER),
    "water": ("water-service", Function.FOCAL_POINT),
    "council": ("regional-council", Function.COUNCIL_OFFICER),
    "coordinator": ("joint-cell", Function.COORDINATOR),
}


def the_players() -> Cast:
    for name, held in OFFICES.items():
        appoint(name, *held)
    return Cast(
        organisations={code: organisation(code) for code, _function in OFFICES.values()},
        accounts={name: account(name) for name in OFFICES},
    )


def test_story_has_a_false_alarm_an_event_and_two_that_wait():
    commune("12.391.09.01")

    for _event in tell(Story(cast=the_players()), (watching,)):
        pass

    found = alert_counts()
    assert (found.false, found.confirmed, found.open, found.escalated, found.overdue) == (1, 2, 1, 1, 1)
    assert set(Alert.objects.values_list("is_demo", flat=True)) == {True}
    assert (watch_series(clock.today()), escalate_unanswered(clock.today())) == (0, 0)
