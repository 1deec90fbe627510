from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.kit.chance import token_text
from multaqa.kit.forms import ActionForm, DayField, WholeNumberField
from multaqa.observatory.models import CapacityReport, Observation
from multaqa.territories.models import Territory
from multaqa.territories.queries import communes, home_pack

MOST = 100_000
CODE = r"^[A-Za-z0-9-]{4,16}$"


def home_communes() -> QuerySet[Territory]:
    """The communes of the home region; none before a pack is loaded."""
    home = home_pack()
    return communes(home.root) if home else Territory.objects.none()


class CorrectionForm(ActionForm):
    """What a report says; who says it and where is settled."""

    seen_on = DayField(
        label=_("Day on which it was seen"), help_text=_("The report counts for a year from then.")
    )
    kind = forms.ChoiceField(choices=Observation.Kind, label=_("What kind of risk"))
    seen = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        label=_("What you see there"),
        help_text=_("Facts: what, where exactly, since when. Name no person and no telephone number."),
    )
    volunteers = WholeNumberField(
        min_value=0, max_value=MOST, label=_("Volunteers"), help_text=_("People you can call within a day.")
    )
    vehicles = WholeNumberField(
        min_value=0, max_value=MOST, label=_("Vehicles"), help_text=_("Ready to drive, with a driver.")
    )
    skills = forms.MultipleChoiceField(
        choices=CapacityReport.Skill,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("Skills"),
    )
    stock = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Stock"),
        help_text=_("Tents, blankets, water, medicine: what and how much."),
    )
    opening_hours = forms.CharField(max_length=200, required=False, label=_("Opening hours"))


class ReportForm(CorrectionForm):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("On behalf of"))
    territory = forms.ModelChoiceField(Territory.objects.none(), label=_("Commune"))
    field_order = ("organisation", "territory")

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        served = [organisation.pk for organisation in actor.organisations(Function.OFFICER)]
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=served)
        self.fields["territory"].queryset = home_communes()


class PaperReportForm(ReportForm):
    """The same ten answers, keyed in from an association's paper form."""

    receipt = forms.RegexField(
        CODE,
        label=_("Code of the form"),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        help_text=_("Printed on the form. If it has none, write this one on the form and on its stub."),
    )
    field_order = ("receipt", "organisation", "territory")

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        options["initial"] = {"receipt": token_text(8), **options.get("initial", {})}
        super().__init__(*args, actor=actor, **options)
        associations = Organisation.objects.filter(kind=Organisation.Kind.ASSOCIATION)
        self.fields["organisation"].queryset = associations
        self.fields["organisation"].label = _("Association that filled it in")


class ReviewForm(ActionForm):
    verdict = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (CapacityReport.State.ACCEPTED.value, _p("report review", "Accept: it counts at once")),
            (CapacityReport.State.RETURNED.value, _p("report review", "Return with a question")),
        ],
    )
    question = forms.CharField(
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=_("Question"),
        help_text=_("Public. Needed when the report is returned: what is missing or unclear."),
    )
