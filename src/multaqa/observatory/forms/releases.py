from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from multaqa.kit.forms import ActionForm, WholeNumberField
from multaqa.kit.translated import TranslatedFormField
from multaqa.observatory.queries import consulted_weights
from multaqa.territories.models import Territory
from multaqa.territories.queries import home_pack

DRAWS, MOST_DRAWS = 10_000, 20_000


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place: Territory) -> str:
        return str(place.title)


class ReleaseForm(ActionForm):
    title = TranslatedFormField(label=_("Title of the release"), max_length=160)
    root = PlaceField(queryset=Territory.objects.none(), label=_("Compare the communes of"), empty_label=None)
    aggregation = forms.ChoiceField(
        choices=[
            ("geometric", _("geometric mean: a bad dimension is not made up for by a good one")),
            ("arithmetic", _("arithmetic mean: dimensions make up for one another")),
        ],
        label=_("How the dimensions are joined"),
    )
    consulted = forms.ChoiceField(
        required=False,
        label=_("Weights from"),
        help_text=_("A consultation in which residents shared out points; it goes before the weights below."),
    )
    hazard = WholeNumberField(min_value=1, max_value=10, initial=1, label=_("Weight of hazard and exposure"))
    vulnerability = WholeNumberField(min_value=1, max_value=10, initial=1, label=_("Weight of vulnerability"))
    coping = WholeNumberField(
        min_value=1, max_value=10, initial=1, label=_("Weight of lack of coping capacity")
    )
    draws = WholeNumberField(
        min_value=100,
        max_value=MOST_DRAWS,
        initial=DRAWS,
        label=_("Draws for the ranges"),
        help_text=_("More draws give steadier ranges and take longer."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        pack = home_pack()
        scopes = [place.pk for place in (pack.root, pack.country) if place] if pack else []
        root = self.fields["root"]
        root.queryset = Territory.objects.filter(pk__in=scopes).order_by("-level")  # region before country
        root.initial = pack.root if pack else None
        self.fields["consulted"].choices = [
            ("", _("the numbers below")),
            *((one.reference, _choice(one)) for one in consulted_weights()),
        ]


def _choice(one: Any) -> str:
    return _now("%(title)s (%(people)s people)") % {"title": one.title, "people": one.people}
