"""A file of figures: checked, then taken in whole or not at all, and taken back while nothing rests on it."""

import hashlib

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.kit import clock, states
from multaqa.kit.policy import Refused, require
from multaqa.ledger.actions import record
from multaqa.ledger.steps import Step
from multaqa.ledger.verbs import register
from multaqa.observatory.definitions import restore_definitions, write_definitions
from multaqa.observatory.models import IMPORT_STEPS, DataImport, Indicator
from multaqa.observatory.queries import next_number
from multaqa.observatory.queries.imports import Prepared, difference_of, prepare
from multaqa.observatory.revisions import (
    Difference,
    figures_stamp,
    restore_figures,
    touched_since,
    write_figures,
)

VERBS = {
    "observatory.import_checked": _("File of figures checked"),
    "observatory.import_committed": _("File of figures taken in"),
    "observatory.import_discarded": _("File of figures discarded"),
    "observatory.import_reverted": _("File of figures taken back"),
}
register(VERBS)
KIND = DataImport.Kind


def check_import(
    *,
    actor: Actor,
    content: bytes,
    file_name: str,
    source: str,
    licence: str,
    kind: str = "",
    is_demo: bool = False,
    prepared: Prepared | None = None,
) -> DataImport:
    """Read a file of figures and keep its good rows and what is wrong with the others; no figure changes.

    kind: empty to go by the header. prepared: what was read of this same file before the transaction. A file
    of which no row is good is kept as refused.
    """
    require(actor, "observatory.check_import")
    if prepared is None or prepared.sha256 != hashlib.sha256(content).hexdigest():
        prepared = prepare(content, file_name, kind)
    with transaction.atomic():
        found = DataImport.objects.create(
            number=next_number(DataImport),
            file_name=_public_name(file_name),
            file_hash=prepared.sha256,
            source=source,
            licence=licence,
            sent_by=actor.capacity,
            sender=actor.account,
            is_demo=is_demo,
            **prepared.columns,
        )
        facts = {name: getattr(found, name) for name in ("number", "kind", "accepted", "refused")}
        record(actor, "observatory.import_checked", found, facts=facts | {"sha256": found.file_hash})
    return found


def _public_name(file_name: str) -> str:
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[-120:] or "file"


def commit_import(
    *,
    actor: Actor,
    data_import: DataImport,
    accept_good: bool = False,
    prepared: Difference | None = None,
) -> DataImport:
    """Take in every accepted row of a checked file, or none.

    accept_good: rows were refused, and the others come in nevertheless. prepared: what changes, found before
    the transaction; found again when anything was written since. A changed figure keeps what it was before,
    with the import of each. Raises Refused when rows were refused and nobody chose to go on, and when every
    figure stands already.
    """
    require(actor, "observatory.commit_import", data_import)
    with transaction.atomic():
        found = DataImport.objects.select_for_update().get(pk=data_import.pk)
        found.committed_at = clock.now()
        found.save(update_fields=["committed_at"])
        states.move(found, DataImport.State.COMMITTED, IMPORT_STEPS)
        if found.refused and not accept_good:
            raise Refused(
                _("Rows were refused: correct the file, or say that the good rows come in without them."),
                field="accept_good",
            )
        change = _locked(prepared, found)
        counts = change.counts
        if not counts["new"] and not counts["changed"]:
            raise Refused(_("Every row of this file stands already: there is nothing to take in."))
        if found.kind == KIND.INDICATORS:
            write_definitions(change, found)
        else:
            found.revises = write_figures(change, found)
        found.new, found.changed, found.same = counts["new"], counts["changed"], counts["same"]
        found.rows = None
        found.save()
        record(
            actor,
            "observatory.import_committed",
            found,
            facts={
                "number": found.number,
                "kind": found.kind,
                "sha256": found.file_hash,
                "source": found.source,
                "licence": found.licence,
                "refused": found.refused,
                **counts,
            },
            step=Step.OBSERVED,
            causes=[found.revises] if found.revises else [],
        )
    return found


def _locked(prepared: Difference | None, found: DataImport) -> Difference:
    """What changes, while nobody else can write figures of these indicators."""
    if prepared is not None:
        pks = sorted(item.pk for item in prepared.indicators)
        list(Indicator.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
        if prepared.stamp == figures_stamp():
            return prepared
    change = difference_of(found)
    pks = sorted(item.pk for item in change.indicators)
    list(Indicator.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))
    return change


def discard_import(*, actor: Actor, data_import: DataImport) -> DataImport:
    """Forget the rows of a checked file. Raises Refused when it was decided on already."""
    require(actor, "observatory.discard_import", data_import)
    with transaction.atomic():
        found = DataImport.objects.select_for_update().defer("rows").get(pk=data_import.pk)
        states.move(found, DataImport.State.DISCARDED, IMPORT_STEPS)
        found.rows, found.preview = None, []
        found.save(update_fields=["rows", "preview"])
        record(actor, "observatory.import_discarded", found, facts={"number": found.number})
    return found


def revert_import(*, actor: Actor, data_import: DataImport, reason: str) -> DataImport:
    """Take an import back: what it replaced stands again, what it added is gone, and both are on record.

    Raises Refused, naming the import, when a later one replaced figures of this one.
    """
    require(actor, "observatory.revert_import", data_import)
    with transaction.atomic():
        found = DataImport.objects.select_for_update().get(pk=data_import.pk)
        found.reverted_at = clock.now()
        states.move(found, DataImport.State.REVERTED, IMPORT_STEPS)
        if found.kind == KIND.INDICATORS:
            restored, removed = restore_definitions(found)
        else:
            touched, later = touched_since(found)
            if later:
                raise Refused(
                    _("Import %(number)s changed its figures since: take that one back first."),
                    number=later.number,
                )
            if touched:
                raise Refused(_("Figures of this import were replaced since: it cannot be taken back."))
            restored, removed = restore_figures(found)
        found.save(update_fields=["reverted_at"])
        record(
            actor,
            "observatory.import_reverted",
            found,
            facts={"number": found.number, "restored": restored, "removed": removed, "reason": reason},
            step=Step.OBSERVED,
        )
    return found
