"""Audit of a published log: is every file what the signature says, and if not, what is damaged?

Every hash is claimed twice: by its tile, and by what lies below it (the entry, or the full tile one level
down). A sound log agrees everywhere. Where the two disagree, the hash above decides which is true, and the
signed root decides for the tiles that are still growing, which no tile hashes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import product

from multaqa.engine.merkle._hashing import EMPTY_ROOT, HASH, node_hash, subtree_hash
from multaqa.engine.merkle._message import Invalid, Message
from multaqa.engine.merkle._note import Checkpoint, open_checkpoint, parse_verifier_key
from multaqa.engine.merkle._tiles import TILE_WIDTH, Bundle, Reader, Tile, decode_bundle, fetch, tiles

CHECKPOINT = "checkpoint"
# up to this many disputed hashes each is decided alone (2**8 trials), beyond it tile by tile
FEW = 8


@dataclass(frozen=True, slots=True)
class Fault:
    """The first damage, in order of entries.

    kind: entry, bundle, tile, missing, checkpoint or root. index, last: entries it concerns.
    """

    kind: str
    index: int
    last: int
    path: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What `check` found. entries_checked: entries whose hash is the one in their tile."""

    size: int
    entries_checked: int
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class _Dispute:
    """A tile whose hashes are not those of what lies below it; both are width x 32 bytes."""

    tile: Tile
    claimed: bytes  # by the tile
    derived: bytes  # from below

    def places(self) -> list[int]:
        return _differing(self.claimed, self.derived)


@dataclass(slots=True)
class _Survey:
    """What one pass over all files gathers before anything is judged; grows while the pass goes on."""

    entries_checked: int = 0
    disputes: dict[Tile, _Dispute] = field(default_factory=dict)
    growing: dict[Tile, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check(read: Reader, vkey: str) -> Audit:
    """Is every file under this log's checkpoint exactly what was signed with this key?

    read: path to bytes, None for a file that is not there. Reads each file once, then a few again if there
    is damage. A partial file that was tidied away is cut from the full one. Signatures by other keys and
    files that the checkpoint does not call for are not judged. Raises Invalid for a malformed key.
    """
    parse_verifier_key(vkey)
    signed = read(CHECKPOINT)
    if signed is None:
        return Audit(0, 0, Fault("missing", 0, 0, CHECKPOINT))
    try:
        checkpoint = open_checkpoint(signed, vkey)
    except Invalid:
        return Audit(0, 0, Fault("checkpoint", 0, 0, CHECKPOINT))
    survey = _survey(read, checkpoint.size)
    faults = _judge(read, checkpoint, survey) + survey.faults
    return Audit(
        size=checkpoint.size,
        entries_checked=survey.entries_checked,
        # the narrowest statement about the lowest entry
        fault=min(faults, key=lambda fault: (fault.index, fault.last), default=None),
    )


def explain(audit: Audit) -> Message:
    """The audit in one sentence: a key of `MESSAGES` and its values."""
    if audit.fault is None:
        return Message("intact", {"size": audit.size})
    fault = audit.fault
    return Message(fault.kind, {"index": fault.index, "last": fault.last, "path": fault.path})


def _survey(read: Reader, size: int) -> _Survey:
    survey = _Survey()
    below: dict[int, bytearray] = {}  # hashes of full tiles, by the level they belong on
    for tile in tiles(0, size):
        if tile.level == 0:
            derived = _entry_hashes(read, tile, survey)
        else:
            start = tile.index * TILE_WIDTH * HASH
            derived = bytes(below[tile.level][start : start + tile.width * HASH])
        claimed = _claimed(read, tile, survey)
        if claimed != derived:
            survey.disputes[tile] = _Dispute(tile, claimed, derived)
        if tile.level == 0:
            survey.entries_checked += tile.width - len(_differing(claimed, derived))
        if tile.width == TILE_WIDTH:
            below.setdefault(tile.level + 1, bytearray()).extend(subtree_hash(claimed))
        else:
            survey.growing[tile] = claimed
    return survey


def _claimed(read: Reader, tile: Tile, survey: _Survey) -> bytes:
    data = fetch(read, tile)
    wanted = tile.width * HASH
    if data is None or len(data) != wanted:
        fault = _whole(tile)
        survey.faults.append(fault if data is not None else replace(fault, kind="missing"))
    return (data or b"")[:wanted].ljust(wanted, b"\x00")


def _entry_hashes(read: Reader, tile: Tile, survey: _Survey) -> bytes:
    bundle = Bundle(tile.index, tile.width)
    data = fetch(read, bundle)
    last = bundle.first + bundle.width - 1
    if data is None:
        survey.faults.append(Fault("missing", bundle.first, last, bundle.path))
    entries, rest = decode_bundle(data or b"")
    if len(entries) > tile.width or (rest and len(entries) == tile.width):
        survey.faults.append(Fault("bundle", last, last, bundle.path))
    hashes = b"".join([sha256(b"\x00" + entry).digest() for entry in entries[: tile.width]])
    return hashes.ljust(tile.width * HASH, b"\x00")


def _judge(read: Reader, checkpoint: Checkpoint, survey: _Survey) -> list[Fault]:
    missing = {fault.path for fault in survey.faults if fault.kind == "missing"}
    truth = _settle_growing(checkpoint, survey)
    if truth is None:
        return _unsettled(checkpoint, survey, missing)
    faults: list[Fault] = []
    suspects = set(survey.disputes)
    for level in range(max((tile.level for tile in suspects), default=-1), -1, -1):
        for tile in [suspect for suspect in suspects if suspect.level == level]:
            dispute = survey.disputes.get(tile) or _undisputed(read, tile)
            if tile not in truth:
                known = _true_hash(read, checkpoint.size, tile, truth)
                settled = None if known is None else _settle_full(dispute, known)
                if settled is None:
                    faults.append(_whole(tile))
                    continue
                truth[tile] = settled
            if tile.path not in missing:
                faults += _wrong_hashes(dispute, truth[tile])
            lying = _differing(dispute.derived, truth[tile])
            if level == 0:
                faults += _wrong_entry(tile, lying, missing)
            else:
                suspects.update(Tile(level - 1, tile.index * TILE_WIDTH + place) for place in lying)
    return faults


def _unsettled(checkpoint: Checkpoint, survey: _Survey, missing: set[str]) -> list[Fault]:
    """No reading of the growing tiles gives the signed root: too much is damaged to say what is true."""
    disputed = [tile for tile in survey.growing if tile in survey.disputes]
    if disputed:
        return [_whole(tile) for tile in disputed if tile.path not in missing]
    return [Fault("root", 0, max(checkpoint.size - 1, 0), CHECKPOINT)]


def _whole(tile: Tile) -> Fault:
    return Fault("tile", tile.entries(), tile.entries(tile.width) - 1, tile.path)


def _settle_growing(checkpoint: Checkpoint, survey: _Survey) -> dict[Tile, bytes] | None:
    """True hashes of the tiles that are still growing, or None if no choice leads to the signed root."""
    disputes = [survey.disputes[tile] for tile in survey.growing if tile in survey.disputes]
    for replaced in _trials(disputes):
        chosen = {
            tile: _replace(survey.disputes[tile], replaced[tile]) if tile in replaced else claimed
            for tile, claimed in survey.growing.items()
        }
        if _root(chosen) == checkpoint.root:
            return chosen
    return None


def _settle_full(dispute: _Dispute, known: bytes) -> bytes | None:
    """True hashes of a full tile, given its true hash one level up."""
    for replaced in _trials([dispute]):
        chosen = _replace(dispute, replaced.get(dispute.tile, ()))
        if subtree_hash(chosen) == known:
            return chosen
    return None


def _trials(disputes: list[_Dispute]) -> Iterator[dict[Tile, list[int]]]:
    """Which disputed places to take from below rather than from the tile, fewest suspicions first."""
    groups = [(dispute.tile, [place]) for dispute in disputes for place in dispute.places()]
    if len(groups) > FEW:
        groups = [(dispute.tile, dispute.places()) for dispute in disputes]
    for mask in sorted(product((False, True), repeat=len(groups)), key=sum):
        trial: dict[Tile, list[int]] = {}
        for (tile, places), taken in zip(groups, mask, strict=True):
            if taken:
                trial.setdefault(tile, []).extend(places)
        yield trial


def _replace(dispute: _Dispute, places: Iterable[int]) -> bytes:
    hashes = bytearray(dispute.claimed)
    for place in places:
        hashes[place * HASH : (place + 1) * HASH] = dispute.derived[place * HASH : (place + 1) * HASH]
    return bytes(hashes)


def _root(growing: dict[Tile, bytes]) -> bytes:
    """Root of a log from its growing tiles, which together hold every complete subtree of its right edge."""
    root = b""
    for _, hashes in sorted(growing.items(), key=lambda each: each[0].level):
        end = len(hashes) // HASH
        while end:
            span = end & -end
            peak = subtree_hash(hashes[(end - span) * HASH : end * HASH])
            root = node_hash(peak, root) if root else peak
            end -= span
    return root or EMPTY_ROOT


def _true_hash(read: Reader, size: int, tile: Tile, truth: dict[Tile, bytes]) -> bytes | None:
    """Hash of a full tile according to the tile above, which is judged already or was never in doubt."""
    index, place = divmod(tile.index, TILE_WIDTH)
    above = size >> 8 * (tile.level + 1)
    parent = Tile(tile.level + 1, index, min(TILE_WIDTH, above - index * TILE_WIDTH))
    hashes = truth.get(parent) or fetch(read, parent) or b""
    return hashes[place * HASH : (place + 1) * HASH] or None


def _undisputed(read: Reader, tile: Tile) -> _Dispute:
    hashes = (fetch(read, tile) or b"").ljust(tile.width * HASH, b"\x00")[: tile.width * HASH]
    return _Dispute(tile, hashes, hashes)


def _wrong_hashes(dispute: _Dispute, true: bytes) -> list[Fault]:
    tile = dispute.tile
    return [
        Fault("tile", tile.entries(place), tile.entries(place + 1) - 1, tile.path)
        for place in _differing(dispute.claimed, true)
    ]


def _wrong_entry(tile: Tile, places: list[int], missing: set[str]) -> list[Fault]:
    bundle = Bundle(tile.index, tile.width)
    if bundle.path in missing:
        return []
    return [Fault("entry", tile.entries(place), tile.entries(place), bundle.path) for place in places[:1]]


def _differing(left: bytes, right: bytes) -> list[int]:
    if left == right:
        return []
    return [at // HASH for at in range(0, len(left), HASH) if left[at : at + HASH] != right[at : at + HASH]]
