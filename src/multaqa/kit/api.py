"""What the interface for programs has in common: pages of a list, sentences in three languages, errors.

Every list takes `limit` (100, at most 500) and `offset`, and answers with `count` and `items` in a stable
order. A mistake is answered by one sentence in Arabic, French and English.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from ninja import Field, NinjaAPI, Schema
from ninja.errors import ValidationError

from multaqa.kit.translated import LANGUAGES, Translated

MOST = 500
_FARTHEST = 100_000_000
Item = TypeVar("Item")


class Text(Schema):
    """A text in the languages it exists in; the others are empty."""

    ar: str = ""
    fr: str = ""
    en: str = ""


class Window(Schema):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=_FARTHEST)


class Page(Schema, Generic[Item]):
    """count: how many there are in all."""

    count: int
    items: list[Item]


class Mistake(Schema):
    sentence: Text


class _Countable(Protocol):
    def count(self) -> int: ...
    def __getitem__(self, part: slice, /) -> Any: ...


class UnknownError(Exception):
    """A parameter names what does not exist."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(name)
        self.sentence = said(_("%(name)s: nothing is known under “%(value)s”."), name=name, value=value)


def paged(found: _Countable, window: Window, rows: Callable[[Any], Sequence[Any]]) -> dict[str, Any]:
    """A `Page` of a queryset: its count, and `rows` of the part asked for."""
    part = found[window.offset : window.offset + window.limit]
    return {"count": found.count(), "items": rows(part)}


def said(text: Any, **values: Any) -> dict[str, str]:
    """A lazy sentence in every language."""
    sentences = {}
    for code in LANGUAGES:
        with override(code):
            sentences[code] = str(text) % values if values else str(text)
    return sentences


def words(title: Translated) -> dict[str, str]:
    return {code: title.get(code, "") for code in LANGUAGES}


def answer_mistakes(api: NinjaAPI) -> None:
    """Errors as JSON with one sentence: 422 for what cannot be read, 404 for what is not there."""

    @api.exception_handler(ValidationError)
    def unreadable(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
        return _mistake(api, request, 422, _why(wrong.errors[0]))

    @api.exception_handler(UnknownError)
    def unknown(request: HttpRequest, wrong: UnknownError) -> HttpResponse:
        return _mistake(api, request, 422, wrong.sentence)

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, wrong: Http404) -> HttpResponse:
        return _mistake(api, request, 404, said(_("There is nothing at this address.")))


def _why(error: dict[str, Any]) -> dict[str, str]:
    name = str(error["loc"][-1])
    limits = error.get("ctx", {})
    if "expected" in limits:
        return said(_("%(name)s takes %(expected)s."), name=name, expected=limits["expected"])
    if "le" in limits:
        return said(_("%(name)s is at most %(most)s."), name=name, most=limits["le"])
    if "ge" in limits:
        return said(_("%(name)s is at least %(least)s."), name=name, least=limits["ge"])
    return said(_("%(name)s cannot be read: it takes a whole number."), name=name)


def _mistake(api: NinjaAPI, request: HttpRequest, status: int, sentence: dict[str, str]) -> HttpResponse:
    return api.create_response(request, {"sentence": sentence}, status=status)
