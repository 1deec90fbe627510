from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from multaqa.funds import sharing, sharing_words
from multaqa.funds.models import Envelope
from multaqa.kit.forms import ActionForm, AmountField, WholeNumberField
from multaqa.kit.money import scale
from multaqa.territories.models import RegionPack


class EnvelopeField(forms.ModelChoiceField):
    def label_from_instance(self, envelope: Envelope) -> str:
        return f"{envelope.title} · {envelope.year} · {envelope.money}"


class SharesForm(ActionForm):
    """The formula by which communes share a total. Sent as an address, so that it can be passed on."""

    envelope = EnvelopeField(
        Envelope.objects.none(), label=_("Envelope"), required=False, empty_label=_("none: I write a total")
    )
    total = AmountField(label=_("Or a total in dirhams"), required=False)
    base = AmountField(
        label=_("Base in dirhams: the same for each commune"), required=False, least=0, initial="0"
    )
    population = WholeNumberField(
        label=_("Weight of the population"), min_value=0, max_value=1000, initial=60
    )
    need = WholeNumberField(
        label=_("Weight of need"),
        min_value=0,
        max_value=1000,
        initial=40,
        help_text=_(
            "Need is the score of the latest index, times the residents. Weights count relative to their sum."
        ),
    )
    floor = AmountField(label=_("Least of each commune in dirhams"), required=False, least=0)
    cap = AmountField(label=_("Most of each commune in dirhams"), required=False)
    last_year = forms.TypedChoiceField(
        label=_("Hold the change against the awards of"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("A commune without an award in that year is not held."),
    )
    fall = WholeNumberField(label=_("Greatest fall, in percent"), required=False, min_value=0, max_value=100)
    rise = WholeNumberField(label=_("Greatest rise, in percent"), required=False, min_value=0, max_value=1000)
    step = forms.TypedChoiceField(
        label=_("Round amounts to"),
        choices=[(1, _("1 dirham")), (1000, _("1 000 dirhams"))],
        coerce=int,
        initial=1000,
    )
    missing = forms.ChoiceField(
        label=_("What “not measured” counts as"),
        choices=list(sharing_words.MISSING.items()),
        initial="refuse",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, pack: RegionPack, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = pack.currency
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = pack.currency
        self.fields["envelope"].queryset = Envelope.objects.filter(currency=pack.currency)
        years = sharing.years_of_awards(pack.root, pack.currency)
        if years:
            self.fields["last_year"].choices = [("", _("no year: no limit")), *((y, y) for y in years)]
        else:
            for name in ("last_year", "fall", "rise"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        envelope, total = data.get("envelope"), data.get("total")
        if bool(envelope) == bool(total) and not self.errors.keys() & {"envelope", "total"}:
            self.add_error("total", _("Choose an envelope or write a total: one of the two."))
        year, held = data.get("last_year"), (data.get("fall"), data.get("rise")) != (None, None)
        if held and not year and "last_year" in self.fields:
            self.add_error("last_year", _("Choose the year to which the change is compared."))
        if year and not held and not self.errors.keys() & {"fall", "rise"}:
            self.add_error("fall", _("Write the greatest fall, the greatest rise, or both."))
        return data

    @property
    def asked(self) -> sharing.Asked:
        """The formula of a valid form."""
        data = dict(self.cleaned_data)
        envelope, total = data.pop("envelope"), data.pop("total")
        data["step"] *= scale(self.currency)
        data |= {name: data[name] or 0 for name in ("base", "floor")}
        return sharing.Asked(total=envelope.amount if envelope else total, currency=self.currency, **data)

    @property
    def source(self) -> str:
        """The envelope in words, or that a total was typed."""
        envelope = self.cleaned_data["envelope"]
        return f"{envelope.title} · {envelope.year}" if envelope else ""
