"""The addresses of this installation that are made for machines."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

_KNOWN: tuple[tuple[str, tuple[str, ...], Any, str], ...] = (
    ("log_file", ("checkpoint",), _("The signed size and root of the ledger"), "C2SP checkpoint"),
    ("log_file", ("key",), _("The key that verifies the ledger's signature"), "vkey"),
    ("observatory:values", (), _("Every indicator value with its source"), "CSV"),
    ("observatory:observations_csv", (), _("Observations made in the region"), "CSV"),
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
