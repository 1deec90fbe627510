"""Money: a whole number of minor units and a currency. Never a float."""

import re
from dataclasses import dataclass

from babel.numbers import get_currency_precision

from multaqa.kit.digits import western


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount: `minor` units (centimes for MAD) of a `currency` (ISO 4217)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        from multaqa.kit.formats import money

        return money(self)


def scale(currency: str) -> int:
    """How many minor units make one unit: 100 for MAD, 1 for JPY, 1000 for TND."""
    return int(10 ** get_currency_precision(currency))


def parse_amount(text: str, currency: str) -> int:
    """The minor units of an amount as a person writes it.

    Accepts Arabic-Indic digits, spaces or no-break spaces between thousands, and a comma or a point before
    the decimals. Raises ValueError when it is no amount, or has more decimals than the currency.

    >>> parse_amount("1 234,50", "MAD")
    123450
    >>> parse_amount("٨٠٠٠٠", "MAD")
    8000000
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", western(text)).replace(",", ".")
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?", plain)
    digits = len(str(scale(currency))) - 1
    if match is None or len(match[2] or "") > digits:
        raise ValueError(text)
    return int(match[1]) * scale(currency) + int((match[2] or "").ljust(digits, "0") or 0)
