"""Sentences kept in the three languages at once, for what is stored and read later; what the engine says, in
the reader's language.
"""

import gettext as catalogues
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext, override

from multaqa.engine.errors import EngineError
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


def engine_sentence(wrong: EngineError) -> str:
    """Why the engine cannot answer, with the line of the file at fault; said as the command line says it."""
    said = _command_line(formats.language()).gettext(wrong.template).format(**wrong.values)
    line = wrong.values.get("line")
    return gettext("Line {line}: {problem}").format(line=line, problem=said) if line else said


@cache
def _command_line(language: str) -> catalogues.NullTranslations:
    """The catalogue that keeps the engine's sentences: data of a higher floor, read and not imported."""
    folder = Path(__file__).parents[1] / "cli" / "locale"
    return catalogues.translation("django", folder, [language], fallback=True)
