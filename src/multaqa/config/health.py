"""Is this installation healthy? What `multaqa check` says, part by part."""

from dataclasses import dataclass

from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from multaqa.engine import merkle
from multaqa.ledger import log
from multaqa.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    sound: bool
    sentence: str


def examine() -> list[Part]:
    """Every part of the installation and whether it is sound. Writes nothing."""
    return [_settings(), _database(), _ledger()]


def _settings() -> Part:
    found = [message for message in checks.run_checks() if message.level >= checks.ERROR]
    return Part("settings", not found, "; ".join(str(message.msg) for message in found) or "no error")


def _database() -> Part:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    sentence = (
        f"{len(waiting)} migrations are waiting: run `multaqa init`"
        if waiting
        else f"{connection.vendor}, current"
    )
    return Part("database", not waiting, sentence)


def _ledger() -> Part:
    pending = Entry.objects.filter(index=None).count()
    if log.published() is None:
        return Part("ledger", True, f"nothing signed yet, {pending} entries waiting")
    audit = log.verify(log.public_folder(), log.verifier_key())
    return Part("ledger", audit.fault is None, f"{merkle.explain(audit)} {pending} waiting.")
