"""Two coordinators count the same call at once; prints what came of it as JSON.

python -m tests.funds.parallel_counts

Run in a process of its own, against the migrated and empty database that MULTAQA_DATABASE_URL names.
"""

import json
import sys

from django.utils.translation import override

from tests.funds.parallel_awards import at_once

# isort: split
from multaqa.funds.actions import allocate_call
from multaqa.funds.models import Allocation, Application
from multaqa.kit.policy import Refused
from multaqa.ledger.models import Entry
from tests.factories import Role, actor
from tests.funds.factories import COUNTING, a_call_in_vote, on, voted


def main() -> dict[str, object]:
    call = a_call_in_vote()
    voted(call, ((1,), (1, 2), (2,)))
    coordinator = actor(Role.COORDINATOR)

    def work(_place: int) -> str:
        with on(COUNTING), override("en"):
            try:
                allocate_call(actor=coordinator, call=call)
            except Refused as refusal:
                return str(refusal)
        return "counted"

    return {
        "answers": dict(at_once(2, work)),
        "allocations": Allocation.objects.count(),
        "entries": Entry.objects.filter(verb="funds.call_allocated").count(),
        "selected": Application.objects.filter(state=Application.State.SELECTED).count(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
