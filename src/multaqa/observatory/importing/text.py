"""CSV as it is found: three separators, four encodings, quoted line ends, and lines that do not fit."""

import csv
import io
import re
from collections.abc import Iterator

from multaqa.observatory.importing.kinds import KINDS, Kind
from multaqa.observatory.importing.refusals import FileRefused
from multaqa.observatory.importing.table import LONGEST, Builder, Table, western_name

SEPARATORS = (",", ";", "\t")
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ARABIC = re.compile("[\u0621-\u064a]{3}")
# what Windows-1256 gives of French is the same letters, except capitals, which it reads as Arabic
_LATIN = re.compile("[\u0621-\u064a]{2}")


def read_text(content: bytes, kind: Kind | None) -> Table:
    """The rows of a CSV file. Raises FileRefused when its bytes are no text or its header no table."""
    text = decoded(content)
    if not text.strip("\ufeff \r\n\t"):
        raise FileRefused("empty_file")
    text, separator, skipped = _separated(text)
    builder = Builder(kind)
    builder.comma = separator != ","
    lines = _Lines(text, skipped)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        start = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as wrong:
            _fault(builder, lines, start, separator, long="field limit" in str(wrong))
            continue
        builder.add(start, cells)
    return builder.table()


def _fault(builder: Builder, lines: "_Lines", start: int, separator: str, *, long: bool) -> None:
    before = lines.first.partition('"')[0]
    place = before.count(separator) if '"' in lines.first else 0
    key, values = ("too_long", {"limit": LONGEST}) if long else ("quote", {})
    if builder.header is None:
        raise FileRefused(key, line=start, column=str(place + 1), **values)
    builder.refuse(start, builder.header.name_of(place), key, **values)


class _Lines:
    """The lines of a text, counted, of which the first of each row is remembered."""

    def __init__(self, text: str, skipped: int) -> None:
        self.source = io.StringIO(text, newline="")
        self.count, self.first, self.fresh = skipped, "", True

    def begin(self) -> int:
        """A row begins: the number of its first line."""
        self.fresh = True
        return self.count + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.source.readline()
        if not line:
            raise StopIteration
        self.count += 1
        if self.fresh:
            self.first, self.fresh = line, False
        return line


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16, Windows-1256 or Windows-1252.

    Raises FileRefused with the line of the first byte that is none of these, or that may be two of them.
    """
    mark = content[:2]
    wide = _UTF_16.get(mark) or _unmarked(content)
    try:
        return content.decode(wide or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        if not wide and (encoding := _windows(content)):
            return content.decode(encoding)
        line = content[: wrong.start].count(b"\n") + 1
        raise FileRefused("encoding", line=line) from None


def _unmarked(content: bytes) -> str | None:
    """UTF-16 without its mark: the header is Latin, so every second byte of it is zero."""
    head = content[:40]
    if len(head) < 8 or len(content) % 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 2 * 0.9:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _windows(content: bytes) -> str | None:
    """Which Windows code page bytes are in that are not UTF-8; None when it cannot be told."""
    runs = _HIGH.findall(content)
    if any(_PAIR.search(run) for run in runs) and sum(map(len, runs)) > 2:
        # whole letters of UTF-8 beside the broken one: a damaged file, not another encoding
        whole = sum(len(_PAIR.findall(run)) for run in runs)
        if whole * 4 >= sum(len(_PAIR.sub(b"", run)) for run in runs):
            return None
    try:
        arabic = content.decode("cp1256")
    except UnicodeDecodeError:
        arabic = ""
    if _ARABIC.search(arabic):
        return "cp1256"
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return "cp1256" if arabic else None
    return None if _LATIN.search(arabic) else "cp1252"


def _separated(text: str) -> tuple[str, str, int]:
    """The text from its header on, its separator, and how many lines were skipped before."""
    skipped = 0
    declared = re.match(r"sep=([,;\t])(?:\r\n|\r|\n)", text, re.IGNORECASE)
    if declared:
        return text[declared.end() :], declared[1], 1
    match = re.match(r"(?:[ ,;\t]*(?:\r\n|\r|\n))*", text)
    start = match.end() if match else 0
    skipped = len(re.findall(r"\r\n|\r|\n", text[:start]))
    text = text[start:]
    header = re.split(r"[\r\n]", text[:20_000], maxsplit=1)[0]
    names = {name for kind in KINDS.values() for name in kind.names}

    def known(separator: str) -> int:
        return sum(western_name(cell.strip('"')) in names for cell in header.split(separator))

    return text, max(SEPARATORS, key=known), skipped
