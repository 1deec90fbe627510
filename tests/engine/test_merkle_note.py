"""Signed notes, checkpoints and receipts: one spelling is read, everything else refused."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multaqa.engine.merkle import (
    MESSAGES,
    Checkpoint,
    Invalid,
    Receipt,
    Tree,
    format_checkpoint,
    make_receipt,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_note,
    parse_receipt,
    parse_verifier_key,
    sign_checkpoint,
    sign_note,
    verifier_key,
    verify_receipt,
)

EXAMPLE = json.loads((Path(__file__).parents[1] / "data/tlog/vectors.json").read_text(encoding="utf-8"))[
    "signed_note_example"
]
SEED, OTHER_SEED, ORIGIN = bytes(range(32)), bytes(32), "example.org/fund"
VKEY = verifier_key(ORIGIN, seed=SEED)
CHECKPOINT = Checkpoint(ORIGIN, 3, bytes(range(32)))
SIGNED = sign_checkpoint(CHECKPOINT, seed=SEED)


def signature_line(text, name, seed):
    return sign_note(text, name=name, seed=seed)[len(text.encode()) + 1 :]


def without_line_end(data):
    return data[:-1]


def test_the_example_of_the_specification_verifies():
    note = EXAMPLE["note"].encode()

    assert open_note(note, EXAMPLE["vkey"]) == "This is an example message.\n"
    assert str(parse_verifier_key(EXAMPLE["vkey"])) == EXAMPLE["vkey"]
    with pytest.raises(Invalid, match=r"does not match the text"):
        open_note(note.replace(b"example message", b"exbmple message"), EXAMPLE["vkey"])


def test_a_signed_checkpoint_is_three_lines_a_blank_one_and_a_signature():
    lines = SIGNED.decode().split("\n")

    assert lines[:4] == [ORIGIN, "3", base64.b64encode(bytes(range(32))).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]
    assert open_checkpoint(SIGNED, VKEY) == CHECKPOINT


def test_signing_is_deterministic_and_bound_to_the_name():
    assert sign_checkpoint(CHECKPOINT, seed=SEED) == SIGNED
    assert parse_verifier_key(verifier_key("example.org/other", seed=SEED)).key_id != (
        parse_verifier_key(VKEY).key_id
    )


@pytest.mark.parametrize(
    ("vkey", "message"),
    [
        ("example.org/fund", "not three parts"),
        (VKEY.replace("example.org/fund", "example.org/fond"), "identifier does not match"),
        (VKEY.replace("example.org/fund", "example.org /fund"), "neither spaces nor plus"),
        (VKEY.replace("example.org/fund", ""), "neither spaces nor plus"),
        (VKEY.upper().replace("EXAMPLE.ORG/FUND", ORIGIN), "base64|identifier|Ed25519"),
        (VKEY + "\n", "base64"),
        ("a+00000000+" + base64.b64encode(b"\x04" + bytes(32)).decode(), "not Ed25519"),
        ("a+00000000+" + base64.b64encode(b"\x01" + bytes(31)).decode(), "not Ed25519"),
    ],
)
def test_malformed_keys_are_refused(vkey, message):
    with pytest.raises(Invalid, match=message):
        parse_verifier_key(vkey)


def test_unknown_signatures_are_ignored():
    text = format_checkpoint(CHECKPOINT)
    witnesses = b"".join(signature_line(text, f"witness{n}.example", OTHER_SEED) for n in range(16))
    namesake = signature_line(text, ORIGIN, OTHER_SEED)
    ours = signature_line(text, ORIGIN, SEED)

    assert open_checkpoint(text.encode() + b"\n" + witnesses + namesake + ours, VKEY) == CHECKPOINT
    with pytest.raises(Invalid, match=r"no signature by example\.org/fund"):
        open_checkpoint(text.encode() + b"\n" + witnesses + namesake, VKEY)


def test_a_wrong_signature_beside_a_right_one_is_refused():
    text = format_checkpoint(CHECKPOINT)
    wrong = signature_line(format_checkpoint(Checkpoint(ORIGIN, 4, bytes(32))), ORIGIN, SEED)

    with pytest.raises(Invalid, match="does not match"):
        open_checkpoint(SIGNED + wrong, VKEY)
    with pytest.raises(Invalid, match="does not match"):
        open_checkpoint(text.encode() + b"\n" + wrong, VKEY)


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (b"", "no signature lines"),
        (b"text\n", "no signature lines"),
        (b"text\n\n", "no signature lines"),
        (without_line_end(SIGNED), "no signature lines"),
        (SIGNED + b"\n", "no signature lines"),
        (SIGNED.replace("— ".encode(), b"- "), "malformed signature line"),
        (SIGNED.replace(b"\n\n", b"\n\r\n"), "control characters"),
        (SIGNED.replace(b"fund", b"f\x00nd"), "control characters"),
        (SIGNED.replace(b"fund", b"f\tnd"), "control characters"),
        (b"\xff" + SIGNED, "not UTF-8"),
        (b"text\n\n" + "— a+b AAAAAAA=\n".encode(), "neither spaces nor plus"),
        (b"text\n\n" + "— a AAAAAA==\n".encode(), "empty signature"),
        (b"text\n\n" + "— a AAAAAAB=\n".encode(), "base64"),
        (b"text\n\n" + "— a AAAA AAA=\n".encode(), "malformed signature line"),
        (b"text\n\n" + 251 * "— a AAAAAAA=\n".encode(), "too many signatures"),
        (b"x" * 1_000_001, "too long"),
    ],
)
def test_malformed_notes_are_refused(note, message):
    with pytest.raises(Invalid, match=message):
        parse_note(note)


def test_a_note_is_split_at_its_last_empty_line():
    signed = sign_note("first\n\nsecond\n", name="a", seed=SEED)

    assert open_note(signed, verifier_key("a", seed=SEED)) == "first\n\nsecond\n"


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", ""])
def test_text_that_could_not_be_read_back_is_not_signed(text):
    with pytest.raises(Invalid, match="not a signed note"):
        sign_note(text, name="a", seed=SEED)


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(Invalid, match="32 bytes, not 31"):
        verifier_key("a", seed=bytes(31))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n3\n", "\n03\n", "decimal size"),
        ("\n3\n", "\n-3\n", "decimal size"),
        ("\n3\n", "\n+3\n", "decimal size"),
        ("\n3\n", "\n٣\n", "decimal size"),
        ("\n3\n", "\n9223372036854775808\n", "decimal size"),
        ("\n3\n", "\n\n", "decimal size"),
        ("example.org/fund\n", "\n", "three lines"),
        ("=\n", "=\nextension\n", "three lines"),
        ("=\n", "=", "three lines"),
        ("AAEC", "AAE", "base64"),
        ("AAEC", "", "32 bytes"),
        ("Hh8=", "Hh9=", "base64"),
    ],
)
def test_checkpoints_have_one_spelling(old, new, message):
    text = format_checkpoint(CHECKPOINT)
    assert old in text

    with pytest.raises(Invalid, match=message):
        parse_checkpoint(text.replace(old, new))


@pytest.mark.parametrize(
    "checkpoint", [Checkpoint("a\nb", 1, bytes(32)), Checkpoint("a", -1, bytes(32)), Checkpoint("a", 1, b"")]
)
def test_a_checkpoint_that_could_not_be_read_back_is_not_signed(checkpoint):
    with pytest.raises(Invalid):
        sign_checkpoint(checkpoint, seed=SEED)


def test_a_checkpoint_of_another_log_is_refused_even_when_signed_by_the_key():
    stranger = sign_note(format_checkpoint(Checkpoint("example.org/a", 1, bytes(32))), name=ORIGIN, seed=SEED)

    with pytest.raises(Invalid, match=r"of the log example\.org/a, not of example\.org/fund"):
        open_checkpoint(stranger, VKEY)


@given(st.integers(0, len(SIGNED) * 8 - 1))
def test_one_flipped_bit_anywhere_in_a_checkpoint_is_refused(bit):
    data = bytearray(SIGNED)
    data[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Invalid):
        open_checkpoint(bytes(data), VKEY)


ENTRIES = [b"entry %d" % index for index in range(300)]


def receipt_for(index, extra=None):
    tree = Tree()
    tree.append_many(ENTRIES)
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), seed=SEED)
    return make_receipt(index, tree.inclusion_proof(index), checkpoint, extra=extra)


RECEIPT = receipt_for(77)


def test_a_receipt_is_the_text_of_the_specification():
    tree = Tree()
    tree.append_many(ENTRIES[:2])
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 2, tree.root()), seed=SEED)

    receipt = make_receipt(1, tree.inclusion_proof(1), checkpoint, extra=b"poster")

    sibling = base64.b64encode(tree.inclusion_proof(1)[0])
    head = b"c2sp.org/tlog-proof@v1\nextra cG9zdGVy\nindex 1\n" + sibling + b"\n\n"
    assert receipt == head + checkpoint
    assert parse_receipt(receipt) == Receipt(1, (base64.b64decode(sibling),), checkpoint, b"poster")


@pytest.mark.parametrize("index", [0, 1, 255, 256, 299])
def test_a_receipt_proves_its_entry_and_no_other(index):
    receipt = receipt_for(index)

    assert verify_receipt(receipt, ENTRIES[index], VKEY).size == 300
    with pytest.raises(Invalid, match=f"this entry at place {index} of 300"):
        verify_receipt(receipt, ENTRIES[index - 1], VKEY)


def test_a_receipt_for_the_only_entry_has_no_hashes():
    tree = Tree()
    tree.append(b"only")
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 1, tree.root()), seed=SEED)

    receipt = make_receipt(0, [], checkpoint)

    assert receipt == b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + checkpoint
    assert verify_receipt(receipt, b"only", VKEY).size == 1


def test_a_receipt_under_another_key_is_refused():
    with pytest.raises(Invalid, match="no signature"):
        verify_receipt(RECEIPT, ENTRIES[77], verifier_key(ORIGIN, seed=OTHER_SEED))


@given(st.integers(0, len(RECEIPT) * 8 - 1))
def test_one_flipped_bit_anywhere_in_a_receipt_is_refused(bit):
    data = bytearray(RECEIPT)
    data[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Invalid):
        verify_receipt(bytes(data), ENTRIES[77], VKEY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"@v1", b"@v2", "no header"),
        (b"index 77", b"index 077", "no index"),
        (b"index 77", b"index -7", "no index"),
        (b"index 77\n", b"", "no index"),
        (b"index 77\n", b"index 77\nAAAA\n", "malformed proof"),
        (b"index 77\n", b"extra ====\nindex 77\n", "base64"),
        (b"index 77\n", b"extra AAAA\nextra AAAA\nindex 77\n", "no index"),
        (b"index 77\n", "index 77\né\n".encode(), "not ASCII"),
        (b"\n\n", b"\n", "malformed|no checkpoint|not ASCII|base64"),
    ],
)
def test_malformed_receipts_are_refused(old, new, message):
    assert old in RECEIPT

    with pytest.raises(Invalid, match=message):
        parse_receipt(RECEIPT.replace(old, new))


@given(st.binary(max_size=300))
def test_noise_is_refused_and_never_crashes(noise):
    for parse in (parse_note, parse_receipt):
        with pytest.raises(Invalid):
            parse(noise)


def test_a_receipt_that_could_not_be_read_back_is_not_made():
    with pytest.raises(Invalid, match="not a receipt"):
        make_receipt(-1, [], SIGNED)


def test_refusals_carry_a_key_and_values_for_translation():
    with pytest.raises(Invalid) as refusal:
        verify_receipt(RECEIPT, b"other", VKEY)

    assert refusal.value.message.key == "receipt_mismatch"
    assert refusal.value.message.values == {"index": 77, "size": 300}
    assert str(refusal.value) == MESSAGES["receipt_mismatch"] % {"index": 77, "size": 300}
