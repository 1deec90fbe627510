"""Static files: names, edges of tiles, growth, and a tree resumed from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multaqa.engine.merkle import (
    Bundle,
    Checkpoint,
    Invalid,
    Tile,
    Tree,
    bundle_files,
    bundles,
    decode_bundle,
    encode_bundle,
    leaf_hash,
    parse_path,
    tile_files,
    tiles,
    verify_consistency,
    verify_inclusion,
)

EDGES = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537]
ENTRIES = [b"%d" % index for index in range(66_200)]


@pytest.fixture(scope="module")
def large():
    tree = Tree()
    tree.append_many(ENTRIES)
    return tree


def tree_of(size):
    tree = Tree()
    tree.append_many(ENTRIES[:size])
    return tree


@pytest.mark.parametrize(
    ("named", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(63, 1_234_067, 8), "tile/63/x001/x234/067.p/8"),
        (Bundle(1_234_067), "tile/entries/x001/x234/067"),
        (Bundle(0, 1), "tile/entries/000.p/1"),
    ],
)
def test_paths_are_written_and_read_as_the_specification_has_them(named, path):
    assert named.path == path
    assert parse_path(path) == named


@pytest.mark.parametrize(
    "path",
    [
        "",
        "checkpoint",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/../000",
        "tile/0/٠٠٠",
        "tile/entries/000.p/999",
    ],
)
def test_parse_path_refuses_every_other_spelling(path):
    with pytest.raises(Invalid, match="is not one of a tile"):
        parse_path(path)


def test_tiles_of_seventy_thousand_are_those_of_the_specification():
    written = list(tiles(0, 70_000))

    assert len([tile for tile in written if tile.level == 0 and tile.width == 256]) == 273
    assert [tile for tile in written if tile.level == 0][-1] == Tile(0, 273, 112)
    assert [tile for tile in written if tile.level > 0] == [Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, [Tile(0, 0, 1)]),
        (255, [Tile(0, 0, 255)]),
        (256, [Tile(0, 0), Tile(1, 0, 1)]),
        (257, [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]),
    ],
)
def test_tiles_at_the_edges(size, expected):
    assert list(tiles(0, size)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (5, 5, []),
        (256, 256, []),
        (5, 6, [Tile(0, 0, 6)]),
        (255, 256, [Tile(0, 0), Tile(1, 0, 1)]),
        (256, 257, [Tile(0, 1, 1)]),
        (257, 513, [Tile(0, 1), Tile(0, 2, 1), Tile(1, 0, 2)]),
        (65_535, 65_536, [Tile(0, 255), Tile(1, 0), Tile(2, 0, 1)]),
        (65_536, 65_537, [Tile(0, 256, 1)]),
    ],
)
def test_growth_writes_only_what_is_new(old, new, expected):
    assert list(tiles(old, new)) == expected
    assert [(each.index, each.width) for each in bundles(old, new)] == [
        (tile.index, tile.width) for tile in expected if tile.level == 0
    ]


@given(st.integers(0, 200_000), st.integers(0, 2_000))
def test_tiles_after_growth_are_those_of_the_new_size(old, growth):
    new = old + growth

    assert set(tiles(0, old)) | set(tiles(old, new)) >= set(tiles(0, new))
    assert not set(tiles(0, old)) & set(tiles(old, new))


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (4, 3)])
def test_a_log_never_shrinks(old, new):
    with pytest.raises(ValueError, match="cannot grow"):
        list(tiles(old, new))
    with pytest.raises(ValueError, match="cannot grow"):
        bundles(old, new)


def test_each_tile_hash_is_the_root_of_its_entries(large):
    for tile in (Tile(0, 3, 7), Tile(1, 0), Tile(1, 1, 2), Tile(2, 0, 1)):
        at = tile.width - 1
        part = Tree()
        part.append_many(ENTRIES[tile.entries(at) : tile.entries(at + 1)])

        assert large.tile(tile)[at * 32 :] == part.root()


@pytest.mark.parametrize("tile", [Tile(0, 258, 153), Tile(1, 1, 3), Tile(2, 0), Tile(5, 0, 1), Tile(0, 0, 0)])
def test_a_tile_that_is_not_full_yet_is_refused(large, tile):
    with pytest.raises(ValueError, match="is beyond a tree of 66200"):
        large.tile(tile)


def test_bundle_is_lengths_and_entries():
    assert encode_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"
    assert decode_bundle(b"\x00\x02ab\x00\x00\x00\x01c") == ([b"ab", b"", b"c"], b"")
    assert decode_bundle(b"\x00\x02ab\x00\x05cd") == ([b"ab"], b"\x00\x05cd")


def test_bundle_takes_entries_up_to_the_limit_and_names_the_size_beyond():
    assert decode_bundle(encode_bundle([bytes(65_535)])) == ([bytes(65_535)], b"")
    with pytest.raises(ValueError, match="An entry of 65536 bytes is longer than the limit of 65535"):
        encode_bundle([b"fine", bytes(65_536)])


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles_read_back_as_written(entries):
    assert decode_bundle(encode_bundle(entries)) == (entries, b"")


@pytest.mark.parametrize("size", EDGES)
def test_a_resumed_tree_goes_on_like_the_one_it_came_from(large, size):
    published = dict(tile_files(large, 0, size))
    resumed = Tree.resume(published.get, Checkpoint("example.org/x", size, large.root(size)))

    assert resumed.append_many(ENTRIES[size : size + 600]) == range(size, min(size + 600, 66_200))

    grown = resumed.size
    assert resumed.root() == large.root(grown)
    assert dict(tile_files(resumed, size)) == dict(tile_files(large, size, grown))
    assert resumed.consistency_proof(size) == large.consistency_proof(size, grown)
    for index in (0, size // 2, max(size - 1, 0), size, grown - 1):
        assert resumed.inclusion_proof(index) == large.inclusion_proof(index, grown)


@given(st.integers(0, 1_500), st.lists(st.integers(0, 300), max_size=4), st.data())
@settings(deadline=None, max_examples=60)
def test_resuming_again_and_again_equals_a_fresh_tree(size, growths, data):
    files, tree = {}, tree_of(size)
    files.update(tile_files(tree))
    for growth in growths:
        old = tree.size
        tree = Tree.resume(files.get, Checkpoint("example.org/x", old, tree.root()))
        tree.append_many(ENTRIES[old : old + growth])
        files.update(tile_files(tree, old))
    fresh = tree_of(tree.size)

    assert {path: files[path] for path, _ in tile_files(fresh)} == dict(tile_files(fresh))
    assert tree.root() == fresh.root()
    if tree.size:
        past = data.draw(st.integers(1, tree.size))
        index = data.draw(st.integers(0, past - 1))
        assert verify_inclusion(
            leaf=leaf_hash(ENTRIES[index]),
            index=index,
            size=past,
            proof=tree.inclusion_proof(index, past),
            root=fresh.root(past),
        )
        assert verify_consistency(
            old_size=past,
            old_root=tree.root(past),
            new_size=tree.size,
            new_root=fresh.root(),
            proof=tree.consistency_proof(past),
        )


def test_resuming_reads_one_tile_a_level_and_no_entry(large):
    published, asked = dict(tile_files(large)), []

    def read(path):
        asked.append(path)
        return published.get(path)

    Tree.resume(read, Checkpoint("example.org/x", large.size, large.root()))

    assert asked == ["tile/0/258.p/152", "tile/1/001.p/2", "tile/2/000.p/1"]


def test_resuming_cuts_a_partial_tile_that_was_tidied_away_from_the_full_one(large):
    published = dict(tile_files(large, 0, 300)) | dict(tile_files(large, 300, 512))
    del published["tile/0/001.p/44"]

    resumed = Tree.resume(published.get, Checkpoint("example.org/x", 300, large.root(300)))

    assert resumed.root() == large.root(300)
    assert resumed.tile(Tile(0, 0)) == published["tile/0/000"]


def test_resuming_refuses_damaged_and_missing_tiles(large):
    published = dict(tile_files(large, 0, 300))
    checkpoint = Checkpoint("example.org/x", 300, large.root(300))

    with pytest.raises(Invalid, match="do not lead to the root of size 300"):
        Tree.resume({**published, "tile/1/000.p/1": bytes(32)}.get, checkpoint)
    with pytest.raises(Invalid, match=r"tile/1/000\.p/1 is missing"):
        Tree.resume({**published, "tile/1/000.p/1": bytes(31)}.get, checkpoint)
    del published["tile/0/001.p/44"]
    with pytest.raises(Invalid, match=r"tile/0/001\.p/44 is missing, so entries 256 to 299"):
        Tree.resume(published.get, checkpoint)


def test_bundles_after_growth_hold_the_whole_partial_file():
    files = dict(bundle_files(ENTRIES.__getitem__, 300, 600))

    assert list(files) == ["tile/entries/001", "tile/entries/002.p/88"]
    assert decode_bundle(files["tile/entries/001"])[0] == ENTRIES[256:512]
