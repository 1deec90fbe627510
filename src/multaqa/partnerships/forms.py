import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.directory.models import Organisation
from multaqa.kit.digits import western
from multaqa.kit.forms import ActionForm, AmountField, DayField, WholeNumberField
from multaqa.kit.translated import Translated, TranslatedFormField
from multaqa.partnerships.actions import PartyTerms, accept_report, return_report
from multaqa.partnerships.models import Agreement, Evaluation, Party, Report
from multaqa.territories.queries import home_places

PARTY_ROWS = 4
UPLOAD_BYTES = 10_000_000


class OrganisationField(forms.CharField):
    """An organisation by its code, offered from the page's one `organisations` list."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Type a part of the name or the code, then choose from the list."))
        options.setdefault(
            "widget", forms.TextInput(attrs={"list": "organisations", "autocomplete": "off", "dir": "ltr"})
        )
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        found = Organisation.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("No organisation has this code: choose one from the list."))
        return found


class FilterForm(forms.Form):
    """What the register may be narrowed to; anything it does not understand narrows nothing."""

    q = forms.CharField(label=_("Word or reference"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("State"), required=False)
    territory = forms.ModelChoiceField(
        home_places(),
        label=_("Territory"),
        required=False,
        to_field_name="code",
        empty_label=_("All"),
    )
    party = OrganisationField(label=_("Party"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        self.fields["state"].choices = [("", _("All")), *Agreement.State.choices]
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        kept = {name: value for name, value in self.cleaned_data.items() if value}
        if "q" in kept:
            kept["text"] = kept.pop("q")
        return kept


class DraftForm(ActionForm):
    title = TranslatedFormField(label=_("Title"), max_length=300)
    purpose = TranslatedFormField(
        label=_("Purpose"), rows=6, help_text=_("What the parties want to achieve together.")
    )
    territory = forms.ModelChoiceField(home_places(), label=_("Territory"))
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    amount = AmountField(
        label=_("Amount"), required=False, help_text=_("Leave empty when no money is promised.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for row in range(1, PARTY_ROWS + 1):
            named = {"row": row}
            fields = {
                "party": OrganisationField(label=_("Party %(row)s") % named, required=row <= 2),
                "capacity": TranslatedFormField(
                    label=_("Party %(row)s acting as") % named, required=False, max_length=200
                ),
                "deliberation": forms.CharField(
                    label=_("Party %(row)s: number of its deliberation") % named,
                    required=False,
                    max_length=60,
                ),
            }
            for name, field in fields.items():
                if name != "capacity":
                    field.widget.attrs["class"] = "in"
                self.fields[f"{name}_{row}"] = field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        rows = [
            [given.pop(f"{name}_{row}", None) for name in ("party", "capacity", "deliberation")]
            for row in range(1, PARTY_ROWS + 1)
        ]
        parties = [
            PartyTerms(one, capacity or Translated(), number or "") for one, capacity, number in rows if one
        ]
        return {**given, "parties": parties}


class CommitmentForm(ActionForm):
    party = forms.ModelChoiceField(Party.objects.none(), label=_("Party"))
    text = TranslatedFormField(label=_("What it promises"), rows=2, max_length=600)
    due_on = DayField(label=_("Due on"))
    indicator = TranslatedFormField(
        label=_("Indicator"), required=False, max_length=300, help_text=_("What will show that it was done.")
    )

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["party"].queryset = agreement.parties.select_related("organisation")


class PutToSignatureForm(ActionForm):
    """Asks for the deliberation of each council that promises money without one."""

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        if agreement.amount is None:
            return
        lacking = agreement.parties.filter(organisation__kind=Organisation.Kind.COUNCIL, deliberation="")
        for party in lacking.select_related("organisation"):
            label = _("Number of the deliberation of %(council)s") % {"council": party.organisation}
            field = forms.CharField(label=label, max_length=60)
            field.widget.attrs.update({"class": "in", "dir": "ltr"})
            self.fields[f"deliberation_{party.order}"] = field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return {"deliberations": {int(name.split("_")[1]): number for name, number in given.items()}}


class SignForm(ActionForm):
    read = forms.BooleanField(label=_("I have read the text and I sign it for my organisation."))

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {}


class ProgressForm(ActionForm):
    progress = WholeNumberField(label=_("Progress in percent"), min_value=0, max_value=100)
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=300,
        help_text=_("Names of documents or public addresses."),
    )


class ReportForm(ActionForm):
    kind = forms.ChoiceField(label=_("Kind of report"), choices=Report.Kind)
    period_start = DayField(label=_("First day of the period"))
    period_end = DayField(label=_("Last day of the period"))
    text = forms.CharField(label=_("Report"), widget=forms.Textarea(attrs={"rows": 8}), max_length=20_000)
    spent = AmountField(label=_("Amount spent"), required=False, least=0)


class DecideReportForm(ActionForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _p("report", "Accept")), ("return", _p("report", "Return for correction"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Public; required when the report is returned."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.action = return_report if given.get("decision") == "return" else accept_report
        return {"reason": given.get("reason", "")} if self.action is return_report else {}

    def decide(self, **fixed: Any) -> Report | None:
        """Accept or return, whichever was chosen; None when nothing valid was asked or it was refused."""
        return self.carry_out(lambda **asked: self.action(**asked), **fixed)


class EvaluateForm(ActionForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        marks = [
            ("", _p("evaluation", "not measured")),
            ("1", _p("evaluation", "1: weak")),
            ("2", _p("evaluation", "2: partial")),
            ("3", _p("evaluation", "3: good")),
            ("4", _p("evaluation", "4: very good")),
        ]
        for criterion in Evaluation.Criterion:
            field = forms.ChoiceField(label=criterion.label.capitalize(), choices=marks, required=False)
            field.widget.attrs["class"] = "in"
            self.fields[criterion.value] = field
        conclusion = forms.CharField(
            label=_("Conclusion"), widget=forms.Textarea(attrs={"rows": 5}), max_length=5000
        )
        findings = forms.CharField(
            label=_("Findings"),
            widget=forms.Textarea(attrs={"rows": 5}),
            required=False,
            max_length=5000,
            help_text=_("One a line. Each may become a recommendation."),
        )
        for name, field in (("conclusion", conclusion), ("findings", findings)):
            field.widget.attrs.update({"class": "in", "dir": "auto"})
            self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        scores = {
            one.value: int(given[one.value]) if given.get(one.value) else None for one in Evaluation.Criterion
        }
        findings = [line.strip() for line in given.get("findings", "").splitlines() if line.strip()]
        return {"scores": scores, "conclusion": given.get("conclusion", ""), "findings": findings}


class ReplyForm(ActionForm):
    text = forms.CharField(
        label=_("Answer of your organisation"), widget=forms.Textarea(attrs={"rows": 6}), max_length=5000
    )


class AdoptForm(ActionForm):
    title = TranslatedFormField(label=_("Title of the recommendation"), max_length=300)
    text = TranslatedFormField(label=_("What is asked"), rows=4)
    addressee = OrganisationField(label=_("Addressed to"))
    due_on = DayField(label=_("Answer due on"))


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("It is public."),
    )


class VerifyForm(ActionForm):
    file = forms.FileField(label=_("The PDF"), required=False)
    sha256 = forms.CharField(
        label=_("or its SHA-256"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file, text = given.get("file"), western(given.get("sha256") or "").strip().lower()
        if file and file.size > UPLOAD_BYTES:
            self.add_error("file", _("This file is above 10 MB: no agreement of the platform is that large."))
        elif file:
            text = hashlib.file_digest(file, "sha256").hexdigest()
        elif len(text) != 64 or set(text) - set("0123456789abcdef"):
            self.add_error("sha256", _("Choose a PDF, or paste the 64 characters of its SHA-256."))
        return {"sha256": text}
