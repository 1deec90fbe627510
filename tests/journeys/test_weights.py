"""From points that residents spread to the weights of an index: two rooms that meet in the ledger only."""

import pytest

from multaqa.observatory.queries import consulted_weights
from multaqa.observatory.releasing import release_index
from tests.consultations.factories import a_closed_points_consultation
from tests.factories import Role, actor
from tests.observatory.factories import three_communes

pytestmark = pytest.mark.django_db
SPREADS = [(50, 30, 20), (40, 40, 20), (100, 0, 0), (30, 30, 40), (30, 50, 20)]


def test_points_of_a_closed_consultation_become_the_weights_of_a_release():
    three_communes()
    talk = a_closed_points_consultation(*SPREADS)

    found = consulted_weights()

    assert [(one.title, one.people, one.on_paper) for one in found] == [(talk.title, 5, 0)]
    assert sum(found[0].shares.values()) == pytest.approx(1)

    release = release_index(
        actor=actor(Role.COUNCIL_OFFICER), title=talk.title, draws=50, consulted=found[0].reference
    )

    weights = dict(release.method["dimensions"])
    measured = {name: found[0].shares[name] for name in weights}
    assert {name: weight / sum(weights.values()) for name, weight in weights.items()} == pytest.approx(
        {name: share / sum(measured.values()) for name, share in measured.items()}
    )
    assert release.method["weights_from"]["people"] == 5
