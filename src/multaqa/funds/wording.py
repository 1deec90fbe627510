"""Sentences kept in the three languages at once, for what is stored and read later."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import override

from multaqa.kit import formats
from multaqa.kit.translated import LANGUAGES, Translated

# a day said in the language of whoever reads the sentence, not of whoever wrote it
said_day = lazy(formats.day, str)


def in_each_language(sentence: Any, **values: Any) -> Translated:
    """A lazily translated sentence with its values, in every language; texts among the values follow the
    language.
    """
    said = {}
    for code in LANGUAGES:
        with override(code):
            said[code] = str(sentence) % {
                name: str(value) if isinstance(value, Translated) else value for name, value in values.items()
            }
    return Translated(said)
