from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.actors import Actor, Function
from multaqa.directory.models import Organisation
from multaqa.funds import lots, simulation, simulation_words
from multaqa.funds.actions.awards import Instalment
from multaqa.funds.models import Allocation, Application, Award, Call, Criterion, Envelope, Priority
from multaqa.kit.digits import western
from multaqa.kit.forms import ActionForm, AmountField, DayField, WholeNumberField
from multaqa.kit.translated import Translated, TranslatedFormField
from multaqa.partnerships.models import Agreement
from multaqa.recommendations.forms import OriginField
from multaqa.recommendations.models import Recommendation
from multaqa.territories.queries import home_places

RECENT = 100  # recommendations offered when a priority is set
MOST_BYTES = 25_000_000
SCORES = [(1, _("1 · weak")), (2, _("2 · fair")), (3, _("3 · good")), (4, _("4 · strong"))]


class ButtonForm(ActionForm):
    """One button, nothing to fill in."""


class EnvelopeForm(ActionForm):
    cell = forms.ModelChoiceField(
        Organisation.objects.filter(kind=Organisation.Kind.CELL), label=_("Joint cell")
    )
    title = TranslatedFormField(label=_("Title"), max_length=200)
    year = WholeNumberField(label=_("Year"), min_value=2000, max_value=2100)
    amount = AmountField(label=_("Amount in dirhams"))


class PriorityForm(ActionForm):
    cell = forms.ModelChoiceField(Organisation.objects.none(), label=_("In the name of"))
    title = TranslatedFormField(label=_("Title"), max_length=200)
    text = TranslatedFormField(label=_("Why it comes first"), rows=4)
    territory = forms.ModelChoiceField(home_places(), label=_("Territory"))
    rank = WholeNumberField(label=_("Rank"), min_value=1, max_value=999, help_text=_("1 comes first."))
    recommendations = forms.ModelMultipleChoiceField(
        Recommendation.objects.none(),
        label=_("Recommendations it answers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    causes = OriginField()

    def __init__(self, *args: Any, actor: Actor, origin: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["causes"].begin_with(origin)
        cells = [cell.pk for cell in actor.organisations(Function.CELL_MEMBER, Function.COORDINATOR)]
        self.fields["cell"].queryset = Organisation.objects.filter(pk__in=cells)
        recent = Recommendation.objects.values("pk")[:RECENT]
        self.fields["recommendations"].queryset = Recommendation.objects.filter(pk__in=recent)


class CallForm(ActionForm):
    envelope = forms.ModelChoiceField(Envelope.objects.none(), label=_("Envelope"))
    priorities = forms.ModelMultipleChoiceField(
        Priority.objects.all(), label=_("Priorities it answers"), widget=forms.CheckboxSelectMultiple
    )
    title = TranslatedFormField(label=_("Title"), max_length=200)
    text = TranslatedFormField(label=_("What is asked for"), rows=6)
    amount = AmountField(label=_("Amount of the call in dirhams"))
    max_per_application = AmountField(label=_("Ceiling of one application in dirhams"))
    min_years = WholeNumberField(
        label=_("Years of existence asked for"), min_value=0, max_value=50, initial=0
    )
    min_own_percent = WholeNumberField(
        label=_("Least own contribution, in percent of the cost"), min_value=0, max_value=100, initial=0
    )
    opens_on = DayField(label=_("Applications open on"))
    closes_on = DayField(label=_("Last day for applications"))
    vote_opens_on = DayField(label=_("Vote opens on"))
    vote_closes_on = DayField(label=_("Last day of the vote"))
    award_due_on = DayField(
        label=_("Awards due on"), help_text=_("After this day the delay is shown to the public.")
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        cells = [cell.pk for cell in actor.organisations(Function.COORDINATOR)]
        self.fields["envelope"].queryset = Envelope.objects.filter(cell__in=cells)


class ApplicationForm(ActionForm):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("In the name of"))
    title = TranslatedFormField(label=_("Title of the initiative"), max_length=200)
    summary = TranslatedFormField(
        label=_("Summary"),
        rows=4,
        max_length=1500,
        help_text=_("Public: residents read it before they vote."),
    )
    details = forms.CharField(
        label=_("Details for the cell"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Read only by your officers, the cell and the auditor."),
    )
    territory = forms.ModelChoiceField(home_places(), label=_("Where"))
    requested = AmountField(label=_("Amount asked for in dirhams"))
    own_contribution = AmountField(label=_("Own contribution in dirhams"), required=False, least=0)
    beneficiaries = WholeNumberField(
        label=_("People reached"),
        required=False,
        min_value=0,
        max_value=50_000_000,
        help_text=_("Leave empty when you do not know."),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        own = [organisation.pk for organisation in actor.organisations(Function.OFFICER)]
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=own)

    def clean(self) -> dict[str, Any]:
        return {**self.cleaned_data, "own_contribution": self.cleaned_data.get("own_contribution") or 0}


def _score(criterion: Criterion) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=criterion.label, choices=SCORES, coerce=int, widget=forms.RadioSelect)


class ReviewForm(ActionForm):
    relevance = _score(Criterion.RELEVANCE)
    reach = _score(Criterion.REACH)
    feasibility = _score(Criterion.FEASIBILITY)
    lasting = _score(Criterion.LASTING)
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


class RecuseForm(ActionForm):
    reason = forms.CharField(
        label=_("Why you stand aside"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The public record says that a member stood aside, not who nor why."),
    )


class ScreenForm(ActionForm):
    eligible = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _p("application", "eligible")), ("no", _p("application", "not eligible"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = TranslatedFormField(
        label=_("Reason of a refusal"),
        rows=3,
        required=False,
        help_text=_("Public: the applicant will read it."),
    )


class AwardForm(ActionForm):
    amount = AmountField(label=_("Amount granted in dirhams"))
    deliberation = forms.CharField(label=_("Number of the deliberation"), max_length=40)
    awarded_on = DayField(label=_("Decided on"), required=False)


class InitiativesField(forms.ModelMultipleChoiceField):
    """The initiatives on a ballot, each with its cost and its place."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, application: Application) -> str:
        return (
            f"{application.number}. {application.title} · {application.territory.title} · {application.money}"
        )


class BallotForm(ActionForm):
    approvals = InitiativesField(
        Application.objects.none(),
        label=_("Tick every initiative you would support"),
        required=False,
        help_text=_("As many as you like. An empty ballot counts too."),
    )

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        on_it = call.applications.filter(state=Application.State.ELIGIBLE).select_related("territory", "call")
        self.fields["approvals"].queryset = on_it.order_by("number")


class PaperForm(BallotForm):
    serial = forms.CharField(
        label=_("Serial printed on the ballot"), max_length=40, widget=forms.TextInput(attrs={"dir": "ltr"})
    )
    contact = forms.CharField(
        label=_("Telephone or e-mail of the voter"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
        help_text=_("Only to prevent a second ballot online; it is not kept."),
    )
    field_order = ["serial", "approvals", "contact"]


# a secret is left neither to the browser's memory nor to a spelling service
_SECRET = {"dir": "auto", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class CommitmentForm(ActionForm):
    """A commitment computed elsewhere, or a phrase of which only the commitment goes on."""

    commitment = forms.CharField(
        label=_("Commitment computed elsewhere"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("64 hexadecimal digits."),
    )
    phrase = forms.CharField(
        label=_("Or a secret phrase"),
        required=False,
        min_length=lots.LEAST,
        max_length=lots.MOST,
        widget=forms.TextInput(attrs=_SECRET),
        help_text=_("16 characters at least; spaces at its ends do not count."),
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        pasted, phrase = western(data.get("commitment", "")).lower().split(), data.get("phrase", "")
        if not self.errors and bool(pasted) == bool(phrase):
            raise forms.ValidationError(_("Fill in one of the two: a commitment or a phrase."))
        return {"commitment": lots.commitment(phrase) if phrase else "".join(pasted[:1])}


class SeedForm(ActionForm):
    seed = forms.CharField(
        label=_("Your seed"),
        max_length=lots.MOST,
        widget=forms.TextInput(attrs=_SECRET),
        help_text=_("Exactly as you committed to it. Everybody will read it."),
    )


class AgreementForm(ActionForm):
    agreement = forms.ModelChoiceField(
        Agreement.objects.none(),
        label=_("Agreement"),
        help_text=_("Agreements to which the beneficiary is a party."),
    )

    def __init__(self, *args: Any, award: Award, **options: Any) -> None:
        super().__init__(*args, **options)
        beneficiary = award.application.organisation_id
        own = Agreement.objects.filter(parties__organisation=beneficiary)
        self.fields["agreement"].queryset = own.exclude(state=Agreement.State.CANCELLED)


class PlanForm(ActionForm):
    """Up to three instalments; the second and third may wait for a report."""

    amount_1 = AmountField(label=_("First instalment in dirhams"))
    amount_2 = AmountField(label=_("Second instalment in dirhams"), required=False)
    condition_2 = TranslatedFormField(label=_("Condition of the second"), required=False, max_length=300)
    report_2 = forms.BooleanField(
        label=_("The second waits for an accepted report"), required=False, initial=True
    )
    amount_3 = AmountField(label=_("Third instalment in dirhams"), required=False)
    condition_3 = TranslatedFormField(label=_("Condition of the third"), required=False, max_length=300)
    report_3 = forms.BooleanField(
        label=_("The third waits for an accepted report"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        rows = [(data.get("amount_1"), Translated(), False)]
        rows += [
            (data.get(f"amount_{place}"), data.get(f"condition_{place}"), data.get(f"report_{place}", False))
            for place in (2, 3)
        ]
        return {
            "instalments": [
                Instalment(amount, condition or Translated(), waits)
                for amount, condition, waits in rows
                if amount
            ]
        }


class PaymentForm(ActionForm):
    order_number = forms.CharField(label=_("Number of the payment order"), max_length=40)
    paid_on = DayField(label=_("Paid on"), required=False)


class RegisterFilter(forms.Form):
    """What a reader looks for in the register of awards; whatever is not understood is ignored."""

    text = forms.CharField(label=_("Words in the title, the association or the deliberation"), required=False)
    year = WholeNumberField(label=_("Year"), required=False, min_value=1900, max_value=2100)
    call = forms.ModelChoiceField(
        Call.objects.all(),
        label=_("Call"),
        required=False,
        to_field_name="reference",
        empty_label=_("All"),
    )
    state = forms.ChoiceField(
        label=_("Payment"),
        required=False,
        choices=[
            ("", _p("payment", "any")),
            ("waiting", _p("payment", "nothing released yet")),
            ("running", _p("payment", "in progress")),
            ("paid", _p("payment", "paid in full")),
        ],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    @property
    def asked(self) -> dict[str, Any]:
        """Arguments for `queries.awards`."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class CountedCallField(forms.ModelChoiceField):
    """A call whose ballots were counted and published."""

    def label_from_instance(self, allocation: Allocation) -> str:
        return f"{allocation.call.reference} · {allocation.call.title}"


class SimulationForm(ActionForm):
    """Which ballots, and which rules to count them by."""

    file = forms.FileField(
        label=_("Ballot file (.pb)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pb"}),
        help_text=_("25 MB, 200 000 ballots and 500 projects at most. The file is read and forgotten."),
    )
    call = CountedCallField(
        Allocation.objects.none(),
        label=_("Or the ballots of a counted call"),
        required=False,
        empty_label=_("none: I give a file"),
    )
    rules = forms.MultipleChoiceField(
        label=_("Rules to compare, two to six"),
        choices=[
            (choice, format_lazy("{}: {}", short, line))
            for choice, (short, line) in simulation_words.RULES.items()
        ],
        initial=simulation.USUAL,
        widget=forms.CheckboxSelectMultiple,
    )
    utility = forms.ChoiceField(
        label=_("What a voter gains from a supported project"),
        choices=list(simulation_words.UTILITIES.items()),
        initial=simulation.OWN,
    )
    budget = AmountField(
        label=_("What if the budget were"),
        required=False,
        help_text=_("In the currency of the file. Empty: the budget of the file."),
    )
    threshold = WholeNumberField(
        label=_("Least score, for the rule with a threshold"),
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        help_text=_("Votes, or points where ballots give points. Empty: the score the file states."),
    )
    ties = forms.ChoiceField(
        label=_("Between equals, first comes"),
        choices=list(simulation_words.TIES.items()),
        initial="cost-votes",
    )
    seed = forms.CharField(
        label=_("Words of the lot"),
        required=False,
        max_length=100,
        help_text=_("Only for a lot: the same words always draw the same order."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        counted = Allocation.objects.select_related("call").only("call", "call__reference", "call__title")
        self.fields["call"].queryset = counted.order_by("-counted_at", "-pk")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 25 MB."))
        if file and not file.name.lower().endswith(".pb"):
            raise forms.ValidationError(_("This is not a .pb file: its name should end in .pb."))
        return file

    def clean_rules(self) -> list[str]:
        rules = self.cleaned_data["rules"]
        if not 2 <= len(rules) <= 6:
            raise forms.ValidationError(_("Tick two to six rules."))
        return [choice for choice in simulation.RULES if choice in rules]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if bool(data.get("file")) == bool(data.get("call")) and not self.errors.keys() & {"file", "call"}:
            self.add_error("file", _("Give a file or choose a call: one of the two."))
        if data.get("ties") == "lot" and not data.get("seed"):
            self.add_error("seed", _("Write the words from which the lot is drawn."))
        return data
