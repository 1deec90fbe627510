"""Files that were checked and then forgotten."""

from datetime import datetime

from multaqa.directory.actors import MACHINE
from multaqa.observatory.actions import discard_import
from multaqa.observatory.queries.imports import abandoned_imports


def discard_abandoned(now: datetime) -> int:
    """Discard the checks that nobody decided on within a week; how many there were."""
    over = list(abandoned_imports(now))
    for data_import in over:
        discard_import(actor=MACHINE, data_import=data_import)
    return len(over)
