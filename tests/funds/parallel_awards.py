# ruff: noqa: E402  models can be imported once Django is set up
"""Many hands on the last unit of an envelope at once; prints what came of it as JSON.

python -m tests.funds.parallel_awards awards|key

Run in a process of its own, against the migrated and empty database that MULTAQA_DATABASE_URL names, because
a test transaction would hide what real connections do to each other. `awards`: fifty applications, fifty
threads, money for one. `key`: eight threads send the same form with the same key.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection
from django.test import Client
from django.urls import reverse

from multaqa.directory.models import Account
from multaqa.funds.actions import award_application
from multaqa.funds.models import Application, Award, Call, Envelope
from multaqa.kit.policy import Refused
from multaqa.ledger.models import Entry
from tests.factories import Role, actor
from tests.funds.factories import a_call, an_envelope, dirhams, selected_copies

HANDS, REPEATS = 50, 8
LAST_UNIT = dirhams(100)


def at_once(count: int, work: Callable[[int], str]) -> Counter[str]:
    """Run `work` in `count` threads released together, and count what each answered."""
    gate = threading.Barrier(count)
    answers: list[str] = []

    def run(place: int) -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            answers.append(work(place))
        except Exception as fault:
            answers.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def envelope_with_one_unit_left(applications: int) -> list[Application]:
    """Selected applications that each ask for all that is left."""
    envelope = an_envelope(amount=dirhams(1_000))
    call = a_call(envelope=envelope, amount=dirhams(1_000))
    found = selected_copies(call, applications, requested=LAST_UNIT)
    Envelope.objects.update(committed=envelope.amount - LAST_UNIT)
    return found


def awards() -> Counter[str]:
    listed = envelope_with_one_unit_left(HANDS)
    coordinator = actor(Role.COORDINATOR)

    def work(place: int) -> str:
        try:
            award_application(
                actor=coordinator, application=listed[place], amount=LAST_UNIT, deliberation=f"2026/{place}"
            )
        except Refused:
            return "refused"
        return "awarded"

    return at_once(HANDS, work)


def key() -> Counter[str]:
    [application] = envelope_with_one_unit_left(1)
    actor(Role.COORDINATOR)
    clients = [Client(HTTP_HOST="localhost") for _place in range(REPEATS)]
    for client in clients:
        client.force_login(
            Account.objects.get(email="coordinator@example.org"), "django.contrib.auth.backends.ModelBackend"
        )
    form = {"amount": "100", "deliberation": "2026/17", "idempotency_key": "the-same-key-0123456789"}
    address = reverse("funds:award_application", args=[application.pk])

    def work(place: int) -> str:
        answer = clients[place].post(address, form)
        return f"{answer.status_code} {answer.headers.get('Location', '')}"

    return at_once(REPEATS, work)


def main(name: str) -> dict[str, Any]:
    answers = {"awards": awards, "key": key}[name]()
    envelope = Envelope.objects.get()
    return {
        "vendor": connection.vendor,
        "answers": dict(answers),
        "awards": Award.objects.count(),
        "granted": sum(Award.objects.values_list("amount", flat=True)),
        "left": envelope.amount - envelope.committed,
        "call_committed": Call.objects.get().committed,
        "entries": Entry.objects.filter(verb="funds.award_made").count(),
        "marked": Application.objects.filter(state=Application.State.AWARDED).count(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
