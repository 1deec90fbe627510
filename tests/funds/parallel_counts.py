"""The same call counted twice at once; prints what came of it as JSON.

python -m tests.funds.parallel_counts actions|form|lock

`actions`: two coordinators. `form`: one form sent twice with its key. `lock`: one form, while somebody who
waits for nobody writes to the database.

Run in a process of its own, against the migrated and empty database that MULTAQA_DATABASE_URL names.
"""

import json
import sys
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.funds.parallel_awards import at_once

# isort: split
from multaqa.directory.models import Account
from multaqa.funds import counting
from multaqa.funds.actions import allocate_call
from multaqa.funds.models import Allocation, Application
from multaqa.kit.models import PostKey
from multaqa.kit.policy import Refused
from multaqa.ledger.models import Entry
from tests.factories import Role, actor
from tests.funds.factories import COUNTING, a_call_in_vote, on, voted


def actions(call: Any) -> dict[str, object]:
    coordinator = actor(Role.COORDINATOR)

    def work(_place: int) -> str:
        with on(COUNTING), override("en"):
            try:
                allocate_call(actor=coordinator, call=call)
            except Refused as refusal:
                return str(refusal)
        return "counted"

    return {"answers": dict(at_once(2, work))}


def form(call: Any) -> dict[str, object]:
    clients = [coordinating(), coordinating()]
    return {"answers": dict(at_once(2, lambda place: sent(clients[place], call))), "keys": keys(call)}


def lock(call: Any) -> dict[str, object]:
    client = coordinating()
    with written_during_counts() as written:
        answers = [sent(client, call), sent(client, call)]
    return {"answers": answers, "written": written, "keys": keys(call)}


def coordinating() -> Client:
    client = Client(HTTP_HOST="localhost")
    actor(Role.COORDINATOR)
    account = Account.objects.get(email="coordinator@example.org")
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return client


def sent(client: Client, call: Any) -> str:
    with on(COUNTING):
        answer = client.post(address(call), {"idempotency_key": "the-same-key-0123456789"})
    return f"{answer.status_code} {answer.headers.get('Location', '')}"


def keys(call: Any) -> int:
    return PostKey.objects.filter(path=address(call)).count()


def address(call: Any) -> str:
    return reverse("funds:allocate", args=[call.reference])


@contextmanager
def written_during_counts():
    """What another connection, which does not wait, is told when it writes while ballots are counted."""
    settings.DATABASES["other"] = connections.settings["other"] = {
        **connections.settings["default"],
        "OPTIONS": {**connections.settings["default"]["OPTIONS"], "timeout": 0},
    }
    count, written = counting.count, []

    def observed(*args: Any, **options: Any) -> counting.Count:
        made = count(*args, **options)
        try:
            PostKey.objects.using("other").create(key=f"other-{len(written):020}", path="/", asker="other")
            written.append("written")
        except DatabaseError as fault:
            written.append(str(fault))
        finally:
            connections["other"].close()
        return made

    counting.count = observed
    try:
        yield written
    finally:
        counting.count = count


def main(name: str) -> dict[str, object]:
    call = a_call_in_vote()
    voted(call, ((1,), (1, 2), (2,)))
    return {
        **{"actions": actions, "form": form, "lock": lock}[name](call),
        "allocations": Allocation.objects.count(),
        "entries": Entry.objects.filter(verb="funds.call_allocated").count(),
        "selected": Application.objects.filter(state=Application.State.SELECTED).count(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
