"""A third party's code, Go's own sumdb packages, accepts our export and refuses a damaged one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from multaqa.engine.merkle import (
    Checkpoint,
    Tree,
    bundle_files,
    make_receipt,
    sign_checkpoint,
    tile_files,
    verifier_key,
    verify_receipt,
)

SOURCE = Path(__file__).parents[1] / "golang/verify.go"
GOPATH = Path("/usr/share/gocode")
SEED, ORIGIN = bytes(range(32)), "example.org/fund"
VKEY = verifier_key(ORIGIN, seed=SEED)
ENTRIES = [b'{"type":"award","n":%d}' % index for index in range(70_000)]


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    if shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod").is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    built = tmp_path_factory.mktemp("go")
    # a build cache of its own: the verifier is compiled once, whatever HOME is
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(built / "cache"), "GOFLAGS": ""}
    subprocess.run(
        ["go", "build", "-o", built / "verify", SOURCE], env=os.environ | settings, check=True, timeout=300
    )
    return built / "verify"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return export(tmp_path_factory.mktemp("log"), ENTRIES)


@pytest.fixture
def copied(sound, tmp_path):
    return Path(shutil.copytree(sound, tmp_path / "log"))


def export(directory, entries):
    tree = Tree()
    tree.append_many(entries)
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), seed=SEED)
    for path, content in [
        ("checkpoint", checkpoint),
        *tile_files(tree),
        *bundle_files(entries.__getitem__, 0, tree.size),
    ]:
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return directory


def verify(verifier, directory, vkey=VKEY):
    ran = subprocess.run([verifier, directory, vkey], capture_output=True, text=True, timeout=120)
    return ran.returncode, ran.stdout.strip()


def flip_bit(file, byte):
    content = bytearray(file.read_bytes())
    content[byte] ^= 1
    file.write_bytes(content)


def test_go_verifies_an_export_of_seventy_thousand_entries(verifier, sound):
    assert verify(verifier, sound) == (0, "VERIFIED: 70000 entries")


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_536])
def test_go_verifies_exports_at_the_edges_of_tiles(verifier, tmp_path, size):
    assert verify(verifier, export(tmp_path, ENTRIES[:size])) == (0, f"VERIFIED: {size} entries")


def test_go_names_an_entry_with_one_flipped_bit(verifier, copied):
    flip_bit(copied / "tile/entries/100", 2 + len(ENTRIES[25_600]) + 2)

    assert verify(verifier, copied) == (1, "REFUSED: entry 25601 is not the signed one")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("tile/0/000", "tile 0/0"),
        ("tile/0/100", "tile 0/100"),
        ("tile/0/273.p/112", "tile 0/273"),
        ("tile/1/000", "tile 1/0"),
        ("tile/1/001.p/17", "tile 1/1"),
        ("tile/2/000.p/1", "tile 2/0"),
    ],
)
def test_go_names_a_tile_with_one_flipped_bit(verifier, copied, path, said):
    flip_bit(copied / path, 17)

    assert verify(verifier, copied) == (1, f"REFUSED: {said} is not the signed one")


def test_go_refuses_an_edited_size(verifier, copied):
    signed = copied / "checkpoint"
    signed.write_bytes(signed.read_bytes().replace(b"\n70000\n", b"\n69999\n"))

    assert verify(verifier, copied) == (1, "REFUSED: invalid signature for key example.org/fund+" + key_id())


def test_go_refuses_another_key(verifier, sound):
    status, said = verify(verifier, sound, verifier_key(ORIGIN, seed=bytes(32)))

    assert (status, said) == (1, "REFUSED: note has no verifiable signatures")


def test_our_receipts_are_under_the_root_that_go_accepts(verifier, sound):
    tree = Tree()
    tree.append_many(ENTRIES)
    receipt = make_receipt(12_345, tree.inclusion_proof(12_345), (sound / "checkpoint").read_bytes())

    assert verify(verifier, sound)[0] == 0
    assert verify_receipt(receipt, ENTRIES[12_345], VKEY).root == tree.root()


def key_id():
    return VKEY.split("+")[1]
