"""What every page of the shell knows: the territory, the sections, the languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.core.cache import cache as kept
from django.http import HttpRequest
from django.urls import Resolver404, resolve, translate_url
from django.utils.functional import cached_property
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from multaqa.kit import clock
from multaqa.territories.models import RegionPack

_PACK_SECONDS = 60
_SECTIONS = (
    ("news/", _("News")),
    ("observatory/", _("Observatory")),
    ("consultations/", pgettext_lazy("section", "Consultations")),
    ("petitions/", _("Petitions")),
    ("recommendations/", _("Recommendations")),
    ("fund/", _("Fund")),
    ("agreements/", _("Agreements")),
    ("ledger/", _("Public ledger")),
)


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Tongue:
    """The present page in one language, under the name its speakers give it."""

    code: str
    name: str
    url: str
    current: bool


class Shell:
    """Answers the templates' questions about the frame, each at most once and only when asked."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.language = (get_language() or "ar")[:2]

    @cached_property
    def pack(self) -> RegionPack | None:
        return pack()

    @cached_property
    def today(self) -> date:
        return clock.today()

    @cached_property
    def sections(self) -> list[Section]:
        """The sections that this installation serves, the reader's marked; the front page counts as news."""
        path = self.request.path
        home = f"/{self.language}/"
        found = [(name, home + part) for part, name in _SECTIONS if served(home + part)]
        return [
            Section(str(name), url, path.startswith(url) or (path == home and url == f"{home}news/"))
            for name, url in found
        ]

    @property
    def territory_url(self) -> str:
        observatory = f"/{self.language}/observatory/"
        return observatory if served(observatory) else f"/{self.language}/"


def tongues(request: HttpRequest, alternates: Mapping[str, str]) -> list[Tongue]:
    """The page in each language: at its own address there when it has one, else at the translated one."""
    language, path = (get_language() or "ar")[:2], request.get_full_path()
    return [
        Tongue(code, name, alternates.get(code) or translated(path, code), code == language)
        for code, name in settings.LANGUAGES
    ]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor: reads nothing until a template asks."""
    return {"shell": Shell(request)}


def pack() -> RegionPack | None:
    """This installation's region, read from the database at most once a minute in each process."""
    found = kept.get("pack")
    if found is None:
        found = RegionPack.objects.select_related("root").first()
        kept.set("pack", found, _PACK_SECONDS)
    return found


def translated(path: str, code: str) -> str:
    """The same page in another language; its front page when the address leads nowhere."""
    found = translate_url(path, code)
    return found if found.startswith(f"/{code}/") else f"/{code}/"


@cache
def served(path: str) -> bool:
    """Does an address, its language's prefix included, lead to a page?"""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
