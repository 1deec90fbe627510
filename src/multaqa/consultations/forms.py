from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.consultations.models import SPREAD, Consultation, Statement, Vote
from multaqa.consultations.queries import shown_statements
from multaqa.consultations.rules import CONVENING
from multaqa.directory.actors import Actor
from multaqa.directory.models import Assurance, Organisation
from multaqa.kit.chance import token_text
from multaqa.kit.forms import ActionForm, DayField, WholeNumberField
from multaqa.kit.translated import LANGUAGES, Translated, TranslatedFormField
from multaqa.recommendations.forms import OriginField
from multaqa.territories.queries import home_places

SENTENCE = 280


class OpenForm(ActionForm):
    organiser = forms.ModelChoiceField(label=_("In the name of"), queryset=Organisation.objects.none())
    title = TranslatedFormField(label=_("Title"), max_length=200)
    question = TranslatedFormField(label=_("The question"), max_length=300)
    text = TranslatedFormField(label=_("What people need to know first"), rows=4, required=False)
    territory = forms.ModelChoiceField(label=_("Territory"), queryset=home_places())
    opens_on = DayField(label=_("First day"))
    closes_on = DayField(label=_("Last day"), help_text=_("It cannot close before this day."))
    min_assurance = forms.TypedChoiceField(
        label=_("Who may take part"),
        choices=Assurance.choices,
        coerce=int,
        initial=Assurance.PHONE.value,
        help_text=_("An account with at least this."),
    )
    kind = forms.ChoiceField(
        label=_("How people answer"),
        widget=forms.RadioSelect,
        choices=Consultation.Kind.choices,
        initial=Consultation.Kind.STATEMENTS.value,
    )
    statements = TranslatedFormField(
        label=_("Statements to begin with, or options to spread points over"),
        rows=6,
        max_length=20_000,
        help_text=_("One sentence a line. The same line in each language is the same statement or option."),
    )
    keys = forms.CharField(
        label=_("Keys of the options"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr", "spellcheck": "false"}),
        help_text=_(
            "Only for points: one key a line, in the order of the options. It says what each stands for"
            " elsewhere, for example in the index."
        ),
    )
    causes = OriginField()

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        own = [organisation.pk for organisation in actor.organisations(*CONVENING)]
        self.fields["organiser"].queryset = Organisation.objects.filter(pk__in=own)

    def clean_statements(self) -> list[Translated]:
        lines = {
            language: [line.strip() for line in text.splitlines() if line.strip()]
            for language, text in self.cleaned_data["statements"].items()
        }
        if len({len(found) for found in lines.values()}) != 1:
            raise forms.ValidationError(_("Each language must have the same number of lines."))
        if any(len(line) > SENTENCE for found in lines.values() for line in found):
            raise forms.ValidationError(_("A statement has at most %(n)d characters.") % {"n": SENTENCE})
        return [Translated(zip(lines, line, strict=True)) for line in zip(*lines.values(), strict=True)]

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        keys, texts = found.pop("keys", "").split(), found.get("statements")
        if found.get("kind") == Consultation.Kind.POINTS and texts is not None:
            if len(keys) != len(texts):
                self.add_error("keys", _("Write one key for each option, in the same order."))
            found["options"] = list(zip(keys, found.pop("statements"), strict=False))
        return found


class VoteForm(ActionForm):
    statement = forms.ModelChoiceField(
        queryset=Statement.objects.none(), to_field_name="number", widget=forms.HiddenInput
    )
    value = forms.TypedChoiceField(label=_("Your answer"), choices=Vote.Value.choices, coerce=int)

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["statement"].queryset = shown_statements(consultation).select_related(
            "consultation__organiser"
        )


class ProposeForm(ActionForm):
    text = forms.CharField(
        label=_("Your sentence"),
        max_length=SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "One idea, which others can agree or disagree with. A facilitator reads it before it is shown."
        ),
    )
    language = forms.ChoiceField(
        label=_("Its language"), choices=[("ar", "العربية"), ("fr", "Français"), ("en", "English")]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reader = (get_language() or "ar")[:2]
        self.fields["language"].initial = reader if reader in LANGUAGES else "ar"


class ReviewForm(ActionForm):
    state = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            (Statement.State.SHOWN.value, _p("review", "Show it")),
            (Statement.State.HIDDEN.value, _p("review", "Do not show it")),
        ],
    )
    reason = TranslatedFormField(
        label=_("Public reason"),
        rows=2,
        max_length=400,
        required=False,
        help_text=_(
            "Needed when it is not shown: it says nothing new, names a person, insults, is off the question."
        ),
    )


class ReceiptField(forms.RegexField):
    """The code of one paper form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            r"^[A-Za-z0-9-]{4,16}$",
            label=_("Code of the form"),
            widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
            help_text=_("Printed on the sheet. If it has none, write this one on the sheet and on its stub."),
            **options,
        )


class PaperForm(ActionForm):
    """One sheet: its code, and an answer or nothing for each of its statements."""

    receipt = ReceiptField()

    def __init__(self, *args: Any, statements: list[Statement], **options: Any) -> None:
        options["initial"] = {"receipt": token_text(8), **options.get("initial", {})}
        super().__init__(*args, **options)
        self.numbers = [statement.number for statement in statements]
        for statement in statements:
            self.fields[f"s{statement.number}"] = forms.TypedChoiceField(
                label=f"{statement.number}. {statement.text}",
                choices=[("", _p("vote", "left blank")), *Vote.Value.choices],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.Select(attrs={"class": "in"}),
            )

    def clean(self) -> dict[str, Any]:
        keyed = {number: self.cleaned_data.get(f"s{number}") for number in self.numbers}
        return {
            "receipt": self.cleaned_data.get("receipt", ""),
            "votes": {number: value for number, value in keyed.items() if value is not None},
        }


class PointsField(WholeNumberField):
    """A part of the points; nothing written is none given."""

    def clean(self, value: Any) -> Any:
        return super().clean("0" if value in (None, "") else value)


class SpreadForm(ActionForm):
    """One box an option; see `spread_form`."""

    use_required_attribute = False
    options: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        points = {key: self.cleaned_data.pop(name, 0) for name, key in self.options.items()}
        return {**self.cleaned_data, "points": points}


class PaperSpreadForm(SpreadForm):
    """One sheet: its code, and the points given to each option."""

    receipt = ReceiptField()

    def __init__(self, *args: Any, **options: Any) -> None:
        options["initial"] = {"receipt": token_text(8), **options.get("initial", {})}
        super().__init__(*args, **options)


def spread_form(options: list[Statement], form: type[SpreadForm] = SpreadForm) -> type[SpreadForm]:
    """The form with a box for each option.

    The boxes belong to the class because what was typed before signing in is read back by its fields.
    """
    boxes = {
        f"p{option.number}": PointsField(label=str(option.text), min_value=0, max_value=SPREAD)
        for option in options
    }
    names = {f"p{option.number}": option.key for option in options}
    return type(form)(form.__name__, (form,), {**boxes, "options": names})
