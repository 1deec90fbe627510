"""What the Merkle kernel found, said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from multaqa.engine.merkle import Message

_SENTENCES: Mapping[str, Any] = {
    "intact": _("All %(size)d entries are exactly as they were signed."),
    "entry": _("Entry %(index)d is not the one that was signed (%(path)s)."),
    "bundle": _("The file %(path)s does not end after entry %(last)d."),
    "tile": _("The hashes of entries %(index)d to %(last)d in %(path)s are not the signed ones."),
    "missing": _("The file %(path)s is missing, so entries %(index)d to %(last)d cannot be proven."),
    "checkpoint": _("The signed summary (%(path)s) is not valid, so nothing below it can be trusted."),
    "root": _(
        "The hashes agree with one another but not with the signed root: "
        "entries %(index)d to %(last)d cannot be trusted."
    ),
    "receipt_mismatch": _("The receipt does not prove the entry at place %(index)d of %(size)d."),
    "note_unsigned": _("This receipt is not signed by this ledger."),
    "note_forged": _("The signature on this receipt does not match its text: it was altered."),
    "key": _("This is not a verifier key: it has the form name+hash+key."),
}


def sentence(message: Message) -> str:
    """The message in the reader's language; any other defect means: this is no receipt."""
    template = _SENTENCES.get(message.key, _("This is not a receipt of a ledger, or its text is incomplete."))
    return str(template) % message.values
