from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit import clock
from multaqa.kit.chance import token_text
from multaqa.kit.digits import western
from multaqa.kit.forms import ActionForm, DayField, WholeNumberField
from multaqa.observatory.actions.aid import Person
from multaqa.observatory.forms.reports import CODE, home_communes
from multaqa.observatory.models import Category, Channel, Need
from multaqa.territories.models import Territory

CONTACT = ("name", "telephone", "details")
"""What never leaves the contact: not kept in a session either."""
WINDOW_DAYS = 30
MOST = 100_000


class TelephoneField(forms.CharField):
    """A telephone number, with or without country code; Arabic-Indic digits welcome."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr"}))
        super().__init__(max_length=20, **options)

    def clean(self, value: Any) -> Any:
        text = western(super().clean(value)).replace(" ", "")
        if text and not (text.removeprefix("+").isdecimal() and 8 <= len(text) <= 16):
            raise forms.ValidationError(_("Write a telephone number in figures, for example 06 12 34 56 78."))
        return text


class _AidForm(ActionForm):
    category = forms.ChoiceField(choices=Category, label=_p("aid", "What"))
    quantity = WholeNumberField(
        min_value=1,
        max_value=MOST,
        label=_("How many"),
        help_text=_("Cans, blankets, trips, hours, people: one of the thing is one."),
    )
    territory = forms.ModelChoiceField(Territory.objects.none(), label=_("Commune"))
    opens_on = DayField(label=_("From"))
    closes_on = DayField(label=_("Until"))
    name = forms.CharField(
        max_length=120,
        required=False,
        label=_("Name to ask for"),
        help_text=_("Private. The other side sees it once both accept; it is erased afterwards."),
    )
    telephone = TelephoneField(required=False, label=_("Telephone"), help_text=_("Private, as the name."))
    details = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("What the other side must know"),
        help_text=_("Private, as the name: the way to the house, the hours."),
    )
    consent = forms.BooleanField(
        required=False,
        label=_("I agree to be matched, and to be called once both sides accept."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        today = clock.today()
        window = {"opens_on": today, "closes_on": today + timedelta(days=WINDOW_DAYS)}
        options["initial"] = window | options.get("initial", {})
        super().__init__(*args, **options)
        self.fields["territory"].queryset = home_communes().select_related("parent")

    def clean(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        contact = {name: given.pop(name, "") for name in CONTACT}
        return {**given, "contact": Person(**contact)}


class _OwnForm(_AidForm):
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        required=False,
        label=_("On behalf of"),
        help_text=_("An association of which you are an officer; leave it empty when it is for yourself."),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        served = [organisation.pk for organisation in actor.organisations(Function.OFFICER)]
        if served:
            self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=served)
        else:
            del self.fields["organisation"]


class _PaperForm(_AidForm):
    receipt = forms.RegexField(
        CODE,
        label=_("Code of the form"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Printed on the form. If it has none, write this one on the form and on its stub."),
    )
    channel = forms.ChoiceField(
        choices=[choice for choice in Channel.choices if choice[0] != Channel.WEB],
        initial=Channel.PAPER,
        label=_("How it came"),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        options["initial"] = {"receipt": token_text(8), **options.get("initial", {})}
        super().__init__(*args, **options)
        self.fields["consent"].label = _(
            "The person agrees to be matched, and to be called once both sides accept."
        )


class _UrgencyForm(_AidForm):
    urgency = forms.TypedChoiceField(
        choices=Need.Urgency, coerce=int, widget=forms.RadioSelect, label=_("How urgent")
    )
    field_order = ("receipt", "channel", "organisation", "category", "quantity", "urgency")


class _ReachForm(_AidForm):
    reach_km = WholeNumberField(
        min_value=0,
        max_value=2000,
        initial=0,
        label=_("How far, in kilometres"),
        help_text=_("0: inside the commune."),
    )
    field_order = ("receipt", "channel", "organisation", "category", "quantity", "reach_km")


class NeedForm(_UrgencyForm, _OwnForm):
    """What somebody lacks."""


class OfferForm(_ReachForm, _OwnForm):
    """What somebody can give."""


class PaperNeedForm(_UrgencyForm, _PaperForm):
    """A need from paper or telephone."""


class PaperOfferForm(_ReachForm, _PaperForm):
    """An offer from paper or telephone."""


class ButtonForm(ActionForm):
    """One button."""


class AcceptForm(ActionForm):
    """One button; with the receipt's code where a facilitator answers for somebody."""

    receipt = forms.CharField(
        max_length=16,
        label=_("Code of the receipt"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("The person gives it to you: it shows that they agree."),
    )

    def __init__(self, *args: Any, keyed_in: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not keyed_in:
            del self.fields["receipt"]


class FinishForm(ActionForm):
    happened = forms.TypedChoiceField(
        choices=[("1", _p("match", "It happened")), ("0", _p("match", "It did not happen"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        label=_("Did it happen?"),
    )
    feedback = forms.TypedChoiceField(
        choices=[("", _("no answer")), *((str(mark), str(mark)) for mark in range(1, 6))],
        coerce=int,
        empty_value=None,
        required=False,
        label=_("How did it go?"),
        help_text=_("1: badly, 5: very well. Only those who handle matches see it."),
    )


class ReceiptForm(ActionForm):
    code = forms.RegexField(
        CODE,
        label=_("Code of the receipt"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
