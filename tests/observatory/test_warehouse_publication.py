"""A dataset becomes figures of the observatory: rounded, hidden where small, on the record."""

import tomllib
from pathlib import Path

import pytest

from multaqa.directory.actors import MACHINE
from multaqa.kit.policy import Forbidden, Refused
from multaqa.ledger.models import Entry
from multaqa.observatory import warehouse
from multaqa.observatory.actions import publish_dataset
from multaqa.observatory.models import Indicator, Value
from multaqa.observatory.warehouse import HOUSEHOLDS, Column, add, create
from multaqa.observatory.warehouse.places import places
from tests import factories
from tests.factories import Role, actor
from tests.observatory.factories import an_indicator

pytestmark = pytest.mark.django_db
COLUMNS = (Column("running_water", "truth"), Column("health_km", "number"))
HEADING = "commune,sex,milieu,running_water,health_km\n"
# households with and without water: 200 and 100, 80 and 20; of the 100, 10 have women at their head
VISITS = (
    ("X.1.1,male,rural,true,4\n", 200),
    ("X.1.1,male,rural,false,15\n", 100),
    ("X.1.2,male,rural,true,4\n", 72),
    ("X.1.2,male,rural,false,5\n", 18),
    ("X.1.2,female,rural,true,4\n", 8),
    ("X.1.2,female,rural,false,\n", 2),
)


@pytest.fixture
def tree():
    for code in ("X.1.1", "X.1.2", "X.1.3"):
        factories.commune(code)


@pytest.fixture
def survey(tree, tmp_path):
    dataset = create(
        name="visits", title={"fr": "Visites"}, source="Enquête", licence="CC BY 4.0", year=2026,
        columns=COLUMNS, at=tmp_path / "warehouse",
    )  # fmt: skip
    return more(dataset, tmp_path, VISITS)


def more(dataset, tmp_path, visits):
    file = tmp_path / "visits.csv"
    file.write_text(HEADING + "".join(row * times for row, times in visits), encoding="utf-8")
    return add(dataset, file, imported_at="2026-11-25T10:00:00+01:00").dataset


def figure(code, place, sex="all", milieu="all"):
    cell = Value.objects.get(
        indicator__code=code, territory__code=place, sex=sex, milieu=milieu, year=2026
    )  # fmt: skip
    return cell.value, cell.n, cell.hidden


def test_publication_writes_figures_indicators_and_one_entry_and_a_second_one_revises_them(survey, tmp_path):
    found = publish_dataset(actor=actor(Role.COUNCIL_OFFICER), dataset=survey)

    assert [item.code for item in found] == ["no-running-water", "far-from-health", "health-distance"]
    assert figure("no-running-water", "X.1.1") == (33.3, 300, False)
    assert figure("no-running-water", "X.1") == (30.0, 400, False)
    assert figure("health-distance", "X.1.2") == (4.2, 98, False)
    assert figure("no-running-water", "X.1.2", sex="female") == (20.0, 10, True)
    assert figure("no-running-water", "X.1.2", sex="male") == (20.0, 90, True)
    assert figure("no-running-water", "X.1.3") == (None, 0, False)
    water = Indicator.objects.get(code="no-running-water")
    assert str(water.title) == "أسر بلا ماء جار"
    assert (water.weight, water.latest_year, water.licence) == (0, 2026, "CC BY 4.0")
    assert (str(water.source), water.of_households, water.is_demo) == ("Enquête", True, False)
    facts = Entry.objects.get(verb="observatory.dataset_published").facts
    assert (facts["dataset"], facts["rows"], facts["values"]) == ("visits", 400, 3 * 4 * 9)
    assert facts["parts"] == [survey.parts[0].sha256]

    Indicator.objects.filter(code="no-running-water").update(weight=2)
    larger = more(survey, tmp_path, [("X.1.2,female,rural,true,4\n", 60), ("X.1.3,male,urban,true,1\n", 50)])
    publish_dataset(actor=MACHINE, dataset=larger)

    assert figure("no-running-water", "X.1.2", sex="female") == (2.9, 70, False)
    assert figure("no-running-water", "X.1.3", milieu="urban") == (0.0, 50, False)
    assert Value.objects.count() == 3 * 4 * 9
    assert Indicator.objects.get(code="no-running-water").weight == 2
    assert Entry.objects.filter(verb="observatory.dataset_published").count() == 2


def test_publication_is_for_the_office(survey):
    for role in (Role.ANONYMOUS, Role.OFFICER_A, Role.COORDINATOR):
        with pytest.raises(Forbidden):
            publish_dataset(actor=actor(role), dataset=survey)
    assert not Value.objects.exists()


def test_publication_refuses_what_it_cannot_answer_for_and_writes_nothing(survey, tmp_path):
    outside = more(survey, tmp_path, [("X.9,male,rural,true,4\n", 40)])
    with pytest.raises(Refused, match="visits"):
        publish_dataset(actor=MACHINE, dataset=outside)
    an_indicator("far-from-health", unit="km")
    with pytest.raises(Refused, match="far-from-health"):
        publish_dataset(actor=MACHINE, dataset=survey)
    survey.files[0].write_bytes(b"?")
    with pytest.raises(Refused, match=survey.parts[0].file):
        publish_dataset(actor=MACHINE, dataset=survey)
    assert not Value.objects.exists()
    assert not Indicator.objects.exclude(code="far-from-health").exists()


def test_every_definition_has_a_public_face():
    faces = tomllib.loads((Path(warehouse.__file__).parent / "households.toml").read_text(encoding="utf-8"))

    assert set(faces) == {item.code for item in HOUSEHOLDS}
    for face in faces.values():
        assert set(face["title"]) == {"ar", "fr", "en"}
        assert face["low"] < face["high"]
        # figures of things are never hidden
        assert face["unit"] in set(Indicator.Unit.values) - {"count"}


def test_places_are_the_tree_of_the_region(tree):
    found = places()

    assert (found.top, list(found.communes)) == ("X.1", ["X.1.1", "X.1.2", "X.1.3"])
    assert found.groups == {"X.1": ["X.1.1", "X.1.2", "X.1.3"]}
    assert set(found.keys) == {"X.1", "X.1.1", "X.1.2", "X.1.3"}
