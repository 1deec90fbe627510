import shutil

import pytest
from django.utils.translation import override

from multaqa.engine import merkle
from multaqa.kit.policy import Refused
from multaqa.ledger import log
from multaqa.ledger.models import Checkpoint, Entry
from tests.ledger.factories import an_entry

pytestmark = pytest.mark.django_db


def entries(count):
    return [an_entry(facts={"n": number}) for number in range(count)]


def test_integrate_gives_entries_their_place_in_the_order_they_were_written():
    written = entries(3)

    checkpoint = log.integrate()

    assert checkpoint.size == 3
    assert list(Entry.objects.order_by("pk").values_list("pk", "index")) == [
        (entry.pk, place) for place, entry in enumerate(written)
    ]


def test_integrate_signs_a_root_that_extends_the_one_before():
    entries(2)
    first = log.integrate()
    entries(300)
    second = log.integrate()

    tree = merkle.Tree.resume(log.reader(log.public_folder()), second)
    proof = tree.consistency_proof(first.size, second.size)
    assert merkle.verify_consistency(
        old_size=first.size, old_root=first.root, new_size=second.size, new_root=second.root, proof=proof
    )
    assert second.size == 302


def test_integrate_without_news_signs_nothing_new():
    entries(2)
    log.integrate()

    assert log.integrate().size == 2
    assert Checkpoint.objects.count() == 1


def test_integrate_refuses_to_shrink_after_an_older_copy_was_restored():
    entries(2)
    log.integrate()
    older = list(Entry.objects.values_list("pk", flat=True))
    entries(3)
    log.integrate()
    Entry.objects.exclude(pk__in=older).delete()
    Checkpoint.objects.filter(size=5).delete()
    an_entry(facts={"n": "written after the restore"})

    with pytest.raises(log.Forked, match="2"):
        log.integrate()

    assert log.published().size == 5
    assert not Checkpoint.objects.filter(size=3).exists()


def test_integrate_refuses_a_history_that_was_rewritten():
    entries(3)
    log.integrate()
    shutil.rmtree(log.public_folder())
    changed = Entry.objects.get(index=1)
    changed.payload = changed.payload.replace('"n":1', '"n":7')
    changed.save()

    with pytest.raises(log.Forked):
        log.integrate()


def test_integrate_publishes_what_a_killed_run_left_unpublished():
    entries(2)
    log.integrate()
    earlier = shutil.copytree(log.public_folder(), log.public_folder().with_name("earlier"))
    entries(2)
    log.integrate()
    shutil.rmtree(log.public_folder())
    shutil.copytree(earlier, log.public_folder())

    assert log.integrate().size == 4
    assert log.verify(log.public_folder(), log.verifier_key()).fault is None


def test_export_can_be_verified_and_names_a_damaged_entry(tmp_path):
    entries(260)

    audit = log.export(tmp_path / "out")

    assert (audit.size, audit.fault) == (260, None)
    bundle = tmp_path / "out" / "tile" / "entries" / "000"
    damaged = bundle.read_bytes().replace(b'"n":129', b'"n":128')
    bundle.write_bytes(damaged)
    assert log.verify(tmp_path / "out", log.verifier_key()).fault.index == 129


def test_export_refuses_a_folder_that_holds_something_else(tmp_path):
    entries(1)
    (tmp_path / "letter.txt").write_text("dear council")

    with override("en"), pytest.raises(Refused, match="empty"):
        log.export(tmp_path)

    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["letter.txt"]


def test_receipt_proves_its_entry_and_no_other():
    written = entries(5)
    log.integrate()

    text = log.receipt(3)

    proven, checkpoint = log.check_receipt(text)
    assert (proven.pk, checkpoint.size) == (written[3].pk, 5)
    with pytest.raises(merkle.Invalid):
        log.check_receipt(text.replace(b"index 3", b"index 2"))


def test_receipt_of_an_entry_not_yet_sealed_is_refused():
    entries(1)

    with override("en"), pytest.raises(Refused, match="no entry 0"):
        log.receipt(0)


def test_log_keeps_its_name_when_the_site_moves(settings):
    entries(1)
    log.integrate()
    settings.LEDGER_ORIGIN = "moved.example.org/log"

    entries(1)

    assert log.integrate().size == 2
    assert log.check_receipt(log.receipt(0))[1].size == 2
