"""Roots and proofs: RFC 6962 vectors, an obvious oracle, and every way a proof may be wrong."""

import base64
import doctest
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import multaqa.engine.merkle as merkle
from multaqa.engine.merkle import EMPTY_ROOT, Tree, leaf_hash, verify_consistency, verify_inclusion

VECTORS = json.loads((Path(__file__).parents[1] / "data/tlog/vectors.json").read_text(encoding="utf-8"))


def slow_root(entries):
    """RFC 6962 section 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return sha256(b"\x01" + slow_root(entries[:split]) + slow_root(entries[split:])).digest()


def tree_of(size):
    tree = Tree()
    tree.append_many(numbered(size))
    return tree


def numbered(size):
    return [b"%d" % index for index in range(size)]


def proof_of(case):
    return [base64.b64decode(each) for each in case["proof"] or []]


def flipped(data, bit):
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def test_module_docstring_holds():
    assert doctest.testmod(merkle).failed == 0


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_one_of_the_rfc_vectors(size):
    tree = Tree()
    tree.append_many(bytes.fromhex(leaf) for leaf in VECTORS["leaves_hex"])

    assert tree.root(size).hex() == VECTORS["roots_hex_by_size"][size]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["file"])
def test_verify_inclusion_accepts_and_refuses_as_the_vectors_say(case):
    verdict = verify_inclusion(
        leaf=base64.b64decode(case["leafHash"]),
        index=case["leafIdx"],
        size=case["treeSize"],
        proof=proof_of(case),
        root=base64.b64decode(case["root"]),
    )

    assert verdict is not case["wantErr"]


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: case["file"])
def test_verify_consistency_accepts_and_refuses_as_the_vectors_say(case):
    verdict = verify_consistency(
        old_size=case["size1"],
        old_root=base64.b64decode(case["root1"]),
        new_size=case["size2"],
        new_root=base64.b64decode(case["root2"]),
        proof=proof_of(case),
    )

    assert verdict is not case["wantErr"]


def test_an_empty_tree_has_the_hash_of_nothing():
    assert Tree().root() == EMPTY_ROOT == sha256(b"").digest()
    assert Tree().consistency_proof(0) == []


def test_roots_of_all_sizes_match_the_definition():
    tree, entries = tree_of(70), numbered(70)

    assert [tree.root(size) for size in range(71)] == [slow_root(entries[:size]) for size in range(71)]


def test_every_inclusion_proof_of_small_trees_verifies_at_its_place_only():
    tree = tree_of(20)

    for size in range(1, 21):
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            accepted = [
                place
                for place in range(size + 2)
                if verify_inclusion(
                    leaf=leaf_hash(b"%d" % index), index=place, size=size, proof=proof, root=tree.root(size)
                )
            ]
            assert accepted == [index]


def test_every_consistency_proof_of_small_trees_verifies_between_its_sizes_only():
    tree = tree_of(20)

    for new in range(1, 21):
        for old in range(1, new + 1):
            proof = tree.consistency_proof(old, new)
            accepted = [
                size
                for size in range(new + 1)
                if verify_consistency(
                    old_size=size,
                    old_root=tree.root(old),
                    new_size=new,
                    new_root=tree.root(new),
                    proof=proof,
                )
            ]
            assert accepted == [old]


def test_a_consistency_proof_refuses_a_rewritten_past():
    honest, rewritten = tree_of(5), Tree()
    rewritten.append_many([b"other", *numbered(9)[1:]])

    assert not verify_consistency(
        old_size=5,
        old_root=honest.root(),
        new_size=9,
        new_root=rewritten.root(),
        proof=rewritten.consistency_proof(5),
    )


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=300), st.data())
@settings(deadline=None)
def test_proofs_verify_and_one_flipped_bit_refuses_them(entries, data):
    tree = Tree()
    cut = data.draw(st.integers(0, len(entries)))
    tree.append_many(entries[:cut])
    tree.append_many(entries[cut:])
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    inclusion = tree.inclusion_proof(index, size)
    consistency = tree.consistency_proof(old, size)
    claim = {"leaf": leaf_hash(entries[index]), "index": index, "size": size, "root": tree.root(size)}
    growth = {
        "old_size": old,
        "old_root": tree.root(old),
        "new_size": size,
        "new_root": tree.root(size),
    }

    assert tree.root(size) == slow_root(entries[:size])
    assert verify_inclusion(**claim, proof=inclusion)
    assert verify_consistency(**growth, proof=consistency)
    for proof, verdict in ((inclusion, claim), (consistency, growth)):
        if proof:
            at = data.draw(st.integers(0, len(proof) - 1))
            wrong = [*proof]
            wrong[at] = flipped(wrong[at], data.draw(st.integers(0, 255)))
            check = verify_inclusion if verdict is claim else verify_consistency
            assert not check(**verdict, proof=wrong)
            assert not check(**verdict, proof=proof[:-1])
            assert not check(**verdict, proof=[*proof, proof[-1]])


def test_appending_one_by_one_equals_appending_many():
    tree = Tree()

    indexes = [tree.append(entry) for entry in numbered(300)]

    assert indexes == list(range(300))
    assert tree.root() == tree_of(300).root()


def test_append_many_returns_the_indexes_given():
    tree = tree_of(3)

    assert tree.append_many([b"a", b"b"]) == range(3, 5)
    assert tree.append_many([]) == range(5, 5)
    assert tree.size == 5


def test_an_entry_too_long_is_refused_with_its_length_and_nothing_is_added():
    tree = tree_of(3)
    before = tree.root()

    with pytest.raises(ValueError, match="65536 bytes"):
        tree.append_many([b"fine", bytes(65_536)])

    assert (tree.size, tree.root()) == (3, before)
    assert tree.append(bytes(65_535)) == 3


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 4), (0, -1)])
def test_inclusion_proof_refuses_what_is_not_in_the_tree(index, size):
    with pytest.raises(ValueError, match="in a tree of"):
        tree_of(3).inclusion_proof(index, size)


@pytest.mark.parametrize(("old", "new"), [(-1, 3), (3, 2), (0, 4)])
def test_consistency_proof_refuses_sizes_that_do_not_grow(old, new):
    with pytest.raises(ValueError, match=r"no (size|consistency)"):
        tree_of(3).consistency_proof(old, new)
