from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from multaqa.kit.forms import ActionForm
from multaqa.observatory.importing.checking import MOST_BYTES
from multaqa.observatory.importing.refusals import SENTENCES
from multaqa.observatory.models import DataImport


class ImportForm(ActionForm):
    file = forms.FileField(
        label=_("File of figures (CSV, XLSX or Parquet)"),
        allow_empty_file=True,
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.parquet"}),
        help_text=_("20 MB and 500 000 rows at most. The name of the file becomes public."),
    )
    kind = forms.ChoiceField(
        label=_("Which table it is"),
        required=False,
        choices=[("", _("to be told by its header")), *DataImport.Kind.choices],
    )
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Who measured or counted, when and how.")
    )
    licence = forms.CharField(
        label=_("Licence"), max_length=60, help_text=_("For example CC BY 4.0. It is shown with each figure.")
    )
    is_demo = forms.BooleanField(
        label=_("The figures are invented"), required=False, help_text=_("They are then marked so.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.pop("file", None)
        if file and file.size > MOST_BYTES:
            self.add_error("file", str(SENTENCES["too_large"]) % {"limit": MOST_BYTES // 1_000_000})
        elif file is not None:
            file.seek(0)
            given |= {"content": file.read(), "file_name": file.name}
        return given


class CommitForm(ActionForm):
    """One button; where rows were refused, a box that says the others come in without them."""

    accept_good = forms.BooleanField(
        label=_("Take in the good rows without the refused ones"), required=False
    )

    def __init__(self, *args: Any, data_import: DataImport, **options: Any) -> None:
        super().__init__(*args, **options)
        if not data_import.refused:
            del self.fields["accept_good"]


class DiscardForm(ActionForm):
    """One button."""


class RevertForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("It is public."),
    )
