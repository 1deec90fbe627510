"""The public log: entries in their final order, hashed, signed and laid out as static files.

One integrator at a time gives pending entries their place. The last signed checkpoint is kept outside the
database, in the folder that is published, so that a database restored from an older copy cannot sign a
shorter or another log.
"""

import base64
import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from multaqa.engine import merkle
from multaqa.kit import clock
from multaqa.kit.policy import Refused
from multaqa.ledger.models import Checkpoint, Entry

BATCH = 50_000


class Forked(Refused):
    """The database and the published log tell different histories; nothing is signed."""


def public_folder() -> Path:
    """The folder that is published as static files: checkpoint, key, tile/…"""
    return Path(settings.LEDGER_ROOT) / "public"


def reader(folder: Path) -> Callable[[str], bytes | None]:
    """Reads the files of a published log; None where there is none."""

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    return read


def origin() -> str:
    """The log's name, given once: it is part of every signature, and stays when the site moves."""
    return _once("origin", settings.LEDGER_ORIGIN.encode()).decode()


def verifier_key() -> str:
    """The line by which anybody verifies this log's signature."""
    return merkle.verifier_key(origin(), seed=_seed())


def published() -> merkle.Checkpoint | None:
    """The newest signed checkpoint in the published folder. Raises merkle.Invalid when it is damaged."""
    note = reader(public_folder())("checkpoint")
    return None if note is None else merkle.open_checkpoint(note, verifier_key())


def integrate() -> merkle.Checkpoint | None:
    """Give every pending entry its place, sign the new root and publish it.

    Returns the newest checkpoint, None for an empty log. Raises Forked when the database is older than the
    published log or disagrees with it. Safe against being killed at any moment: what was committed but not
    yet published is published by the next run.
    """
    with _alone():
        on_disk = published()
        tree = merkle.Tree.resume(reader(public_folder()), on_disk) if on_disk else merkle.Tree()
        old_size = tree.size
        while True:
            with transaction.atomic():
                known = Checkpoint.objects.first()
                _refuse_fork(tree, known, on_disk)
                pending = list(Entry.objects.select_for_update().filter(index=None).order_by("pk")[:BATCH])
                if pending:
                    known = _append(tree, pending)
            if len(pending) < BATCH:
                break
        if known is None:
            return on_disk
        if tree.size > old_size or on_disk is None:
            _publish(tree, old_size, known)
        return published()


def _refuse_fork(tree: merkle.Tree, known: Checkpoint | None, on_disk: merkle.Checkpoint | None) -> None:
    """Bring the tree to what the database says was signed, or refuse."""
    size = known.size if known else 0
    if size < tree.size:
        raise Forked(
            _(
                "The database holds %(known)d integrated entries but the published log %(published)d: it was "
                "restored from an older copy. Restore a newer one; nothing was signed."
            ),
            known=size,
            published=tree.size,
        )
    if size > tree.size:
        waiting = Entry.objects.filter(index__gte=tree.size, index__lt=size).order_by("index")
        tree.append_many(entry.payload.encode() for entry in waiting.iterator())
    if known and (tree.size != size or _text(tree.root()) != known.root):
        raise Forked(
            _(
                "The entries of the database do not lead to the signed root of size %(size)d; "
                "nothing was signed."
            ),
            size=size,
        )


def _append(tree: merkle.Tree, pending: Sequence[Entry]) -> Checkpoint:
    places = tree.append_many(entry.payload.encode() for entry in pending)
    for entry, place in zip(pending, places, strict=True):
        entry.index = place
    Entry.objects.bulk_update(pending, ["index"], batch_size=500)
    state = merkle.Checkpoint(origin(), tree.size, tree.root())
    return Checkpoint.objects.create(
        size=tree.size,
        root=_text(state.root),
        note=merkle.sign_checkpoint(state, seed=_seed()).decode(),
        signed_at=clock.now(),
    )


def _publish(tree: merkle.Tree, old_size: int, known: Checkpoint) -> None:
    """Write the new tiles, then the checkpoint that calls for them, each file whole or not at all."""
    folder = public_folder()
    for path, content in merkle.tile_files(tree, old_size):
        _write(folder / path, content)
    for path, content in merkle.bundle_files(_payloads, old_size, tree.size):
        _write(folder / path, content)
    _write(folder / "key", f"{verifier_key()}\n".encode())
    _write(folder / "checkpoint", known.note.encode())


def _payloads(wanted: slice) -> list[bytes]:
    found = Entry.objects.filter(index__gte=wanted.start, index__lt=wanted.stop).order_by("index")
    return [payload.encode() for payload in found.values_list("payload", flat=True)]


def export(folder: Path) -> merkle.Audit:
    """Copy the published log to `folder`: static files that anybody can serve and verify.

    Raises Refused when the log is empty or the folder holds something else.
    """
    integrate()
    if published() is None:
        raise Refused(_("The log is empty: there is nothing to export yet."))
    foreign = (
        {path.name for path in folder.iterdir()} - {"checkpoint", "key", "tile"} if folder.is_dir() else set()
    )
    if foreign or (folder.exists() and not folder.is_dir()):
        raise Refused(_("%(folder)s is not empty: choose an empty folder."), folder=str(folder))
    shutil.rmtree(folder / "tile", ignore_errors=True)
    shutil.copytree(public_folder(), folder, dirs_exist_ok=True)
    return verify(folder, verifier_key())


def verify(folder: Path, key: str) -> merkle.Audit:
    """Check every entry, tile and signature of an exported log against the key of its origin."""
    return merkle.check(reader(folder), key)


def receipt(index: int) -> bytes:
    """The proof that the entry at this place of the log is in it (C2SP tlog-proof text).

    Raises Refused when no published entry has this place.
    """
    on_disk = published()
    entry = Entry.objects.filter(index=index).first()
    if on_disk is None or entry is None or index >= on_disk.size:
        raise Refused(_("The log has no entry %(index)d yet."), index=index)
    read = reader(public_folder())
    tree = merkle.Tree.resume(read, on_disk)
    proof = merkle.make_receipt(index, tree.inclusion_proof(index), read("checkpoint") or b"")
    merkle.verify_receipt(proof, entry.payload.encode(), verifier_key())
    return proof


def check_receipt(text: bytes) -> tuple[Entry, merkle.Checkpoint]:
    """The entry a receipt proves, and the checkpoint under which it does.

    Raises merkle.Invalid when the receipt is malformed, signed by another, or proves no entry of this log.
    """
    parsed = merkle.parse_receipt(text)
    entry = Entry.objects.filter(index=parsed.index).first()
    if entry is None:
        raise merkle.Invalid("receipt", reason=_("this log has no such entry"))
    return entry, merkle.verify_receipt(text, entry.payload.encode(), verifier_key())


def _text(root: bytes) -> str:
    return base64.b64encode(root).decode()


def _seed() -> bytes:
    """The signing key, readable by its owner only. It never enters the database or the repository."""
    return _once("signing_key", os.urandom(32))


def _once(name: str, content: bytes) -> bytes:
    """What the file of this name holds; `content` is written, whole or not at all, when there is none yet."""
    path = Path(settings.LEDGER_ROOT) / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{name}.{os.getpid()}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    with open(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One integrator at a time on this machine; others wait."""
    Path(settings.LEDGER_ROOT).mkdir(parents=True, exist_ok=True)
    with open(Path(settings.LEDGER_ROOT) / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
