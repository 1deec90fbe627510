"""Telephone numbers as people write them in Morocco, in one international form."""

import re

from multaqa.kit.digits import western

_NATIONAL = re.compile(r"0?([5-8]\d{8})")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{5,14}")


def normal_phone(text: str) -> str:
    """The number in international form.

    Accepts spaces, dots, hyphens and brackets, Arabic-Indic digits, a national number with or without its
    zero, and 00 in place of +. Raises ValueError when it is no telephone number.

    >>> normal_phone("06 12-34.56 78")
    '+212612345678'
    >>> normal_phone("٠٦١٢٣٤٥٦٧٨")
    '+212612345678'
    >>> normal_phone("00 33 6 12 34 56 78")
    '+33612345678'
    """
    bare = re.sub(
        r"[\s\u00a0\u202f\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069().-]", "", western(text)
    )
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    elif bare.startswith("212"):
        bare = "+" + bare
    if national := _NATIONAL.fullmatch(bare.removeprefix("+212") if bare.startswith("+212") else bare):
        return "+212" + national[1]
    if bare.startswith("+212") or not _INTERNATIONAL.fullmatch(bare):
        raise ValueError(text)
    return bare
