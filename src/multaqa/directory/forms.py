from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from multaqa.directory.actors import Actor
from multaqa.directory.models import Account, Office, Organisation, Person, Tie
from multaqa.directory.phones import normal_phone
from multaqa.directory.queries import account_reached_at
from multaqa.kit import clock
from multaqa.kit.forms import ActionForm, DayField
from multaqa.kit.policy import allows
from multaqa.kit.translated import TranslatedFormField
from multaqa.territories.queries import home_places


class SearchForm(forms.Form):
    """The filters of the list; nothing in it is required."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    q = forms.CharField(label=_("Name or code"), required=False, max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", _("All kinds")), *Organisation.Kind.choices]
        self.fields["q"].widget.attrs["dir"] = "auto"
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"


class AmendForm(ActionForm):
    title = TranslatedFormField(label=_("Name"), max_length=200)
    territory = forms.ModelChoiceField(home_places(), label=_("Territory"))
    parent = forms.ModelChoiceField(
        Organisation.objects.all(),
        label=_("Stands below"),
        required=False,
        empty_label=_("nothing: it stands alone"),
    )
    founded_on = DayField(label=_("Founded on"), required=False)


class RegisterForm(AmendForm):
    field_order = ["title", "kind", "code", "territory", "parent", "founded_on"]

    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        help_text=_("Latin letters, figures and hyphens. It stands in the address and never changes."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )


class AccountField(forms.CharField):
    """An account, found by the e-mail or telephone it signs in with."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("E-mail or telephone of the account"))
        options.setdefault("widget", forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
        super().__init__(max_length=254, **options)

    def clean(self, value: Any) -> Account | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        try:
            found = account_reached_at(phone=normal_phone(typed))
        except ValueError:
            found = account_reached_at(email=typed)
        if found is None:
            raise forms.ValidationError(_("No account signs in with this. Check it with the person."))
        return found


class PersonForm(ActionForm):
    title = TranslatedFormField(label=_("Name used in the public role"), max_length=200)
    account = AccountField(required=False, help_text=_("Leave it empty when the person has no account."))

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        if not allows(actor, "directory.link_account"):
            del self.fields["account"]


class AppointForm(ActionForm):
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"))
    function = forms.ChoiceField(label=_("Function"), choices=Office.Function.choices)
    title = TranslatedFormField(
        label=_("Title of the office"), required=False, max_length=120, help_text=_("For example: treasurer")
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Leave it empty while no end is fixed.")
    )

    def __init__(self, *args: Any, actor: Actor, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        people = Person.objects.order_by("pk")
        if not allows(actor, "directory.appoint_to_public_office", organisation):
            self.fields["function"].choices = [(Office.Function.OFFICER.value, Office.Function.OFFICER.label)]
            people = people.filter(Q(offices__isnull=True) | Q(offices__organisation=organisation)).distinct()
        self.fields["person"].queryset = people


class EndForm(ActionForm):
    ends_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ends_on"].initial = clock.today


class TieForm(ActionForm):
    kind = forms.ChoiceField(
        label=_("What ties you to it"), choices=Tie.Kind.choices, widget=forms.RadioSelect
    )


class IdentityForm(ActionForm):
    account = AccountField()
    seen = forms.BooleanField(
        label=_(
            "I saw the identity card of the person in front of me; I kept no copy and wrote down no number."
        )
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        # the tick is a condition of sending, not an argument of the action
        self.cleaned_data.pop("seen", None)
        return cleaned


class LanguageForm(ActionForm):
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
