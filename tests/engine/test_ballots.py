"""Blind signatures against the vectors of RFC 9474; secrecy; the board and its count."""

import json
import secrets
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from multaqa.engine.ballots import (
    VARIANTS,
    Ballot,
    BallotsError,
    Vote,
    blind,
    blind_sign,
    blind_with,
    board,
    check,
    commitment,
    count,
    decode_ballot,
    encode,
    encode_ballot,
    explain,
    finalize,
    find,
    key_from,
    load_signing_key,
    load_verifying_key,
    make_key,
    make_token,
    nullifier,
    prepare,
    publish,
    token_message,
    verify,
)
from multaqa.engine.merkle import Tree, leaf_hash, verify_inclusion

entropy = secrets.token_bytes


@cache
def key():
    return make_key(2048)


@pytest.fixture(params=VARIANTS)
def vector(request, shared_data):
    vectors = json.loads((shared_data / "ballot/rfc9474_vectors.json").read_text(encoding="utf-8"))
    (found,) = [row for row in vectors if row["name"] == request.param]
    return found


def number(text):
    return int(text, 16)


def octets(text):
    return bytes.fromhex(text.removeprefix("0x"))


def test_every_step_gives_the_octets_of_rfc_9474(vector):
    variant = VARIANTS[vector["name"]]
    signer = key_from(number(vector["p"]), number(vector["q"]), number(vector["e"]))
    prefix = octets(vector["msg_prefix"])
    factor = pow(number(vector["inv"]), -1, number(vector["n"]))

    message = prepare(octets(vector["msg"]), entropy=lambda size: prefix[:size], variant=variant)
    hidden = blind_with(message, key=signer.public, salt=octets(vector["salt"]), factor=factor)
    answer = blind_sign(hidden.message, key=signer, entropy=entropy)
    signature = finalize(message, answer, hidden, key=signer.public, variant=variant)

    assert signer.public.modulus == number(vector["n"])
    assert message == octets(vector["input_msg"])
    assert hidden.message == octets(vector["blinded_msg"])
    assert hidden.inverse == number(vector["inv"])
    assert answer == octets(vector["blind_sig"])
    assert signature == octets(vector["sig"])
    if "encoded_msg" in vector:
        bits = signer.public.modulus.bit_length() - 1
        assert encode(message, bits, octets(vector["salt"])) == octets(vector["encoded_msg"])


@pytest.mark.parametrize("name", VARIANTS)
def test_a_fresh_signature_is_plain_pss_and_fits_its_message_only(name):
    variant = VARIANTS[name]
    message = prepare(b"token", entropy=entropy, variant=variant)

    hidden = blind(message, key=key().public, entropy=entropy, variant=variant)
    signature = finalize(
        message,
        blind_sign(hidden.message, key=key(), entropy=entropy),
        hidden,
        key=key().public,
        variant=variant,
    )

    assert verify(message, signature, key=key().public, variant=variant)
    assert not verify(message + b".", signature, key=key().public, variant=variant)
    assert not verify(message, signature[:-1], key=key().public, variant=variant)
    assert not verify(message, bytes(256), key=key().public, variant=variant)
    assert message.endswith(b"token")
    assert len(message) == (37 if variant.randomized else 5)


def test_any_visit_to_the_desk_fits_any_signature():
    """Chaum's argument: for each pair there is exactly one blinding factor, so the desk learns nothing."""
    modulus, exponent = key().public.modulus, key().public.exponent
    visits, signatures = [], []
    for _voter in range(4):
        message = prepare(b"token", entropy=entropy)
        hidden = blind(message, key=key().public, entropy=entropy)
        answer = blind_sign(hidden.message, key=key(), entropy=entropy)
        signature = finalize(message, answer, hidden, key=key().public)
        visits.append((int.from_bytes(hidden.message, "big"), int.from_bytes(answer, "big")))
        signatures.append(int.from_bytes(signature, "big"))

    for (blinded, answer), signature in product(visits, signatures):
        factor = answer * pow(signature, -1, modulus) % modulus
        encoded = pow(signature, exponent, modulus)

        assert encoded * pow(factor, exponent, modulus) % modulus == blinded


def test_blinding_is_fresh_each_time():
    message = b"the same message"

    seen = {blind(message, key=key().public, entropy=entropy).message for _ in range(8)}

    assert len(seen) == 8


def test_a_fault_in_one_prime_is_never_given_out():
    broken = replace(key(), first_exponent=key().first_exponent ^ 2)
    hidden = blind(b"token", key=key().public, entropy=entropy)

    with pytest.raises(BallotsError) as refused:
        blind_sign(hidden.message, key=broken, entropy=entropy)

    assert refused.value.key == "signing_fault"


def test_the_private_operation_is_masked_afresh_and_gives_one_answer():
    hidden = blind(b"token", key=key().public, entropy=entropy)
    drawn = []

    def recorded(size):
        drawn.append((size, entropy(size)))
        return drawn[-1][1]

    answers = {blind_sign(hidden.message, key=key(), entropy=recorded) for _ in range(3)}

    assert len(answers) == 1
    # a mask of the modulus' length and 16 bytes more, and a veil for each exponent
    assert [size for size, _raw in drawn] == [272, 8, 8] * 3
    assert len({raw for _size, raw in drawn}) == 9


@pytest.mark.parametrize(
    ("blinded", "reason"), [(b"", "bad_length"), (bytes(257), "bad_length"), (b"\xff" * 256, "out_of_range")]
)
def test_the_desk_refuses_what_is_no_blinded_message(blinded, reason):
    with pytest.raises(BallotsError) as refused:
        blind_sign(blinded, key=key(), entropy=entropy)

    assert refused.value.key == reason


def test_finalize_refuses_a_wrong_answer():
    hidden = blind(b"token", key=key().public, entropy=entropy)
    answer = blind_sign(hidden.message, key=key(), entropy=entropy)

    with pytest.raises(BallotsError, match="not a valid signature"):
        finalize(b"another", answer, hidden, key=key().public)
    with pytest.raises(BallotsError, match="256 bytes"):
        finalize(b"token", answer[:-1], hidden, key=key().public)


def test_a_key_is_kept_as_pem_and_hides_its_secret():
    pem, sealed = key().pem(), key().pem(b"three parties")

    assert load_signing_key(pem) == key()
    assert load_signing_key(sealed, b"three parties") == key()
    assert load_verifying_key(key().public.pem()) == key().public
    assert str(key().first) not in repr(key())
    with pytest.raises(BallotsError, match="passphrase"):
        load_signing_key(sealed, b"wrong")
    with pytest.raises(BallotsError, match="not a key"):
        load_verifying_key(b"-----BEGIN NOTHING-----")
    with pytest.raises(BallotsError, match="too short"):
        make_key(1024)


def test_a_nullifier_is_one_for_each_election_and_token():
    first, second = bytes(32), bytes(31) + b"\x01"

    marks = {nullifier(*pair) for pair in product(["park", "well"], [first, second])}

    assert len(marks) == 4
    assert nullifier("park", first) == nullifier("park", first)
    assert token_message("park", first) != token_message("well", first)
    for election in ("", "a\nb", " a", "a" * 201):
        with pytest.raises(BallotsError, match="needs a name"):
            nullifier(election, first)
    with pytest.raises(BallotsError, match="32 bytes"):
        nullifier("park", b"short")


def test_a_commitment_binds_and_hides():
    nonce, other = entropy(32), entropy(32)

    sealed = commitment("park", ["yes"], nonce)

    assert sealed == commitment("park", ("yes",), nonce)
    assert sealed not in {
        commitment("park", ["no"], nonce),
        commitment("park", ["yes"], other),
        commitment("well", ["yes"], nonce),
        commitment("park", ["yes", "no"], nonce),
    }


def cast(choices, election="park", signer=None):
    signer = signer or key()
    token = make_token(entropy=entropy)
    message = prepare(token_message(election, token), entropy=entropy)
    hidden = blind(message, key=signer.public, entropy=entropy)
    answer = blind_sign(hidden.message, key=signer, entropy=entropy)
    signature = finalize(message, answer, hidden, key=signer.public)
    return Ballot(election, token, message[:32], signature, tuple(choices), entropy(32))


@cache
def three():
    return tuple(cast(choices) for choices in (["yes"], ["no"], []))


def a_vote(issued=5):
    return Vote("park", key().public, options=("yes", "no"), most=1, issued=issued)


def test_the_board_is_counted_by_anyone():
    records = board(encode_ballot(ballot) for ballot in three())

    tally = count(records, a_vote())

    assert (tally.ballots, tally.blank, tally.chosen) == (3, 1, (("yes", 1), ("no", 1)))
    assert check(tally, records) == ()
    assert [(row.key, row.values) for row in explain(tally)] == [
        ("turnout", {"issued": 5, "ballots": 3}),
        ("blank", {"ballots": 1}),
        ("chosen", {"option": "yes", "ballots": 1}),
        ("chosen", {"option": "no", "ballots": 1}),
    ]


def test_a_voter_finds_the_ballot_and_its_place_in_the_log():
    records = board(encode_ballot(ballot) for ballot in three())
    tree = Tree()
    tree.append(b"the vote opened")

    leaves = publish(tree, reversed(records))

    mine = three()[0]
    place = find(records, mine.nullifier)
    index = leaves[place]
    assert decode_ballot(records[place]) == mine
    assert verify_inclusion(
        leaf=leaf_hash(records[place]),
        index=index,
        size=tree.size,
        proof=tree.inclusion_proof(index),
        root=tree.root(),
    )
    assert find(records, bytes(32)) is None


def test_the_order_of_the_board_keeps_nothing_of_the_order_of_arrival():
    records = [encode_ballot(ballot) for ballot in three()]

    assert board(records) == board(reversed(records))
    assert sorted(board(records)) == sorted(records)


def faults(records, vote=None, tally=None):
    vote = vote or a_vote()
    return {fault.key for fault in check(tally or count(records, vote), records)}


def test_check_names_each_way_to_cheat():
    fine = [encode_ballot(ballot) for ballot in three()]
    mine = three()[0]
    stranger = cast(["yes"], signer=make_key(2048))
    altered = replace(mine, choices=("no",))
    elsewhere = cast(["yes"], election="well")

    assert faults(board([*fine, encode_ballot(stranger)])) == {"token_not_signed"}
    assert faults(board([*fine, encode_ballot(altered)])) == {"nullifier_twice"}
    assert faults(board([*fine, encode_ballot(elsewhere)])) == {"other_election"}
    assert faults(board([*fine, encode_ballot(cast(["yes", "no"]))])) == {"too_many_choices"}
    assert faults(board([*fine, encode_ballot(cast(["perhaps"]))])) == {"unknown_option"}
    assert faults(board(fine), a_vote(issued=2)) == {"more_than_issued"}
    assert faults(board(fine)[::-1]) == {"order_of_arrival"}
    assert faults(board(fine)[:2], tally=count(board(fine), a_vote())) == {"count_differs"}
    assert faults(board([*fine[1:], encode_ballot(altered)]), tally=count(board(fine), a_vote())) == {
        "count_differs"
    }
    assert faults(board([*fine, b"{}"]), tally=count(board(fine), a_vote())) == {
        "not_a_ballot",
        "count_differs",
    }


def test_a_record_has_one_spelling():
    record = encode_ballot(three()[0])

    assert decode_ballot(record) == three()[0]
    for forged in (
        record.replace(b'"kind"', b' "kind"'),
        record.replace(b'"choices":["yes"]', b'"choices":["no"],"choices":["yes"]'),
        record.replace(b"ballot/1", b"ballot/2"),
        record.replace(three()[0].nullifier.hex().encode(), b"0" * 64),
        record.replace(b'["yes"]', b"[1]"),
        record.replace(b'"park"', b"null"),
        record[:-1],
        b"[" * 100_000,
        b"\xff",
        b"",
    ):
        assert forged != record
        with pytest.raises(BallotsError, match="not a ballot"):
            decode_ballot(forged)


def test_a_record_fits_an_entry_of_the_log():
    with pytest.raises(BallotsError, match="65535 bytes"):
        encode_ballot(replace(three()[0], choices=("x" * 70_000,)))
