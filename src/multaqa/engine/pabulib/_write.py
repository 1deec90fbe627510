"""An election as a `.pb` file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from multaqa.engine.pabulib._format import Pabulib
from multaqa.engine.pabulib._read import read


def write(file: Pabulib) -> str:
    """The file as text, quoted where needed, lines ended by a line feed."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    out.write("META\n")
    rows.writerow(("key", "value"))
    rows.writerows(file.meta.items())
    for name, table in (("PROJECTS", file.projects), ("VOTES", file.votes)):
        out.write(name + "\n")
        rows.writerow(table)
        rows.writerows(zip(*table.values(), strict=True))
    return out.getvalue()


def compose(
    *,
    meta: dict[str, str],
    projects: Sequence[dict[str, str]],
    votes: Sequence[dict[str, str]],
) -> Pabulib:
    """A file from rows, for export; checked by reading it back. Raises PabulibError as `read` does."""
    rough = Pabulib(
        meta, _columns(projects, ("project_id", "cost")), _columns(votes, ("voter_id", "vote")), "", 0, (), 1
    )
    return read(write(rough))


def _columns(rows: Sequence[dict[str, str]], first: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    names = list(dict.fromkeys([*first, *(name for row in rows for name in row)]))
    return {name: tuple(row.get(name, "") for row in rows) for name in names}
