"""One spelling for each word: marks off, letters that readers take for one another made one."""

from __future__ import annotations

import re
import unicodedata

_MARKS = (
    *range(0x0610, 0x061B), 0x0640, *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E9), *range(0x06EA, 0x06EE), 0x00AD, *range(0x200B, 0x2010),
    *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF,
)  # fmt: skip
_INVISIBLE = dict.fromkeys(_MARKS)
_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ی": "ي", "ۍ": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "گ": "ك", "ڭ": "ك", "ݣ": "ك",
        "پ": "ب", "ڤ": "ف", "ڥ": "ف", "چ": "ج", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۃ": "ه", "ۀ": "ه",
        "٪": "%", "٫": ".", "٬": "",
    }
    | dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True))
)  # fmt: skip
# لقائه is لقاء with a pronoun
_HAMZA = re.compile("(?<=[\u0621-\u064a])ا[ئؤ](?=(?:هما|هم|هن|ها|ه|نا)(?![\u0621-\u064a]))")
_TANWIN = re.compile("اً|ًا")
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f]")


def normalise(text: str) -> str:
    """The text without vowel marks, elongation and invisible marks, in one spelling, digits as 0 to 9.

    أ إ آ become ا, ى and ئ ي, ؤ و, ة ه, and Persian or Maghrebi letters their Arabic neighbours; an
    accusative ending that is marked (مشروعًا) goes; Latin letters lose case and accents.
    """
    if text.isascii():
        return text.lower()
    if _FORMS.search(text):
        text = unicodedata.normalize("NFKC", text)
    if "ً" in text:
        text = _TANWIN.sub("", text)
    text = _HAMZA.sub("اء", text.translate(_INVISIBLE)).translate(_LETTERS)
    if _ACCENTED.search(text):
        text = "".join(
            letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
        )
    return text.lower()
