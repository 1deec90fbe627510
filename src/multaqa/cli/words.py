"""The command's sentences in the language of the terminal, without waiting for Django."""

import gettext
import os
from functools import cache
from pathlib import Path

from multaqa.engine.errors import EngineError
from multaqa.engine.merkle import MESSAGES, Message

_PACKAGE = Path(__file__).parents[1]


def language() -> str:
    """ar, fr or en, as LC_ALL, LC_MESSAGES or LANG ask; English where they ask for something else."""
    asked = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "en"
    )
    return asked[:2] if asked[:2] in ("ar", "fr") else "en"


def _(text: str) -> str:
    """The sentence in the language of the terminal."""
    return _catalogue("cli").gettext(text)


def merkle_sentence(message: Message) -> str:
    """What the Merkle kernel found, in the words that the ledger's pages use."""
    return _catalogue("ledger").gettext(MESSAGES[message.key]) % message.values


def engine_sentence(wrong: EngineError) -> str:
    """Why a kernel cannot answer, with the line of the file at fault."""
    line = wrong.values.get("line")
    said = _(wrong.template).format(**wrong.values)
    return _("Line {line}: {problem}").format(line=line, problem=said) if line else said


@cache
def _catalogue(room: str) -> gettext.NullTranslations:
    return gettext.translation("django", _PACKAGE / room / "locale", [language()], fallback=True)
