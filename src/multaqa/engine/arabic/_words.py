"""The curated words as tables, made once from the lexicon."""

from __future__ import annotations

from multaqa.engine.arabic._lexicon import PLAIN, STOP_WORDS, WITH_FORMS
from multaqa.engine.arabic._normalise import normalise


def bare(word: str) -> str:
    """A normalised word without the ending ة, which is written ه."""
    return word[:-1] if word.endswith("ه") and len(word) > 2 else word


def _tables() -> tuple[frozenset[str], dict[str, str]]:
    known: set[str] = set()
    led_back: dict[str, str] = {}
    for line in (*WITH_FORMS.split("|"), *PLAIN.split()):
        word, *forms = (normalise(part) for part in line.split())
        stem = word if word in _KEEP else bare(word)
        known.add(stem)
        led_back.setdefault(word, stem)
        for form in forms:
            led_back.setdefault(form, stem)
            # أنشطة stands as انشط in أنشطتها
            if form.endswith("ه") and len(form) > 4:
                led_back.setdefault(form[:-1], stem)
    return frozenset(known), led_back


# their ه is a letter of the word
_KEEP = frozenset(map(normalise, ("اتجاه", "تنبيه", "توجيه", "وجه", "إله", "أمة", "إكراه")))
STOP = frozenset(map(normalise, STOP_WORDS.split()))
KNOWN, LED_BACK = _tables()
