from django.utils.translation import gettext_lazy as _

from multaqa.kit.forms import ActionForm
from multaqa.kit.translated import TranslatedFormField


class CorrectForm(ActionForm):
    text = TranslatedFormField(
        label=_("What was wrong, and what is right"),
        help_text=_("Readers see this sentence, with its date, beside the article"),
        rows=3,
        max_length=600,
    )


class WithdrawForm(ActionForm):
    reason = TranslatedFormField(
        label=_("Why it is withdrawn"),
        help_text=_("Readers see this sentence at the article’s address"),
        rows=3,
        max_length=600,
    )
