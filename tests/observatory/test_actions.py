from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.observatory.actions import confirm_observation, load_comparison, load_indicators, load_series
from multaqa.observatory.models import Indicator, Observation, Value
from multaqa.territories.actions import load_pack
from multaqa.territories.reading import BUILT_IN
from tests.factories import Role, actor, organisation, verbs_in_ledger
from tests.observatory.factories import (
    a_commune,
    an_observation,
    dakhla,
)
from tests.territories.factories import a_folder

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Africa/Casablanca"))


def value(code, place, **cell):
    where = {"sex": "all", "milieu": "all", "year": 2024} | cell
    return (
        Value.objects.filter(indicator__code=code, territory__code=place, **where)
        .values_list("value", "n")
        .get()
    )


def test_load_indicators_reads_the_real_census():
    dakhla()

    assert Indicator.objects.count() == 18  # three of them counted by the observatory itself
    assert verbs_in_ledger() == ["territories.pack_loaded", "observatory.indicators_loaded"]
    assert value("running-water", "12.391.01.01") == (98.4, 45_401)
    assert value("illiteracy", "12.391.09.01") == (15.8, 10_407)
    assert value("unemployment", "12") == (10.6, value("unemployment", "12")[1])
    assert value("unemployment", "12", sex="female")[0] == 23.4
    assert value("unemployment", "12", sex="male")[0] == 8.3
    assert value("running-water", "12", milieu="rural") == (5.1, 7_261)
    assert value("running-water", "12", milieu="urban")[0] == 98.4
    assert value("running-water", "12", year=2014)[0] == 84.5
    assert value("road-distance", "12.391.01.01") == (None, None)
    assert value("road-distance", "12", milieu="rural")[0] == 2.2
    assert value("non-profit", "12.391.01.01") == (87, None)
    assert value("internet-home", "12.391.09.01", year=2014) == (4.9, 1_964)


def test_load_indicators_writes_missing_as_missing_and_never_as_zero():
    dakhla()

    silent = Value.objects.filter(territory__code="12.391.05.05", indicator__weight__gt=0, year=2024)

    assert set(silent.values_list("value", "n")) == {(None, None)}
    assert silent.count() == Indicator.objects.filter(weight__gt=0, latest_year__isnull=False).count()


def test_load_indicators_again_changes_nothing():
    dakhla()
    before = list(Value.objects.order_by("pk").values_list("pk", "value"))

    load_indicators(actor=MACHINE, pack="dakhla")

    assert list(Value.objects.order_by("pk").values_list("pk", "value")) == before


def test_load_indicators_refuses_a_pack_that_is_not_home(tmp_path):
    load_pack(actor=MACHINE, source=a_folder(tmp_path))

    with pytest.raises(Refused, match="dakhla"):
        load_indicators(actor=MACHINE, pack="dakhla")


def test_load_indicators_of_a_pack_with_its_own_tables(tmp_path):
    columns = "code,title_ar,dimension,direction,unit,low,high,weight,source_ar,licence"
    folder = a_folder(
        tmp_path,
        indicators_csv=f"{columns}\nwells,آبار,coping,-1,count,0,10,1,مسح,CC0\n",
        values_csv="indicator,territory,year,sex,milieu,value,n\nwells,I-1,2025,all,all,4,\n",
    )
    load_pack(actor=MACHINE, source=folder)

    load_indicators(actor=MACHINE, pack=folder)

    assert value("wells", "I-1", year=2025) == (4, None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ("wells,I-9,2025,all,all,4,\n", r"values\.csv.*2"),
        ("wells,I-1,2025,both,all,4,\n", r"values\.csv.*2"),
        ("wells,I-1,2025,all,all,four,\n", r"values\.csv.*2"),
        ("springs,I-1,2025,all,all,4,\n", r"values\.csv.*2"),
    ],
)
def test_load_series_refuses_a_malformed_table_and_writes_nothing(tmp_path, values, sentence):
    columns = "code,title_ar,dimension,direction,unit,low,high,weight,source_ar,licence"
    folder = a_folder(
        tmp_path,
        indicators_csv=f"{columns}\nwells,آبار,coping,-1,count,0,10,1,مسح,CC0\n",
        values_csv=f"indicator,territory,year,sex,milieu,value,n\n{values}",
    )
    load_pack(actor=MACHINE, source=folder)

    with pytest.raises(Refused, match=sentence):
        load_series(actor=MACHINE, folder=folder)

    assert Indicator.objects.count() == 0


def test_load_series_labels_what_is_invented():
    load_pack(actor=MACHINE, source="dakhla")

    load_series(actor=MACHINE, folder=BUILT_IN / "dakhla" / "demo")

    assert set(Indicator.objects.values_list("dimension", "is_demo")) == {("hazard", True)}
    assert verbs_in_ledger()[-1] == "observatory.series_loaded"


@pytest.mark.parametrize("action", [load_indicators, load_series])
def test_loading_figures_is_not_for_everybody(action, tmp_path):
    argument = {"pack": "dakhla"} if action is load_indicators else {"folder": tmp_path}

    with pytest.raises(Forbidden):
        action(actor=actor(Role.OFFICER_A), **argument)


def test_record_observation_writes_what_was_seen():
    observation = an_observation()

    assert (observation.number, observation.state, observation.territory.code) == (1, "reported", "X.1.1")
    entry = Entry.objects.get()
    assert (entry.verb, entry.step) == ("observatory.observation_recorded", "observed")
    assert entry.facts == {
        "number": 1,
        "territory": "X.1.1",
        "kind": "water",
        "seen_on": "2026-01-05",
        "households": 40,
        "reporter": "association-a",
    }
    assert an_observation().number == 2


def test_record_observation_refuses_a_day_to_come():
    with clock.at(NOW), pytest.raises(Refused) as refusal:
        an_observation(seen_on=date(2026, 11, 26))

    assert refusal.value.field == "seen_on"


def test_record_observation_refuses_an_organisation_the_actor_does_not_serve():
    with pytest.raises(Refused) as refusal:
        an_observation(reporter=organisation("association-b"))

    assert refusal.value.field == "reporter"
    assert Observation.objects.count() == 0


@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT, Role.CELL_MEMBER, Role.EDITOR, Role.AUDITOR])
def test_record_observation_is_for_those_who_serve_an_organisation(role):
    with pytest.raises(Forbidden):
        an_observation(role)


def test_confirm_observation_by_another_organisation():
    observation = an_observation()

    confirmed = confirm_observation(actor=actor(Role.COUNCIL_OFFICER), observation=observation)

    assert (confirmed.state, confirmed.confirmed_at is not None) == ("confirmed", True)
    assert verbs_in_ledger()[-1] == "observatory.observation_confirmed"


def test_confirm_observation_twice_is_refused():
    observation = an_observation()
    confirm_observation(actor=actor(Role.COORDINATOR), observation=observation)

    with pytest.raises(Refused):
        confirm_observation(actor=actor(Role.COORDINATOR), observation=observation)


def test_confirm_observation_by_its_own_reporter_is_refused():
    observation = an_observation(Role.COUNCIL_OFFICER, reporter=organisation("council"))

    with pytest.raises(Refused):
        confirm_observation(actor=actor(Role.COUNCIL_OFFICER), observation=observation)

    assert Observation.objects.get().state == "reported"


def test_confirm_observation_is_for_council_officers_and_the_coordinator():
    observation = an_observation()

    with pytest.raises(Forbidden):
        confirm_observation(actor=actor(Role.OFFICER_B), observation=observation)


def test_load_comparison_waits_for_the_country():
    a_commune()

    with pytest.raises(Refused, match="حمّل أولا الوحدات الترابية للبلاد"):
        load_comparison(actor=MACHINE)
    with pytest.raises(Forbidden):
        load_comparison(actor=actor(Role.RESIDENT))
