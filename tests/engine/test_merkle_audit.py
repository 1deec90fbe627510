"""An audit accepts a sound log and names the damage in any other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine.merkle import (
    MESSAGES,
    Audit,
    Bundle,
    Checkpoint,
    Fault,
    Invalid,
    Tree,
    bundle_files,
    check,
    encode_bundle,
    explain,
    leaf_hash,
    parse_path,
    sign_checkpoint,
    tile_files,
    verifier_key,
)

SEED, ORIGIN = bytes(32), "example.org/fund"
VKEY = verifier_key(ORIGIN, seed=SEED)


def published(entries):
    tree = Tree()
    tree.append_many(entries)
    return {
        "checkpoint": sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), seed=SEED),
        **dict(tile_files(tree)),
        **dict(bundle_files(entries.__getitem__, 0, tree.size)),
    }


def numbered(size):
    return [b"entry %d" % index for index in range(size)]


LOG = published(numbered(600))
LARGE = published([b"%d" % index for index in range(65_537)])


def flipped(log, path, bit):
    data = bytearray(log[path])
    data[bit // 8] ^= 1 << bit % 8
    return {**log, path: bytes(data)}


def fault_at(log, path, byte):
    """Where the damage is, from the layout of the files alone."""
    if path == "checkpoint":
        return Fault("checkpoint", 0, 0, path)
    named = parse_path(path)
    if not isinstance(named, Bundle):
        return Fault("tile", named.entries(byte // 32), named.entries(byte // 32 + 1) - 1, path)
    index, end = named.first, 0
    while (end := end + 2 + int.from_bytes(log[path][end : end + 2], "big")) <= byte:
        index += 1
    return Fault("entry", index, index, path)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513])
def test_a_sound_log_is_intact(size):
    audit = check(published(numbered(size)).get, VKEY)

    assert audit == Audit(size, size, None)
    assert str(explain(audit)) == f"All {size} entries are exactly as they were signed."


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
def test_a_sound_log_is_intact_at_the_edge_of_the_second_level(size):
    assert check(published([b"%d" % index for index in range(size)]).get, VKEY) == Audit(size, size, None)


@given(st.sampled_from(sorted(LOG)), st.data())
@settings(deadline=None, max_examples=400)
def test_one_flipped_bit_anywhere_is_named(path, data):
    bit = data.draw(st.integers(0, len(LOG[path]) * 8 - 1))

    assert check(flipped(LOG, path, bit).get, VKEY).fault == fault_at(LOG, path, bit // 8)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_every_bit_of_a_small_log_is_named(size):
    log = published([b"", b"a", b"", b"bc", b"d"][:size])

    for path, content in log.items():
        for bit in range(len(content) * 8):
            assert check(flipped(log, path, bit).get, VKEY).fault == fault_at(log, path, bit // 8)


@pytest.mark.parametrize(
    ("path", "byte"),
    [
        ("tile/0/000", 5),
        ("tile/0/255", 8191),
        ("tile/0/256.p/1", 0),
        ("tile/1/000", 8191),
        ("tile/2/000.p/1", 31),
        ("tile/entries/000", 3),
        ("tile/entries/255", 1700),
        ("tile/entries/256.p/1", 0),
    ],
)
def test_damage_is_named_at_each_level_of_a_large_log(path, byte):
    assert check(flipped(LARGE, path, byte * 8).get, VKEY).fault == fault_at(LARGE, path, byte)


@pytest.mark.parametrize("size", [256, 300, 600])
def test_a_damaged_entry_beside_a_damaged_tile_is_told_from_it(size):
    log = published(numbered(size))
    log = flipped(log, "tile/entries/000", 10 * 10 * 8 + 40)
    log = flipped(log, "tile/0/000", 200 * 32 * 8)

    assert check(log.get, VKEY).fault.kind == "entry"
    assert check(log.get, VKEY).fault == fault_at(log, "tile/entries/000", 10 * 10 + 5)


def test_the_lowest_of_two_damaged_entries_is_named():
    log = flipped(flipped(LOG, "tile/entries/002.p/88", 200), "tile/entries/001", 8 * 50)

    assert check(log.get, VKEY).fault == fault_at(LOG, "tile/entries/001", 50)


@pytest.mark.parametrize(
    ("path", "index", "last"),
    [
        ("tile/0/000", 0, 255),
        ("tile/0/002.p/88", 512, 599),
        ("tile/1/000.p/2", 0, 511),
        ("tile/entries/001", 256, 511),
        ("tile/entries/002.p/88", 512, 599),
        ("checkpoint", 0, 0),
    ],
)
def test_a_missing_file_is_named_with_its_entries(path, index, last):
    log = {each: content for each, content in LOG.items() if each != path}

    assert check(log.get, VKEY).fault == Fault("missing", index, last, path)


def test_a_partial_file_that_was_tidied_away_is_cut_from_the_full_one():
    grown = published(numbered(768))
    log = {**grown, "checkpoint": LOG["checkpoint"], "tile/1/000.p/2": LOG["tile/1/000.p/2"]}

    assert check(log.get, VKEY) == Audit(600, 600, None)


@pytest.mark.parametrize(
    ("path", "content", "fault"),
    [
        ("tile/0/000", LOG["tile/0/000"][:-1], Fault("tile", 0, 255, "tile/0/000")),
        ("tile/0/000", LOG["tile/0/000"] + b"x", Fault("tile", 0, 255, "tile/0/000")),
        ("tile/1/000.p/2", b"", Fault("tile", 0, 255, "tile/1/000.p/2")),
        (
            "tile/entries/000",
            LOG["tile/entries/000"] + b"\x00\x00",
            Fault("bundle", 255, 255, "tile/entries/000"),
        ),
        ("tile/entries/001", LOG["tile/entries/001"] + b"x", Fault("bundle", 511, 511, "tile/entries/001")),
        ("tile/entries/001", LOG["tile/entries/001"][:-1], Fault("entry", 511, 511, "tile/entries/001")),
        ("tile/entries/001", b"", Fault("entry", 256, 256, "tile/entries/001")),
    ],
)
def test_files_too_short_or_too_long_are_named(path, content, fault):
    assert check({**LOG, path: content}.get, VKEY).fault == fault


def test_a_rewritten_entry_with_its_tile_to_match_is_still_found():
    entries = numbered(600)
    entries[7] = b"a larger award"
    forged = published(entries)
    log = {**LOG, **{path: forged[path] for path in ("tile/entries/000", "tile/0/000")}}

    assert check(log.get, VKEY).fault == Fault("tile", 0, 255, "tile/0/000")


def test_a_whole_log_rewritten_under_an_old_signature_is_refused():
    log = {**published([b"a larger award", *numbered(600)[1:]]), "checkpoint": LOG["checkpoint"]}

    audit = check(log.get, VKEY)

    assert audit.fault == Fault("root", 0, 599, "checkpoint")
    assert str(explain(audit)) == (
        "The hashes agree with one another but not with the signed root: entries 0 to 599 cannot be trusted."
    )


def test_a_growing_tile_and_its_entries_both_destroyed_leave_the_tile_named():
    log = {**LOG, "tile/0/002.p/88": bytes(88 * 32), "tile/entries/002.p/88": encode_bundle([b""] * 88)}

    assert check(log.get, VKEY).fault == Fault("tile", 512, 599, "tile/0/002.p/88")


def test_swapped_entries_are_found():
    entries = numbered(600)
    entries[3], entries[4] = entries[4], entries[3]

    log = {**LOG, "tile/entries/000": published(entries)["tile/entries/000"]}

    assert check(log.get, VKEY) == Audit(600, 598, Fault("entry", 3, 3, "tile/entries/000"))


def test_a_tile_damaged_at_two_places_names_the_first():
    damaged = bytearray(LOG["tile/0/001"])
    damaged[32 * 9] ^= 1
    damaged[32 * 200] ^= 1

    audit = check({**LOG, "tile/0/001": bytes(damaged)}.get, VKEY)

    assert audit.fault == Fault("tile", 265, 265, "tile/0/001")
    assert leaf_hash(b"entry 265") == LOG["tile/0/001"][32 * 9 : 32 * 10]


def test_a_checkpoint_by_another_key_is_refused():
    audit = check(LOG.get, verifier_key(ORIGIN, seed=bytes(31) + b"\x01"))

    assert audit == Audit(0, 0, Fault("checkpoint", 0, 0, "checkpoint"))
    assert "nothing below it can be trusted" in str(explain(audit))


def test_a_malformed_key_is_an_error_of_the_caller():
    with pytest.raises(Invalid, match="verifier key"):
        check(LOG.get, "not a key")


@pytest.mark.parametrize("kind", ["entry", "bundle", "tile", "missing", "checkpoint", "root"])
def test_every_kind_of_fault_has_a_sentence(kind):
    message = explain(Audit(9, 3, Fault(kind, 4, 5, "tile/0/000")))

    assert message.key == kind
    assert str(message) == MESSAGES[kind] % {"index": 4, "last": 5, "path": "tile/0/000"}
