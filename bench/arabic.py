"""Arabic: words a second of each step, and how cost grows with the text and with its share of new words.

python bench/arabic.py [--json bench/results/arabic.json]
CPU time, best of five. Running text repeats words: the texts draw from the families by Zipf's law; `new` is
every word once, with an empty memory.
"""

import argparse
import json
import platform
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parents[1]))

from multaqa.engine.arabic import _stem, check, normalise, stem, terms
from tests.engine import arabic_families as lists

SIZES = [10_000, 100_000, 1_000_000]
LISTS = ("GLOSSARY", "NEWS", "HELD_OUT", "UNSEEN", "SIBLINGS")


def forget():
    stem.cache_clear()
    _stem.stem_of_normalised.cache_clear()


def per_second(count, act, repeat=5):
    seconds = []
    for _round in range(repeat):
        forget()
        start = time.process_time()
        act()
        seconds.append(time.process_time() - start)
    return round(count / min(seconds))


def peers(vocabulary):
    """The same on another stemmer, where it is installed."""
    try:
        import snowballstemmer
    except ImportError:
        return None
    other = snowballstemmer.stemmer("arabic")
    return {"snowball_words_per_second": per_second(len(vocabulary), lambda: other.stemWords(vocabulary))}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--json", type=Path, default=Path(__file__).parent / "results/arabic.json")
    target = options.parse_args().json
    chance = random.Random(28)
    families = {name: lists.families(getattr(lists, name)) for name in LISTS}
    vocabulary = sorted({word for rows in families.values() for row in rows for word in row})
    chance.shuffle(vocabulary)
    weights = [1 / (place + 1) for place in range(len(vocabulary))]
    rows = []
    for size in SIZES:
        text = " ".join(chance.choices(vocabulary, weights, k=size))
        rows.append(
            {
                "words": size,
                "normalise_per_second": per_second(size, lambda text=text: normalise(text), 2),
                "terms_per_second": per_second(size, lambda text=text: terms(text), 2),
            }
        )
    every = [row for name in LISTS[:4] for row in families[name]]
    reports = {**{name.lower(): check(rows_) for name, rows_ in families.items()}, "together": check(every)}
    result = {
        "python": platform.python_version(),
        "running_text": rows,
        "new_words_per_second": per_second(len(vocabulary), lambda: [stem(word) for word in vocabulary]),
        "peers": peers(vocabulary) or "measuring alone",
        "families": {
            name: {
                "pairs": report.same,
                "recall": round(report.recall, 4),
                "pairs_across": report.across,
                "false_joins": report.false_joins,
            }
            for name, report in reports.items()
        },
    }
    target.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
