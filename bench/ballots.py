"""Ballots: what one voter costs the desk, the box and the auditor, and how a check of the board grows.

python bench/ballots.py [--json bench/results/ballots.json]
CPU time, pure Python integers for the private operation, best of three rounds.
"""

import argparse
import json
import platform
import secrets
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from multaqa.engine.ballots import (
    Ballot,
    Vote,
    blind,
    blind_sign,
    board,
    check,
    count,
    encode_ballot,
    finalize,
    make_key,
    make_token,
    prepare,
    token_message,
    verify,
)

SIZES = [100, 300, 1_000]
ENTROPY = secrets.token_bytes


def milliseconds(act, times):
    best = []
    for _round in range(3):
        start = time.process_time()
        for _turn in range(times):
            act()
        best.append((time.process_time() - start) / times)
    return round(min(best) * 1e3, 3)


def steps(key):
    message = prepare(token_message("bench", make_token(entropy=ENTROPY)), entropy=ENTROPY)
    hidden = blind(message, key=key.public, entropy=ENTROPY)
    answer = blind_sign(hidden.message, key=key, entropy=ENTROPY)
    signature = finalize(message, answer, hidden, key=key.public)
    return {
        "blind": milliseconds(lambda: blind(message, key=key.public, entropy=ENTROPY), 50),
        "blind_sign": milliseconds(lambda: blind_sign(hidden.message, key=key, entropy=ENTROPY), 15),
        "finalize": milliseconds(lambda: finalize(message, answer, hidden, key=key.public), 50),
        "verify": milliseconds(lambda: verify(message, signature, key=key.public), 200),
    }


def voted(key):
    token = make_token(entropy=ENTROPY)
    message = prepare(token_message("bench", token), entropy=ENTROPY)
    hidden = blind(message, key=key.public, entropy=ENTROPY)
    answer = blind_sign(hidden.message, key=key, entropy=ENTROPY)
    signature = finalize(message, answer, hidden, key=key.public)
    return encode_ballot(Ballot("bench", token, message[:32], signature, ("yes",), ENTROPY(32)))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/ballots.json")
    target = options.parse_args().json
    keys = {bits: make_key(bits) for bits in (2048, 3072)}
    records = [voted(keys[2048]) for _voter in range(max(SIZES))]
    rows = []
    for size in SIZES:
        vote = Vote("bench", keys[2048].public, ("yes", "no"), 1, size)
        published = board(records[:size])
        tally = count(published, vote)
        start = time.process_time()
        assert check(tally, published) == ()
        rows.append({"ballots": size, "check_per_second": round(size / (time.process_time() - start))})
    result = {
        "python": platform.python_version(),
        "milliseconds": {bits: steps(key) for bits, key in keys.items()},
        "record_bytes": len(records[0]),
        "check": rows,
    }
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
