"""Digits as people type them in Morocco and elsewhere, read as one kind."""

_WESTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")


def western(text: str) -> str:
    """The same text with Arabic-Indic and Persian digits written 0 to 9.

    >>> western("١٢٫٥")
    '12.5'
    """
    return text.translate(_WESTERN)
