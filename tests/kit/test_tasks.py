from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from multaqa.config.rounds import tick
from multaqa.kit import clock
from multaqa.kit.tasks import retrying_task

DONE: list[int] = []


@retrying_task(attempts=3, first_wait=timedelta(seconds=30))
def deliver(number: int) -> None:
    """Fails for odd numbers."""
    if number % 2:
        raise OSError("the line is down")
    DONE.append(number)


@pytest.fixture(autouse=True)
def _queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    DONE.clear()


@pytest.mark.django_db(transaction=False)
def test_retrying_task_runs_once_when_it_succeeds():
    deliver.call(2)

    assert DONE == [2]
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_retrying_task_is_queued_again_twice_as_late_each_time():
    before = clock.now()

    deliver.call(1)
    first = DBTaskResult.objects.get()
    deliver.call(1, _attempt=2)
    second = DBTaskResult.objects.exclude(pk=first.pk).get()

    assert timedelta(seconds=29) < first.run_after - before < timedelta(seconds=35)
    assert timedelta(seconds=59) < second.run_after - before < timedelta(seconds=65)
    assert second.args_kwargs["kwargs"] == {"_attempt": 3}


@pytest.mark.django_db
def test_retrying_task_fails_for_good_after_its_last_attempt():
    with pytest.raises(OSError, match="the line is down"):
        deliver.call(1, _attempt=3)

    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_tick_twice_does_nothing_the_second_time():
    tick()

    assert set(tick().values()) == {0}
