"""From an order to a release: reads the frozen figures, computes, tells how far it is, publishes."""

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import MACHINE
from multaqa.engine.errors import EngineError
from multaqa.kit import clock
from multaqa.kit.policy import Refused
from multaqa.observatory import scoring
from multaqa.observatory.actions import fail_release, finish_release, order_release
from multaqa.observatory.models import IndexRelease

ATTEMPTS = 3
STEP = 5  # percent between two notes of progress


def release_index(**asked: Any) -> IndexRelease:
    """Order a release and compute it at once; what `order_release` takes. For a region's few communes.

    Raises Refused as the order does, and when it could not be computed.
    """
    release = carry_out(order_release(**asked).number)
    if not release.is_ready:
        raise Refused(_("The index could not be computed: %(problem)s"), problem=release.problem)
    return release


def carry_out(number: int) -> IndexRelease:
    """Compute an ordered release and publish it, or say why it cannot be. A finished one stays as it is.

    Idempotent: killed at any moment, it may begin again. What was interrupted three times is given up.
    """
    release = IndexRelease.objects.get(number=number)
    if release.state != IndexRelease.State.COMPUTING:
        return release
    if release.attempts >= ATTEMPTS:
        return fail_release(actor=MACHINE, release=release, problem=IndexRelease.INTERRUPTED)
    _computing(number).update(attempts=F("attempts") + 1, heard_at=clock.now(), progress=0)
    seed = scoring.seed_of(release.snapshot_hash)
    try:
        rows = scoring.compute(release.method, release.snapshot, seed, _noting(number))
    except EngineError as wrong:
        return fail_release(actor=MACHINE, release=release, problem=str(wrong))
    return finish_release(actor=MACHINE, release=release, rows=rows)


def _computing(number: int) -> Any:
    return IndexRelease.objects.filter(number=number, state=IndexRelease.State.COMPUTING)


def _noting(number: int) -> Callable[[int, int], None]:
    """Writes progress to the release, in steps of at least five percent."""
    noted = 0

    def note(done: int, of: int) -> None:
        nonlocal noted
        percent = 100 * done // of
        if percent >= noted + STEP:
            noted = percent
            _computing(number).update(progress=percent, heard_at=clock.now())

    return note
