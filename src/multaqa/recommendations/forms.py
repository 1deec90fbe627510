from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.actors import Actor
from multaqa.directory.models import Organisation
from multaqa.kit.forms import ActionForm, DayField
from multaqa.kit.translated import TranslatedFormField
from multaqa.ledger.models import Entry
from multaqa.recommendations import queries
from multaqa.recommendations.models import Answer, Standing
from multaqa.territories.queries import home_places


class OriginField(forms.ModelChoiceField):
    """An earlier object of the public record, cleaned to the causes of the next one: none or one object."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("It follows from"))
        options.setdefault("help_text", _("What led here: it joins the decision thread."))
        super().__init__(queryset=queries.origins(), required=False, **options)

    def begin_with(self, reference: str) -> None:
        """Offer this object too, and choose it: a page about it led here."""
        if reference:
            self.queryset = queries.origins(also=reference)
            self.initial = queries.latest_entry(reference).first()

    def label_from_instance(self, entry: Entry) -> str:
        return f"{entry.title} · {entry.recorded_at:%Y-%m-%d}"

    def clean(self, value: Any) -> list[Model]:
        entry = super().clean(value)
        try:
            return [queries.subject_of(entry)] if entry else []
        except LookupError:
            raise forms.ValidationError(_("This object no longer exists. Choose another one.")) from None


class AdoptForm(ActionForm):
    title = TranslatedFormField(label=_("Title"), max_length=200)
    text = TranslatedFormField(label=_("What is asked"), rows=4)
    addressee = forms.ModelChoiceField(label=_("Addressed to"), queryset=queries.possible_addressees())
    proposer = forms.ModelChoiceField(
        label=_("In the name of"),
        queryset=Organisation.objects.none(),
        help_text=_("The body that adopted it, or the organiser of the meeting that did."),
    )
    territory = forms.ModelChoiceField(label=_("Territory"), queryset=home_places())
    due_on = DayField(
        label=_("Answer due on"), help_text=_("After this day, silence is shown as “no answer”.")
    )
    causes = OriginField()

    def __init__(self, *args: Any, actor: Actor, origin: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["proposer"].queryset = queries.possible_proposers(actor)
        self.fields["causes"].begin_with(origin)


class AnswerForm(ActionForm):
    verdict = forms.ChoiceField(
        label=_("Your answer"), choices=Answer.Verdict.choices, widget=forms.RadioSelect
    )
    text = TranslatedFormField(
        label=_("Reasons, or what will be done and when"),
        rows=4,
        required=False,
        help_text=_("Public. A refusal must have its reasons."),
    )


class DoneForm(ActionForm):
    text = TranslatedFormField(
        label=_("What was done"), rows=4, help_text=_("Public: say what others can check.")
    )


class FilterForm(forms.Form):
    """A plain GET form; what it does not understand it leaves out."""

    text = forms.CharField(
        label=_("Word"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    addressee = forms.ModelChoiceField(
        label=_("Addressed to"),
        queryset=queries.addressees(),
        required=False,
        to_field_name="code",
        empty_label=_p("filter", "all"),
    )
    territory = forms.ModelChoiceField(
        label=_("Territory"),
        queryset=queries.places(),
        required=False,
        to_field_name="code",
        empty_label=_p("filter", "all"),
    )
    state = forms.ChoiceField(
        label=_("State of the answer"), required=False, choices=[("", _p("filter", "all")), *Standing.choices]
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("", _("longest without answer")),
            ("due", _("nearest deadline")),
            ("new", _("latest adopted")),
        ],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"
        self.fields["text"].widget.attrs["dir"] = "auto"

    @property
    def filters(self) -> queries.Filters:
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("addressee", "territory"):
            if name in asked:
                asked[name] = asked[name].code
        return queries.Filters(**asked)
