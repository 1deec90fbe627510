"""One round of due work, in the order in which one thing follows from another."""

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from multaqa.consultations.actions import close_consultation
from multaqa.consultations.queries import consultations_to_close
from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.idempotency import forget_old
from multaqa.ledger import log
from multaqa.newsroom.tasks import publish_due
from multaqa.partnerships.actions import end_agreement
from multaqa.partnerships.queries import past_their_end


def tick() -> dict[str, int]:
    """Run what is due and say how much of each there was.

    Safe to run twice at once and to kill at any moment: each part is idempotent.
    """
    return {
        "tasks": _run_tasks(),
        "consultations": _close_consultations(),
        "agreements": _end_agreements(),
        "articles": publish_due(clock.now()),
        "forgotten": forget_old(),
        "entries": _integrate(),
    }


def _run_tasks() -> int:
    waiting = DBTaskResult.objects.ready().count()
    if waiting:
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    return waiting


def _close_consultations() -> int:
    over = list(consultations_to_close(clock.today()))
    for consultation in over:
        close_consultation(actor=MACHINE, consultation=consultation)
    return len(over)


def _end_agreements() -> int:
    over = list(past_their_end(clock.today()))
    for agreement in over:
        end_agreement(actor=MACHINE, agreement=agreement)
    return len(over)


def _integrate() -> int:
    checkpoint = log.integrate()
    return checkpoint.size if checkpoint else 0
