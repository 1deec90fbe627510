import pytest
import rules

from multaqa.kit.policy import Forbidden, Refused, allows, require
from multaqa.kit.states import move, transitions
from multaqa.territories.models import Territory
from tests.factories import commune


@pytest.fixture(autouse=True)
def _permission():
    rules.add_perm("tests.open_door", rules.predicate(lambda actor: actor == "porter"))
    yield
    rules.remove_perm("tests.open_door")


def test_require_lets_pass_whom_the_rule_names():
    require("porter", "tests.open_door")


def test_require_forbids_everybody_else():
    with pytest.raises(Forbidden):
        require("guest", "tests.open_door")


def test_a_permission_nobody_wrote_down_is_an_error():
    with pytest.raises(KeyError):
        allows("porter", "tests.open_window")


@pytest.mark.django_db
def test_move_follows_the_table_and_refuses_the_rest():
    table = transitions({"rural": {"urban"}})
    place = commune()

    move(place, "urban", table, field="milieu")

    assert Territory.objects.get(pk=place.pk).milieu == "urban"
    with pytest.raises(Refused):
        move(place, "rural", table, field="milieu")
