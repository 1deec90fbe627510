"""Light stemming: clitics and endings off, broken plurals led back; never down to the root.

After Larkey, Ballesteros & Connell 2007 (light10), with a curated lexicon that decides where letters are
ambiguous, and four patterns of broken plurals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from multaqa.engine.arabic._normalise import normalise
from multaqa.engine.arabic._words import KNOWN, LED_BACK

_CACHE = 1 << 17
_LONGEST = 40
_ARABIC = re.compile("[\u0621-\u064a]+")
_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)(?=...?)")
_ENDINGS = (  # ending, letters that must remain, whether it is a pronoun
    ("هما", 3, True), ("هم", 3, True), ("هن", 4, True), ("ها", 3, True), ("نا", 4, True),
    ("تان", 3, False), ("تين", 3, False), ("ات", 2, False),
    ("ون", 4, False), ("ين", 4, False), ("ان", 4, False), ("ه", 2, True), ("ا", 4, False),
)  # fmt: skip
_BY_LAST_LETTER = {last: tuple(ending for ending in _ENDINGS if ending[0][-1] == last) for last in "امنته"}
# masdars and words of a form in which a preposition is far likelier than a root letter
_AFTER_PREPOSITION = re.compile("م.{3,}|ت[^ا].{3,}|ت.ا..*|است.{3,}|ا.ت.ا.+|ان.[^ا]ا.+")
_RADICAL_NOON = re.compile("ت..ين|ت.ا.ن|.ا.ون|.ي.ان")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shape of broken plural and the singular that it most often belongs to."""

    name: str
    shape: re.Pattern[str]
    single: str
    feminine: bool = False  # only where ة was taken off


_PLURALS = (
    Pattern("مفاعل", re.compile("(م.)ا([^ا].)"), r"\1\2"),
    Pattern("فواعل", re.compile("([^اتم])وا([^ا].)"), r"\1ا\2"),
    Pattern("فواعيل", re.compile("([^اتم])وا([^ا])ي(.)"), r"\1ا\2و\3"),
    Pattern("فعائل", re.compile("([^اتم].)اي(.)"), r"\1ي\2"),
    Pattern("فعلاء", re.compile("([^ا].)([^ا])اء"), r"\1ي\2"),
    Pattern("أفعال", re.compile("ا([^ات][^ا])ا([^ءي])"), r"\1\2"),
    Pattern("أفعلة", re.compile("ا([^ا][^ا])([^اي])"), r"\1ا\2", feminine=True),
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A word, what was taken off it, and what it is indexed under."""

    word: str
    stem: str
    prefix: str = ""
    endings: tuple[str, ...] = ()  # outermost first
    plural: str = ""  # the broken plural that was led back
    pattern: str = ""  # lexicon, or the name of the pattern that led it back


class Reading(NamedTuple):
    """An analysis in the making; a tuple, for there are several to each new word."""

    stem: str
    endings: tuple[str, ...] = ()
    known: bool = False
    prefix: str = ""
    plural: str = ""
    pattern: str = ""


@lru_cache(_CACHE)
def stem(word: str) -> str:
    """What a word is indexed under: the same for the forms that a reader takes for one word."""
    return stem_of_normalised(normalise(word))


@lru_cache(_CACHE)
def stem_of_normalised(plain: str) -> str:
    """The same for a word that went through `normalise`."""
    return _take_off(plain).stem if _is_arabic(plain) else plain


def analyse(word: str) -> Analysis:
    """The stem with each step that led to it. A word without Arabic letters is only normalised."""
    plain = normalise(word)
    if not _is_arabic(plain):
        return Analysis(word, plain)
    found = _take_off(plain)
    return Analysis(word, found.stem, found.prefix, found.endings, found.plural, found.pattern)


def _is_arabic(plain: str) -> bool:
    return len(plain) <= _LONGEST and _ARABIC.fullmatch(plain) is not None


def _take_off(word: str) -> Reading:
    """The reading that the lexicon knows with the fewest letters off the end, else the likeliest."""
    whole = _without_endings(word)
    if whole.known and not whole.endings:
        return whole
    readings = [whole, *_readings(word)]
    known = [reading for reading in readings if reading.known]
    if known:
        return min(known, key=lambda reading: sum(map(len, reading.endings)))
    return _led_back(readings[-1] if _is_likely(word) else whole)


def _readings(word: str) -> Iterator[Reading]:
    """What the word is if its first letters are an article, a conjunction or a preposition."""
    first = word[0]
    if first in "بلك" and len(word) > 2:
        rest = _without_endings(word[1:])
        # one letter before a short word is too often its root: كسوق, فاصل
        if first != "ك" or len(rest.stem) > 3:
            yield rest._replace(prefix=first)
    if first in "وف" and len(word) > 2:
        rest = _take_off(word[1:])
        if first == "و" or len(rest.stem) > 3:
            yield rest._replace(prefix=first + rest.prefix)
    article = _ARTICLE.match(word)
    if article and len(word) - article.end() >= 2:
        yield _after_article(article[0], word[article.end() :])


def _is_likely(word: str) -> bool:
    """Whether an unknown word's first letters are taken for what comes before a word."""
    article = _ARTICLE.match(word)
    if (article and len(word) - article.end() >= 2) or (word[0] == "و" and len(word) > 4):
        return True
    return word[0] in "بل" and _AFTER_PREPOSITION.fullmatch(word[1:]) is not None


def _after_article(article: str, rest: str) -> Reading:
    """The word behind ال or لل, of which the last letters may be its own: للجنة, بالتزام."""
    found = _without_endings(rest)
    if not found.known:
        own = "ل" if article.endswith("لل") else "ال"
        other = _without_endings(own + rest)
        if other.known:
            return other._replace(prefix=article.removesuffix(own))
    return found._replace(prefix=article)


def _without_endings(word: str) -> Reading:
    """Endings off, until the lexicon knows the rest or nothing more comes off."""
    stem = word
    endings: tuple[str, ...] = ()
    pronoun = False
    while True:
        # عمالات is the plural of عمالة, not of عمال: no broken plural takes ات
        if stem in KNOWN and endings[-1:] == ("ات",):
            return Reading(stem, endings, True)
        if stem in LED_BACK:
            single = LED_BACK[stem]
            if stem.startswith(single):
                return Reading(single, endings, True)
            return Reading(single, endings, True, "", stem, "lexicon")
        if stem in KNOWN:
            return Reading(stem, endings, True)
        if pronoun and len(stem) > 3 and stem[-1] == "ت":
            stem, pronoun = stem[:-1], False  # ة before a pronoun is written ت
            continue
        ending = _ending(stem)
        if ending is None:
            return Reading(stem, endings)
        stem, pronoun = stem[: -len(ending[0])], ending[2]
        endings = (*endings, ending[0])


def _ending(stem: str) -> tuple[str, int, bool] | None:
    """The longest ending that may come off, and leaves enough: two letters where they are a word (جهتين)."""
    for ending in _BY_LAST_LETTER.get(stem[-1], ()):
        text, least, _pronoun = ending
        left = len(stem) - len(text)
        if stem.endswith(text) and (left >= least or (left >= 2 and stem[:left] in KNOWN)):
            return None if stem[-1] == "ن" and _RADICAL_NOON.fullmatch(stem) else ending
    return None


def _led_back(found: Reading) -> Reading:
    """A broken plural that the lexicon does not know, led back by its pattern."""
    if len(found.stem) in (4, 5, 6):
        for pattern in _PLURALS:
            match = pattern.shape.fullmatch(found.stem)
            if match and (not pattern.feminine or found.endings[-1:] in (("ه",), ("ها",), ("هم",))):
                single = match.expand(pattern.single)
                return found._replace(stem=single, plural=found.stem, pattern=pattern.name)
    return found
