"""The message catalogues: extract, merge, check and compile, in pure Python.

    python tools/messages.py update [ROOM…]   merge what the code says into the .po files
    python tools/messages.py check [ROOM…]    exit 1 when anything is missing, fuzzy, stale or badly formed,
                                              or said differently by two rooms
    python tools/messages.py compile          write the .mo files

Translators may use any editor of .po files; gettext itself is not needed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

SOURCE = Path(__file__).parents[1] / "src" / "multaqa"
PLURALS = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5;",
    "fr": "nplurals=2; plural=(n > 1);",
}
FORMS = {"ar": 6, "fr": 2}
_CALLS = {
    name + lazy: shape
    for name, shape in {"gettext": "m", "ngettext": "mp", "pgettext": "cm", "npgettext": "cmp"}.items()
    for lazy in ("", "_lazy")
}
_CALLS |= {"_": "m", "_p": "cm", "_n": "mp"}
_SPOKEN_FOR = {"cli": ("cli", "engine")}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")


@dataclass(frozen=True)
class Message:
    text: str
    plural: str | None
    context: str | None

    @property
    def key(self) -> tuple[str, str | None]:
        return self.text, self.context


def rooms(names: list[str]) -> list[Path]:
    found = [SOURCE / name for name in names] if names else sorted(SOURCE.iterdir())
    return [room for room in found if (room / "locale").is_dir()]


def messages(room: Path) -> dict[Message, list[str]]:
    """Every message of a room and the files it stands in."""
    found: dict[Message, list[str]] = {}
    spoken_for = [SOURCE / name for name in _SPOKEN_FOR.get(room.name, (room.name,))]
    files = [
        file for folder in spoken_for for kind in ("*.py", "*.html", "*.txt") for file in folder.rglob(kind)
    ]
    for file in sorted(files):
        if "migrations" in file.parts:
            continue
        extract = from_python if file.suffix == ".py" else from_template
        for message in extract(file.read_text(encoding="utf-8")):
            places = found.setdefault(message, [])
            place = str(file.relative_to(SOURCE))
            if place not in places:
                places.append(place)
    return found


def from_python(code: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            # the engine speaks no language: its refusals, a key and a sentence, are put into words by the
            # command line
            refusal = name[:1].isupper() and name.endswith("Error") and len(node.args) > 1
            if shape := _CALLS.get(name, "km" if refusal else ""):
                yield from _message(shape, node.args)


def from_template(text: str) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    python = templatize(text)
    for match in re.finditer(r"\b(n?p?gettext|_)\(", python):
        call = _balanced(python, match.start())
        try:
            node = ast.parse(call.strip(), mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            yield from _message(_CALLS[match[1]], node.args)


def _balanced(text: str, start: int) -> str:
    depth, quote, position = 0, "", start
    while position < len(text):
        sign = text[position]
        if quote:
            if sign == "\\":
                position += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return text[start : position + 1]
        position += 1
    return text[start:]


def _message(shape: str, arguments: list[ast.expr]) -> Iterator[Message]:
    texts = [argument.value if isinstance(argument, ast.Constant) else None for argument in arguments]
    parts = dict(zip(shape, texts, strict=False))
    if isinstance(parts.get("m"), str) and parts["m"]:
        yield Message(parts["m"], parts.get("p"), parts.get("c"))


def catalogue(room: Path, language: str) -> polib.POFile:
    path = room / "locale" / language / "LC_MESSAGES" / "django.po"
    if path.exists():
        return polib.pofile(str(path), wrapwidth=110)
    new = polib.POFile(wrapwidth=110)
    new.fpath = str(path)
    return new


def update(room: Path, language: str) -> None:
    """Keep every translation still asked for, add the missing ones empty, drop the rest."""
    old = catalogue(room, language)
    kept = {(entry.msgid, entry.msgctxt): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for message, places in sorted(messages(room).items(), key=lambda item: (item[1][0], item[0].text)):
        entry = kept.get(message.key) or polib.POEntry(msgid=message.text, msgctxt=message.context)
        entry.occurrences = [(place, "") for place in places]
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = {form: entry.msgstr_plural.get(form, "") for form in range(FORMS[language])}
        if entry not in new:
            new.append(entry)
    Path(old.fpath).parent.mkdir(parents=True, exist_ok=True)
    new.save(old.fpath)


def faults(room: Path, language: str) -> Iterator[str]:
    """What keeps a room from being complete in a language, one line each."""
    entries = {
        (entry.msgid, entry.msgctxt): entry for entry in catalogue(room, language) if not entry.obsolete
    }
    wanted = messages(room)
    for message in wanted:
        entry = entries.get(message.key)
        texts = [] if entry is None else (list(entry.msgstr_plural.values()) or [entry.msgstr])
        where = f"{room.name} {language}: {message.text[:70]!r}"
        if not texts or not all(texts):
            yield f"{where} is not translated"
            continue
        assert entry is not None
        if "fuzzy" in entry.flags:
            yield f"{where} is fuzzy"
        if message.plural and len(texts) != FORMS[language]:
            yield f"{where} has {len(texts)} plural forms instead of {FORMS[language]}"
        asked = set(_PLACEHOLDER.findall(message.plural or message.text))
        for text in texts:
            used = set(_PLACEHOLDER.findall(text))
            # a language may leave the number out where the words say it: «قيدان»
            if used - asked or (asked - used and not message.plural):
                yield f"{where} does not keep its placeholders in {text[:70]!r}"
    for key in entries.keys() - {message.key for message in wanted}:
        yield f"{room.name} {language}: {key[0][:70]!r} is no longer used"


def conflicts() -> Iterator[str]:
    """Messages that two rooms translate differently: the catalogues are merged, so one would silently win."""
    for language in FORMS:
        said: dict[tuple[str, str | None, bool], dict[tuple[str, ...], list[str]]] = {}
        for room in rooms([]):
            for entry in catalogue(room, language):
                texts = tuple(text for _form, text in sorted(entry.msgstr_plural.items())) or (entry.msgstr,)
                if all(texts) and not entry.obsolete:
                    key = entry.msgid, entry.msgctxt, bool(entry.msgid_plural)
                    said.setdefault(key, {}).setdefault(texts, []).append(room.name)
        for (text, _context, _plural), ways in said.items():
            if len(ways) > 1:
                who = "; ".join(f"{', '.join(names)} {texts[-1]!r}" for texts, names in ways.items())
                yield f"{language}: {text[:70]!r} is translated differently: {who}"


def compile_all() -> None:
    for file in SOURCE.rglob("*.po"):
        target = file.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < file.stat().st_mtime:
            polib.pofile(str(file)).save_as_mofile(str(target))


def main(arguments: list[str]) -> int:
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    command, names = (arguments[0] if arguments else ""), arguments[1:]
    if command == "compile":
        compile_all()
        return 0
    if command == "update":
        for room in rooms(names):
            for language in FORMS:
                update(room, language)
        compile_all()
        return 0
    if command == "check":
        found = [fault for room in rooms(names) for language in FORMS for fault in faults(room, language)]
        found += conflicts()
        print("\n".join(found) or "every message is translated")
        return 1 if found else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
