"""One round of due work, in the order in which one thing follows from another; or round after round."""

import os
import signal
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import structlog
from django.core.management import call_command
from django.db import DatabaseError, connections
from django_tasks_db.models import DBTaskResult

from multaqa.consultations.actions import close_consultation
from multaqa.consultations.queries import consultations_to_close
from multaqa.directory.actors import MACHINE
from multaqa.kit import clock
from multaqa.kit.idempotency import forget_old
from multaqa.ledger import log
from multaqa.newsroom.tasks import publish_due
from multaqa.observatory.tasks.aid import close_windows, erase_due, lapse_reports, propose_due
from multaqa.observatory.tasks.alerts import escalate_unanswered, watch_series
from multaqa.observatory.tasks.imports import discard_abandoned
from multaqa.observatory.tasks.releases import requeue_silent
from multaqa.partnerships.actions import end_agreement
from multaqa.partnerships.queries import past_their_end

rounds_log = structlog.get_logger()
LOOK_SECONDS = 0.5  # between two looks at the queue


def tick() -> dict[str, int]:
    """Run what is due and say how much of each there was.

    Safe to run twice at once and to kill at any moment: each part is idempotent.
    """
    return {
        "releases": requeue_silent(),
        "tasks": _run_tasks(),
        "consultations": _close_consultations(),
        "agreements": _end_agreements(),
        "alerts": watch_series(clock.today()),
        "escalated": escalate_unanswered(clock.today()),
        "reports": lapse_reports(clock.today()),
        "windows": close_windows(clock.today()),
        "proposals": propose_due(),
        "contacts": erase_due(),
        "imports": discard_abandoned(clock.now()),
        "articles": publish_due(clock.now()),
        "forgotten": forget_old(),
        "entries": _integrate(),
    }


def follow(*, every: float, parent: int) -> None:
    """A round every so many seconds, and waiting tasks within one, for as long as the parent process lives.

    Each round runs in a process of its own: one that is killed, as when memory is short, costs only itself.
    """
    due = monotonic()
    while os.getppid() == parent:
        full = monotonic() >= due
        if full:
            due = monotonic() + every
        if full or _waiting():
            _apart(tick if full else _run_tasks, parent)
        sleep(LOOK_SECONDS)


def _waiting() -> bool:
    try:
        return DBTaskResult.objects.ready().exists()
    except DatabaseError as error:
        rounds_log.warning("queue_unreadable", reason=str(error))
        return False


def _apart(work: Callable[[], Any], parent: int) -> None:
    """Run the work in a fork and wait for it; when the parent ends meanwhile, ask it to end too."""
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            work()
        except Exception:
            rounds_log.exception("round_failed")
        finally:
            connections.close_all()
            os._exit(0)
    while not os.waitpid(child, os.WNOHANG)[0]:
        if os.getppid() != parent:
            os.kill(child, signal.SIGTERM)
            return
        sleep(LOOK_SECONDS / 5)


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
