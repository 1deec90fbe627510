"""The append-only tree: roots and proofs for any size it has had."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from multaqa.engine.merkle._hashing import EMPTY_ROOT, HASH, node_hash, pair_up, subtree_hash
from multaqa.engine.merkle._message import Invalid
from multaqa.engine.merkle._note import Checkpoint
from multaqa.engine.merkle._tiles import MAX_ENTRY, TILE_WIDTH, Reader, Tile, fetch, require_entry, tiles


class Tree:
    """Hashes of all complete subtrees, one growing bytearray a level.

    Not a frozen dataclass like everything else here: a log only ever grows, and copying 64 bytes an entry
    at each append would make a million appends quadratic. What it has said of a smaller size never changes.

    A tree resumed from tiles keeps only the hashes of the tiles that are still growing and reads older
    ones when a proof wants them.
    """

    __slots__ = ("_edge_of", "_first", "_levels", "_read", "_size")

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._first: list[int] = [0]  # index of the first hash kept in memory, a level
        self._size = 0
        self._read: Reader | None = None
        self._edge_of: tuple[int, list[bytes]] = (0, [])

    @classmethod
    def resume(cls, read: Reader, checkpoint: Checkpoint) -> "Tree":
        """Tree of a published log, from at most 255 hashes a tile level: no entry is read or hashed again.

        Raises Invalid if a tile is missing or the tiles do not lead to the checkpoint's root.
        """
        tree = cls()
        tree._size = checkpoint.size
        tree._read = read
        tree._levels, tree._first = [], []
        while hashes := checkpoint.size >> (8 * (len(tree._levels) // 8)):
            tile = Tile(len(tree._levels) // 8, hashes // TILE_WIDTH, hashes % TILE_WIDTH)
            tree._keep_growing_tile(tile, _hashes_of(read, tile) if tile.width else b"")
        if not tree._levels:
            tree._levels, tree._first = [bytearray()], [0]
        if tree.root() != checkpoint.root:
            raise Invalid("resume", size=checkpoint.size)
        return tree

    def _keep_growing_tile(self, tile: Tile, hashes: bytes) -> None:
        for height in range(8):
            self._levels.append(bytearray(hashes))
            self._first.append(tile.index * (TILE_WIDTH >> height))
            hashes = pair_up(hashes[: len(hashes) // 64 * 64])

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._size

    def append(self, entry: bytes) -> int:
        """Add one entry and return its index. Raises ValueError if it is longer than 65 535 bytes."""
        return self.append_many((entry,)).start

    def append_many(self, entries: Iterable[bytes]) -> range:
        """Add entries in order and return their indexes.

        Raises ValueError, with nothing added, if one is longer than 65 535 bytes.
        """
        entries = list(entries)
        if entries and max(map(len, entries)) > MAX_ENTRY:
            for entry in entries:
                require_entry(entry)
        self._levels[0] += b"".join([sha256(b"\x00" + entry).digest() for entry in entries])
        start, self._size = self._size, self._size + len(entries)
        self._complete_parents()
        return range(start, self._size)

    def _complete_parents(self) -> None:
        for height, level in enumerate(self._levels):
            if height + 1 == len(self._levels):
                if len(level) < 2 * HASH:
                    return
                # appended while iterating on purpose: the loop goes on into the new level
                self._levels.append(bytearray())
                self._first.append(self._first[height] // 2)
            parents = self._levels[height + 1]
            next_parent = self._first[height + 1] + len(parents) // HASH
            begin = (2 * next_parent - self._first[height]) * HASH
            children = bytes(level[begin : len(level) // 64 * 64])
            if not children:
                return
            parents += pair_up(children)

    def root(self, size: int | None = None) -> bytes:
        """Root of the first `size` entries (default: all), 32 bytes. Raises ValueError beyond the tree."""
        size = self._within(size)
        return self._edge(size)[-1] if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Hashes from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1).

        Raises ValueError unless 0 <= index < size <= the tree's size.
        """
        size = self._within(size)
        if not 0 <= index < size:
            raise ValueError(f"no entry {index} in a tree of {size}")
        return self._path(0, index, size)

    def consistency_proof(self, old_size: int, new_size: int | None = None) -> list[bytes]:
        """Hashes that show the first `old_size` entries unchanged in the larger tree (RFC 6962 2.1.2).

        Raises ValueError unless 0 <= old_size <= new_size <= the tree's size.
        """
        new_size = self._within(new_size)
        if not 0 <= old_size <= new_size:
            raise ValueError(f"no consistency from {old_size} to {new_size}")
        if old_size in (0, new_size):
            return []
        last = old_size - 1
        height = (~last & last + 1).bit_length() - 1  # largest complete subtree that ends the old tree
        node = last >> height
        # a verifier already holds the old root when the old tree is one complete subtree
        start = [] if node == 0 else [self._node(height, node)]
        return start + self._path(height, node, new_size)

    def tile(self, tile: Tile) -> bytes:
        """Content of a tile, width x 32 bytes. Raises ValueError if the tree does not fill it."""
        start, height = tile.index * TILE_WIDTH, 8 * tile.level
        if tile.width < 1 or start + tile.width > self._size >> height:
            raise ValueError(f"{tile.path} is beyond a tree of {self._size}")
        begin = (start - self._first[height]) * HASH
        if begin < 0:
            return self._older(Tile(tile.level, tile.index))[: tile.width * HASH]
        return bytes(self._levels[height][begin : begin + tile.width * HASH])

    def _within(self, size: int | None) -> int:
        if size is None:
            return self._size
        if not 0 <= size <= self._size:
            raise ValueError(f"no size {size} in a tree of {self._size}")
        return size

    def _path(self, height: int, node: int, size: int) -> list[bytes]:
        """Siblings of a node on the way up to the root of that size."""
        edge = self._edge(size)
        levels, firsts = self._levels, self._first
        last = (size - 1) >> height
        path: list[bytes] = []
        while last:
            sibling = node ^ 1
            if sibling < last:
                begin = (sibling - firsts[height]) * HASH
                if begin >= 0:
                    path.append(bytes(levels[height][begin : begin + HASH]))
                else:
                    path.append(self._node(height, sibling))
            elif sibling == last:
                path.append(edge[height])
            node >>= 1
            last >>= 1
            height += 1
        return path

    def _edge(self, size: int) -> list[bytes]:
        """Hash of the rightmost, perhaps incomplete, subtree of each height; the last one is the root."""
        # proofs come in runs for one size, and the edge is all of a proof that is not a look-up
        if self._edge_of[0] != size:
            last = size - 1
            edge = [self._node(0, last)]
            for height in range(last.bit_length()):
                node = last >> height
                edge.append(node_hash(self._node(height, node - 1), edge[-1]) if node & 1 else edge[-1])
            self._edge_of = (size, edge)
        return self._edge_of[1]

    def _node(self, height: int, index: int) -> bytes:
        begin = (index - self._first[height]) * HASH
        if begin >= 0:
            return bytes(self._levels[height][begin : begin + HASH])
        level, above = divmod(height, 8)
        start = index << above
        hashes = self._older(Tile(level, start // TILE_WIDTH))
        at = start % TILE_WIDTH * HASH
        return subtree_hash(hashes[at : at + (HASH << above)])

    def _older(self, tile: Tile) -> bytes:
        assert self._read is not None, "only a resumed tree forgets hashes"
        return _hashes_of(self._read, tile)


def _hashes_of(read: Reader, tile: Tile) -> bytes:
    data = fetch(read, tile)
    if data is None or len(data) != tile.width * HASH:
        raise Invalid("missing", path=tile.path, index=tile.entries(), last=tile.entries(tile.width) - 1)
    return data


def tile_files(tree: Tree, old_size: int = 0, new_size: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Path and content of each tile to write after growth from `old_size` (default: all tiles)."""
    for tile in tiles(old_size, tree.size if new_size is None else new_size):
        yield tile.path, tree.tile(tile)
