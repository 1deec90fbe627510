"""Who may reach the routes of the ledger: anybody."""

from multaqa.ledger import log
from tests.architecture.routes import ANYONE, Route
from tests.ledger.factories import an_entry


def sealed() -> list[int]:
    entry = an_entry()
    log.integrate()
    return [entry.pk]


ROUTES = {
    "ledger:browse": Route(),
    "ledger:verify": Route(post=ANYONE),
    "ledger:entry": Route(own=lambda: [an_entry().pk]),
    "ledger:receipt": Route(own=sealed),
    "ledger:receipt_code": Route(own=sealed),
    "log_file": Route(own=lambda: sealed() and ["checkpoint"]),
}
