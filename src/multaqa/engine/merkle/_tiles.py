"""Static files of a log (C2SP tlog-tiles): which exist for a size, how they are named, what is in them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from multaqa.engine.merkle._hashing import HASH
from multaqa.engine.merkle._message import Invalid

TILE_WIDTH = 256
MAX_ENTRY = 65_535

Reader = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Tile:
    """Up to 256 consecutive hashes, each over 256**level entries."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_numbered(self.index, self.width)}"

    def entries(self, at: int = 0) -> int:
        """Index of the first entry under the hash at this place of the tile."""
        return (self.index * TILE_WIDTH + at) << (8 * self.level)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Up to 256 consecutive entries, the ones under a level-0 tile of the same index."""

    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        return f"tile/entries/{_numbered(self.index, self.width)}"

    @property
    def first(self) -> int:
        return self.index * TILE_WIDTH


def _numbered(index: int, width: int) -> str:
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts)) + ("" if width == TILE_WIDTH else f".p/{width}")


_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])"
    r"/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


def parse_path(path: str) -> Tile | Bundle:
    """Tile or bundle named by a path. Raises Invalid for any spelling but the canonical one."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise Invalid("path", path=path[:80])
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    named = Bundle(index, width) if found["level"] == "entries" else Tile(int(found["level"]), index, width)
    if width > TILE_WIDTH or named.path != path:
        raise Invalid("path", path=path[:80])
    return named


def tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """Tiles to write when a log grows from one size to another, lowest level first; from 0, all of them.

    Raises ValueError if the sizes are negative or decreasing.
    """
    _growing(old_size, new_size)
    level = 0
    while hashes := new_size >> (8 * level):
        for index, width in _runs(old_size >> (8 * level), hashes):
            yield Tile(level, index, width)
        level += 1


def bundles(old_size: int, new_size: int) -> Iterator[Bundle]:
    """Entry bundles to write when a log grows from one size to another. Raises ValueError as `tiles`."""
    _growing(old_size, new_size)
    return (Bundle(index, width) for index, width in _runs(old_size, new_size))


def _growing(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a log cannot grow from {old_size} to {new_size}")


def _runs(old: int, new: int) -> Iterator[tuple[int, int]]:
    if new == old:
        return
    for index in range(old // TILE_WIDTH, new // TILE_WIDTH):
        yield index, TILE_WIDTH
    if new % TILE_WIDTH:
        yield new // TILE_WIDTH, new % TILE_WIDTH


def fetch(read: Reader, wanted: Tile | Bundle) -> bytes | None:
    """Bytes of a tile or bundle; a partial one that was tidied away is cut from the full one."""
    data = read(wanted.path)
    if data is not None or wanted.width == TILE_WIDTH:
        return data
    if isinstance(wanted, Bundle):
        full = read(Bundle(wanted.index).path)
        return None if full is None else _first_entries(full, wanted.width)
    full = read(Tile(wanted.level, wanted.index).path)
    return None if full is None else full[: wanted.width * HASH]


def _first_entries(data: bytes, count: int) -> bytes:
    at = 0
    for _ in range(count):
        at += 2 + int.from_bytes(data[at : at + 2], "big")
    return data[:at]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as one file: each a big-endian uint16 length and its bytes.

    Raises Invalid (a ValueError) naming the length of an entry over 65 535 bytes.
    """
    parts: list[bytes] = []
    for entry in entries:
        require_entry(entry)
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> tuple[list[bytes], bytes]:
    """Whole entries of a file, and the bytes left after the last whole one (none in a sound file)."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at + 2 <= end:
        start = at + 2
        stop = start + (data[at] << 8 | data[at + 1])
        if stop > end:
            break
        entries.append(data[start:stop])
        at = stop
    return entries, data[at:]


def require_entry(entry: bytes) -> None:
    if len(entry) > MAX_ENTRY:
        raise Invalid("entry_too_long", length=len(entry), limit=MAX_ENTRY)


def bundle_files(
    entries: Callable[[slice], Sequence[bytes]], old_size: int, new_size: int
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each bundle to write.

    entries: gives the entries of a slice of the log, e.g. `some_list.__getitem__`. The first slice starts
    at the last full bundle, because a partial file is written anew when it grows.
    """
    for bundle in bundles(old_size, new_size):
        yield bundle.path, encode_bundle(entries(slice(bundle.first, bundle.first + bundle.width)))
