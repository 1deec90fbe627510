"""Releases are computed in the background. Part of `multaqa tick`."""

from datetime import timedelta
from typing import Any

from multaqa.kit import clock
from multaqa.kit.tasks import retrying_task
from multaqa.observatory.actions import order_release, retry_release
from multaqa.observatory.models import IndexRelease
from multaqa.observatory.queries import silent_releases
from multaqa.observatory.releasing import ATTEMPTS, carry_out


@retrying_task(attempts=ATTEMPTS, first_wait=timedelta(seconds=5))
def compute_release(number: int) -> None:
    """Compute an ordered release. A second run of a finished one does nothing."""
    carry_out(number)


def order_and_compute(**asked: Any) -> IndexRelease:
    """Order a release, and queue its computation in the same transaction; takes what `order_release` does."""
    release = order_release(**asked)
    compute_release.enqueue(release.number)
    return release


def compute_again(**asked: Any) -> IndexRelease:
    """The same for a release that failed; takes what `retry_release` does."""
    release = retry_release(**asked)
    compute_release.enqueue(release.number)
    return release


def requeue_silent() -> int:
    """Queue again the releases whose computation went silent; how many there were. Part of `multaqa tick`."""
    silent = list(silent_releases())
    for release in silent:
        IndexRelease.objects.filter(pk=release.pk).update(heard_at=clock.now())
        compute_release.enqueue(release.number)
    return len(silent)
