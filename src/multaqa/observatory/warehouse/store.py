"""Where micro-data lie: one folder a dataset, its parts as Parquet, and dataset.json that says what counts.

A part exists from the moment dataset.json names it; whatever else lies in the folder does not exist. So a
process that is killed at any point leaves the dataset as it was.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from multaqa.kit.policy import Refused

MANIFEST = "dataset.json"
LICENCE = 60  # characters that the observatory shows
RESERVED = ("commune", "sex", "milieu", "weight", "line")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Column:
    """One answer of a row: its name, what kind of answer, what it means, and what may stand there.

    low, high: bounds of a number; codes: the codes allowed, any if empty.
    """

    name: str
    kind: Literal["number", "truth", "code"]
    meaning: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file of the dataset, and the file it was read from."""

    file: str
    rows: int
    sha256: str
    source: str
    source_sha256: str
    imported_at: str


@dataclass(frozen=True, slots=True)
class Dataset:
    folder: Path
    name: str
    title: Mapping[str, str]
    source: str
    licence: str
    year: int
    columns: tuple[Column, ...]
    parts: tuple[Part, ...] = ()

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    @property
    def files(self) -> list[Path]:
        return [self.folder / part.file for part in self.parts]


def root() -> Path:
    from django.conf import settings

    return Path(settings.WAREHOUSE_ROOT)


def create(
    *,
    name: str,
    title: Mapping[str, str],
    source: str,
    licence: str,
    year: int,
    columns: tuple[Column, ...],
    at: Path | None = None,
) -> Dataset:
    """An empty dataset with its description. Raises Refused for a name that is taken or unfit."""
    if len(licence) > LICENCE:
        raise Refused(_("A licence is named in at most %(most)s characters."), field="licence", most=LICENCE)
    if not _NAME.fullmatch(name):
        raise Refused(_("A dataset is named in small Latin letters, digits and _."), field="name")
    for column in columns:
        if not _NAME.fullmatch(column.name) or column.name in RESERVED:
            raise Refused(_("“%(name)s” cannot name a column."), field="columns", name=column.name)
    if len({column.name for column in columns}) < len(columns):
        raise Refused(_("Each column is described only once."), field="columns")
    dataset = Dataset((at or root()) / name, name, dict(title), source, licence, year, tuple(columns))
    with locked(dataset.folder):
        if (dataset.folder / MANIFEST).exists():
            raise Refused(_("There is a dataset “%(name)s” already."), field="name", name=name)
        save(dataset)
    return dataset


def open_dataset(name: str, *, at: Path | None = None) -> Dataset:
    """The dataset as it stands. Raises Refused where there is none of this name."""
    folder = (at or root()) / name
    if not _NAME.fullmatch(name) or not (folder / MANIFEST).is_file():
        raise Refused(_("There is no dataset “%(name)s”."), field="name", name=name)
    return _read(folder)


def datasets(*, at: Path | None = None) -> list[Dataset]:
    return [_read(manifest.parent) for manifest in sorted((at or root()).glob(f"*/{MANIFEST}"))]


def verify(dataset: Dataset) -> list[str]:
    """The parts that are missing or are not what was imported; none is the proof that all are."""
    return [
        part.file
        for part, file in zip(dataset.parts, dataset.files, strict=True)
        if not file.is_file() or sha256(file) != part.sha256
    ]


def with_part(dataset: Dataset, part: Part) -> Dataset:
    return replace(dataset, parts=(*dataset.parts, part))


def save(dataset: Dataset) -> None:
    """Replace dataset.json in one step: a reader sees the old one or the new one."""
    described = asdict(dataset) | {"rows": dataset.rows}
    del described["folder"]
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    written = dataset.folder / f".{MANIFEST}.tmp"
    written.write_text(text, encoding="utf-8")
    publish_file(written, dataset.folder / MANIFEST)


def publish_file(written: Path, name: Path) -> None:
    """Give a finished file its name, safely on the disk before and after."""
    _sync(written)
    written.replace(name)
    _sync(name.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time; what an interrupted one left behind is removed."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _tidy(folder)
        try:
            yield
        finally:
            _tidy(folder)


def _tidy(folder: Path) -> None:
    for left in folder.glob(".*.tmp"):
        left.unlink()


def sha256(file: Path) -> str:
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read(folder: Path) -> Dataset:
    described: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del described["rows"]
    columns = tuple(Column(**row | {"codes": tuple(row["codes"])}) for row in described.pop("columns"))
    parts = tuple(Part(**row) for row in described.pop("parts"))
    return Dataset(folder, columns=columns, parts=parts, **described)
