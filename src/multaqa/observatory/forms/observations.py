from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation
from multaqa.kit.forms import ActionForm, DayField, WholeNumberField
from multaqa.kit.translated import TranslatedFormField
from multaqa.observatory.actions.observations import REPORTERS
from multaqa.observatory.models import Observation
from multaqa.territories.models import Territory
from multaqa.territories.queries import communes, home_pack


class ObserveForm(ActionForm):
    reporter = forms.ModelChoiceField(Organisation.objects.none(), label=_("On behalf of"))
    territory = forms.ModelChoiceField(Territory.objects.none(), label=_("Where it was seen"))
    kind = forms.ChoiceField(choices=Observation.Kind, label=_("What kind of risk"))
    title = TranslatedFormField(
        label=_("In a few words"), max_length=160, help_text=_("Public and kept for ever: name no person.")
    )
    text = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label=_("What was seen"),
        help_text=_("Facts: what, where exactly, since when. Name no person and no telephone number."),
    )
    seen_on = DayField(label=_("Day on which it was seen"))
    households = WholeNumberField(
        min_value=0,
        max_value=1_000_000,
        required=False,
        label=_("Households affected"),
        help_text=_("Leave empty when nobody knows."),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        served = [organisation.pk for organisation in actor.organisations(*REPORTERS)]
        home = home_pack()
        self.fields["reporter"].queryset = Organisation.objects.filter(pk__in=served)
        if home is not None:
            self.fields["territory"].queryset = communes(home.root)


class ConfirmForm(ActionForm):
    """One button."""
