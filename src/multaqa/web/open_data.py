"""The addresses of this installation that are made for machines."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import gettext_lazy as _

_KNOWN: tuple[tuple[str, tuple[str, ...], Any, str], ...] = (
    ("log_file", ("checkpoint",), _("The signed size and root of the ledger"), "C2SP checkpoint"),
    ("log_file", ("key",), _("The key that verifies the ledger's signature"), "vkey"),
    ("observatory:values", (), _("Every indicator value with its source"), "CSV"),
    ("observatory:values", ("parquet",), _("Every indicator value with its source"), "Parquet"),
    ("observatory:observations_csv", (), _("Observations made in the region"), "CSV"),
    ("observatory:observations_csv", ("geojson",), _("Observations made in the region"), "GeoJSON"),
    ("api:openapi-json", (), _("The description of the interface for programs"), "OpenAPI"),
    ("recommendations:download", (), _("Every recommendation with its deadline and answer"), "CSV"),
    ("funds:awards_csv", (), _("The public register of awards"), "CSV"),
    ("partnerships:register_csv", (), _("The register of agreements"), "CSV"),
    ("newsroom:rss", (), _("Articles as they appear"), "RSS"),
    ("newsroom:atom", (), _("Articles as they appear"), "Atom"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """What an address holds, in which format."""

    holds: Any
    form: str
    url: str


def addresses() -> list[Address]:
    """The machine-readable addresses that this installation serves."""
    found = []
    for name, arguments, holds, form in _KNOWN:
        try:
            found.append(Address(holds, form, reverse(name, args=arguments)))
        except NoReverseMatch:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of the interface for programs. parameters: the names it takes after a question mark."""

    method: str
    path: str
    gives: str
    parameters: tuple[str, ...]


def endpoints(request: HttpRequest) -> list[Endpoint]:
    """The interface for programs, from its own description, in the reader's language."""
    try:
        view, _arguments, options = resolve(reverse("api:openapi-json"))
    except NoReverseMatch:
        return []
    paths = json.loads(view(request, **options).content)["paths"]
    return [
        Endpoint(method.upper(), path, operation["summary"], _asked(operation))
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def _asked(operation: dict[str, Any]) -> tuple[str, ...]:
    return tuple(each["name"] for each in operation.get("parameters", ()) if each["in"] == "query")
