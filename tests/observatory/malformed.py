"""Damaged files of figures, made from a seed: some thirty kinds of damage, three formats, three tables."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.observatory.imports_factories import INDICATORS, READINGS, VALUES

TABLES: dict[str, list[dict[str, Any]]] = {
    "indicators": [{**INDICATORS[0], "code": f"trucks-{n}"} for n in range(4)],
    "values": [
        {"indicator": row["indicator"], "territory": row["territory"], "year": year}
        | {"sex": "all", "milieu": "all", "value": row["value"], "n": row["n"]}
        for year in (2023, 2024)
        for row in VALUES
    ],
    "readings": [{**row, "day": f"2026-0{month}-12"} for month in range(1, 4) for row in READINGS[1:]],
}
ENDINGS = ("csv", "xlsx", "parquet")
Rows = list[list[str]]


@dataclass(frozen=True)
class Damaged:
    """A file and what was done to it."""

    name: str
    damage: str
    content: bytes


def malformed(count: int, *, seed: int = 1) -> Iterator[Damaged]:
    """So many damaged files, the same for the same seed."""
    chance = random.Random(seed)
    kinds = list(TABLES)
    damages = list(OF_CELLS) + list(OF_TEXT) + list(OF_BYTES)
    for number in range(count):
        damage, kind = damages[number % len(damages)], kinds[(number // len(damages)) % len(kinds)]
        rows = [list(TABLES[kind][0]), *([str(cell) for cell in row.values()] for row in TABLES[kind])]
        ending = "csv" if damage in OF_TEXT else ENDINGS[chance.randrange(3)]
        if damage in OF_CELLS:
            content = written(OF_CELLS[damage](rows, chance), ending)
        elif damage in OF_TEXT:
            content = OF_TEXT[damage](rows, chance)
        else:
            content = OF_BYTES[damage](written(rows, ending), chance)
        yield Damaged(f"{number}-{kind}.{ending}", damage, content)


def written(rows: Rows, ending: str) -> bytes:
    return {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[ending](rows)


def _csv(rows: Rows, separator: str = ",") -> bytes:
    return "\n".join(separator.join(_quoted(cell, separator) for cell in row) for row in rows).encode(
        "utf-8", "surrogatepass"
    )


def _quoted(cell: str, separator: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & {separator, '"', "\n"} else cell


def _xlsx(rows: Rows, cells: str = "", after: str = "") -> bytes:
    """A workbook of texts, as small as one can be."""
    lines = "".join(
        f'<row r="{line}">'
        + "".join(
            f'<c r="{_letter(place)}{line}" t="inlineStr"><is><t>{_escaped(cell)}</t></is></c>'
            for place, cell in enumerate(row)
            if cell
        )
        + (cells.format(line=line, next=_letter(len(row))) if line == 2 else "")
        + "</row>"
        for line, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships><Relationship Id='rId1' "
        f"Type='{related}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData>'
        f"{after}</worksheet>",
    }
    return archive(parts)


def archive(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return file.getvalue()


def _letter(place: int) -> str:
    return chr(65 + place) if place < 26 else "A" + chr(65 + place - 26)


def _escaped(cell: str) -> str:
    return cell.replace("&", "&amp;").replace("<", "&lt;")


def _parquet(rows: Rows) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    arrays = [pa.array([row[place] for row in padded[1:]], pa.string()) for place in range(width)]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=padded[0]), file)
    return file.getvalue()


def _cell(*choices: str) -> Callable[[Rows, random.Random], Rows]:
    """Put one of these in a cell under the header."""

    def damage(rows: Rows, chance: random.Random) -> Rows:
        row = chance.randrange(1, len(rows))
        rows[row][chance.randrange(len(rows[row]))] = chance.choice(choices)
        return rows

    return damage


def _header(change: Callable[[list[str], random.Random], None]) -> Callable[[Rows, random.Random], Rows]:
    def damage(rows: Rows, chance: random.Random) -> Rows:
        change(rows[0], chance)
        return rows

    return damage


def _rename(header: list[str], chance: random.Random) -> None:
    header[chance.randrange(len(header))] = chance.choice(["x", "القيمة", " ", "1", "=A1"])


def _repeat(header: list[str], chance: random.Random) -> None:
    first, second = chance.sample(range(len(header)), 2)
    header[first] = header[second]


def _drop_column(rows: Rows, chance: random.Random) -> Rows:
    place = chance.randrange(len(rows[0]))
    return [row[:place] + row[place + 1 :] for row in rows]


def _extra_column(rows: Rows, chance: random.Random) -> Rows:
    name = chance.choice(["", "comment", "ملاحظة"])
    return [[*row, name if not line else "z"] for line, row in enumerate(rows)]


def _repeat_row(rows: Rows, chance: random.Random) -> Rows:
    return [*rows, list(chance.choice(rows[1:]))]


def _shuffle_cells(rows: Rows, chance: random.Random) -> Rows:
    chance.shuffle(rows[chance.randrange(1, len(rows))])
    return rows


OF_CELLS: dict[str, Callable[[Rows, random.Random], Rows]] = {
    "no number": _cell("n/a", "-", "12,5,6", "1 2 3", "1_000", "0x1F", "½", "12%", "1,234", "--1"),
    "infinite": _cell("inf", "nan", "NaN", "-Infinity", "1e999", "1e15", "-1e300", "9" * 60),
    "outside": _cell("-1", "101", "1899", "2101", "3000000000", "99999999999999999999"),
    "no day": _cell("2026-02-30", "2026-13-01", "31/02/2026", "46000", "yesterday", "2026-1", "0000-00-00"),
    "no word": _cell("tous", "ذكر", "ALL ", "m", "yes", "0", "TRUE"),
    "unknown code": _cell("X.9.9", "water ", "WATER", "X.1.1;X.1.2", "../../etc", "' OR 1=1 --"),
    "empty": _cell("", " ", "\u00a0", "\u200f"),
    "control": _cell("\x01", "a\x7fb", "\x1b[31m", "wa\x08ter"),
    "long": _cell("x" * 6_000, "ا" * 5_001, "1" * 5_500),
    "mark-up": _cell("<script>", "&amp;", "{{ x }}", "%s", "%(x)s", "{0}", "=1+1", "\\"),
    "line end": _cell("a\nb", '"', '""', "a\n\nb", ","),
    "renamed column": _header(_rename),
    "repeated column": _header(_repeat),
    "no column": _drop_column,
    "strange column": _extra_column,
    "repeated row": _repeat_row,
    "shuffled cells": _shuffle_cells,
    "no rows": lambda rows, _chance: rows[:1],
    "no header": lambda rows, _chance: rows[1:],
    "blank rows": lambda rows, _chance: [rows[0], *([[""] * len(rows[0])] * 3), *rows[1:], ["", "z"]],
}


def _ragged(rows: Rows, chance: random.Random) -> bytes:
    row = rows[chance.randrange(1, len(rows))]
    row[:] = row[: chance.randrange(len(row))] if chance.random() < 0.5 else [*row, "z", "z"]
    return _csv(rows)


def _open_quote(rows: Rows, chance: random.Random) -> bytes:
    row = rows[chance.randrange(len(rows))]
    content = _csv(rows).decode()
    cell = chance.choice(row) or ","
    return content.replace(cell, chance.choice(['"', '"x"']) + cell, 1).encode()


def _encoded(encoding: str) -> Callable[[Rows, random.Random], bytes]:
    def damage(rows: Rows, chance: random.Random) -> bytes:
        rows[1][chance.randrange(len(rows[1]))] = "ماء é"
        return _csv(rows).decode().encode(encoding, "replace")

    return damage


def _half_utf_16(rows: Rows, chance: random.Random) -> bytes:
    return b"\xff\xfe" + _csv(rows).decode().encode("utf-16-le")[: -1 - chance.randrange(9)] + b"\xd8"


OF_TEXT: dict[str, Callable[[Rows, random.Random], bytes]] = {
    "ragged": _ragged,
    "open quote": _open_quote,
    "windows-1256": _encoded("cp1256"),
    "windows-1252": _encoded("cp1252"),
    "utf-16": _encoded("utf-16"),
    "half utf-16": _half_utf_16,
    "wrong separator": lambda rows, chance: _csv(rows, chance.choice(["|", ";", "\t", " "])),
    "NUL": lambda rows, chance: _csv(rows).replace(b"a", b"\x00", chance.randrange(1, 4)),
    "lone returns": lambda rows, _chance: _csv(rows).replace(b"\n", b"\r"),
}


def _flipped(content: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(content)
    for _time in range(chance.randrange(1, 20)):
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
    return bytes(mutated)


def _spliced(content: bytes, chance: random.Random) -> bytes:
    start, length = chance.randrange(len(content)), chance.randrange(1, 60)
    return content[:start] + chance.choice([b"", chance.randbytes(length)]) + content[start + length :]


def _crafted(content: bytes, chance: random.Random) -> bytes:
    """Workbooks that a program would not write."""
    rows = [list(TABLES["values"][0]), *([str(cell) for cell in row.values()] for row in TABLES["values"])]
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    return chance.choice(
        [
            _xlsx(rows, cells='<c r="H{line}"><f>1/0</f></c>'),
            _xlsx(rows, cells='<c r="H{line}" t="e"><v>#DIV/0!</v></c>'),
            _xlsx(rows, cells='<c r="A{line}"><v>1</v></c>'),
            _xlsx(rows, cells='<c r="ZZZ{line}"><v>1</v></c>'),
            _xlsx(rows, cells='<c r="{next}{line}" t="s"><v>99</v></c>'),
            _xlsx(rows, after='<mergeCells><mergeCell ref="B2:B4"/></mergeCells>'),
            _xlsx(rows, after='<mergeCells><mergeCell ref="B1:B4"/></mergeCells>'),
            _xlsx(rows, after='<mergeCells><mergeCell ref="x"/></mergeCells>'),
            archive({"xl/workbook.xml": bomb}),
            archive({"xl/workbook.xml": "<workbook/>", "xl/vbaProject.bin": "x"}),
            archive({"x": "y" * 200_000}),
            archive({}),
            b"PK\x03\x04" + content[4:],
            b"\xd0\xcf\x11\xe0" + content,
            b"PAR1" + content + b"PAR1",
        ]
    )


OF_BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": lambda content, chance: content[: chance.randrange(len(content))],
    "flipped": _flipped,
    "spliced": _spliced,
    "doubled": lambda content, _chance: content + content,
    "noise": lambda content, chance: chance.randbytes(chance.randrange(len(content))),
    "crafted": _crafted,
}
