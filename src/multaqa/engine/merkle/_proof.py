"""Verification of proofs by somebody who holds only roots (RFC 9162 sections 2.1.3.2 and 2.1.4.2)."""

from collections.abc import Sequence

from multaqa.engine.merkle._hashing import EMPTY_ROOT, HASH, node_hash


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Is this leaf hash at this index of the tree with this size and root?

    leaf, root, proof items: 32 bytes each; anything malformed is answered with False.
    """
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    node, last, seen = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            seen = node_hash(sibling, seen)
            node, last = _skip_left_turns(node, last)
        else:
            seen = node_hash(seen, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and seen == root


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Does the new tree begin with all entries of the old one, unchanged and in order?

    Roots and proof items: 32 bytes each; anything malformed is answered with False.
    """
    if not 0 <= old_size <= new_size or not _are_hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    hashes = list(proof)
    if node == 0:
        # the old tree is one complete subtree, whose hash is the old root itself
        hashes.insert(0, old_root)
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _skip_left_turns(node, last)
        else:
            new = node_hash(new, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _skip_left_turns(node: int, last: int) -> tuple[int, int]:
    """At the right edge a node without a sibling is carried up unhashed."""
    while node and not node & 1:
        node >>= 1
        last >>= 1
    return node, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH for value in values)
