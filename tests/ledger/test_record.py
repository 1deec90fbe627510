import pytest
from django.db import transaction

from multaqa.directory.actors import MACHINE
from multaqa.ledger.actions import record
from multaqa.territories.models import Territory


@pytest.mark.django_db
def test_record_refuses_a_verb_no_room_registered():
    place = Territory.objects.create(code="1", level="commune")

    with pytest.raises(KeyError), transaction.atomic():
        record(MACHINE, "nobody.knows", place)
