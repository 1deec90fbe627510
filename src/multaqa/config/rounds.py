"""One round of due work, in the order in which one thing follows from another."""

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from multaqa.ledger import log


def tick() -> dict[str, int]:
    """Run what is due and say how much of each there was.

    Safe to run twice at once and to kill at any moment: each part is idempotent.
    """
    return {"tasks": _run_tasks(), "entries": _integrate()}


def _run_tasks() -> int:
    waiting = DBTaskResult.objects.ready().count()
    if waiting:
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    return waiting


def _integrate() -> int:
    checkpoint = log.integrate()
    return checkpoint.size if checkpoint else 0
