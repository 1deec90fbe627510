"""Background jobs that try again."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import structlog
from django_tasks import task

from multaqa.kit import clock

log = structlog.get_logger()


def retrying_task(
    *, attempts: int = 5, first_wait: timedelta = timedelta(seconds=30)
) -> Callable[[Any], Any]:
    """A background task that is queued again after a failure, waiting twice as long each time.

    The job must be idempotent: it may run again after it did its work. Its last failure is kept by the queue.
    """

    def wrap(job: Callable[..., Any]) -> Any:
        @wraps(job)
        def run(*args: Any, _attempt: int = 1, **kwargs: Any) -> Any:
            try:
                return job(*args, **kwargs)
            except Exception:
                if _attempt >= attempts:
                    raise
                wait = first_wait * 2 ** (_attempt - 1)
                log.warning("task_retried", task=job.__name__, attempt=_attempt, wait=wait.total_seconds())
                queued.using(run_after=clock.now() + wait).enqueue(*args, _attempt=_attempt + 1, **kwargs)

        queued = task()(run)
        return queued

    return wrap
