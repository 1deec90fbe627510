from django import forms
from django.utils.translation import gettext_lazy as _

from multaqa.kit.forms import ActionForm

_RECEIPT_BYTES = 20_000


class ReceiptForm(ActionForm):
    """A receipt, pasted or as the file that was saved."""

    text = forms.CharField(
        label=_("The receipt’s text"),
        help_text=_("It begins with “c2sp.org/tlog-proof”."),
        required=False,
        strip=False,
        max_length=_RECEIPT_BYTES,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "ltr", "spellcheck": "false", "class": "in hash"}),
    )
    file = forms.FileField(label=_("Or the receipt’s file"), required=False, max_length=200)

    def clean(self) -> dict[str, bytes]:
        given = super().clean() or {}
        file = given.get("file")
        if file and file.size > _RECEIPT_BYTES:
            raise forms.ValidationError(_("This file is too large to be a receipt."))
        text = file.read() if file else given.get("text", "").replace("\r\n", "\n").encode()
        if not text.strip():
            raise forms.ValidationError(_("Paste a receipt or choose its file."))
        return {"receipt": text if text.endswith(b"\n") else text + b"\n"}
