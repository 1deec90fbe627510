from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

from multaqa.kit.digits import western
from multaqa.kit.forms import ActionForm, DayField, WholeNumberField
from multaqa.observatory.models import Alert, AlertRule, Indicator, Post
from multaqa.observatory.queries import alerts as queries
from multaqa.territories.models import Territory


class PostField(forms.ChoiceField):
    """An office held by somebody today, cleaned to a Post. The form hands over the offices."""

    posts: dict[str, Post]

    def offer(self, posts: list[Post]) -> None:
        self.posts = {post.key: post for post in posts}
        named = [(key, f"{post.label} · {post.organisation.title}") for key, post in self.posts.items()]
        self.choices = [("", _("Choose…")), *named]

    def clean(self, value: Any) -> Post:
        return self.posts[super().clean(value)]


class FigureField(forms.FloatField):
    """A figure that may have a fraction, written with a comma or a point, Arabic-Indic digits welcome."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(western(value).replace(",", ".") if isinstance(value, str) else value)


class RuleForm(ActionForm):
    indicator = forms.ModelChoiceField(Indicator.objects.none(), label=_("Indicator"))
    territory = forms.ModelChoiceField(Territory.objects.none(), label=_("Place"))
    method = forms.ChoiceField(
        choices=AlertRule.Method,
        initial=AlertRule.Method.C2,
        label=_("When is a reading unusual"),
        help_text=_(
            "EARS C2 suits a new series; Farrington needs five years of weeks, "
            "and drought twenty years of months."
        ),
    )
    bound = FigureField(
        required=False,
        label=_("Fixed bound"),
        help_text=_("Only for the two methods with a fixed bound, in the unit of the indicator."),
    )
    told = PostField(label=_("Office that is told"), help_text=_("It has to answer for each alert."))
    told_next = PostField(
        label=_("Office that is told when the first does not answer"),
    )
    answer_days = WholeNumberField(min_value=1, max_value=90, initial=3, label=_("Days to answer"))
    silence_days = WholeNumberField(
        min_value=1,
        max_value=365,
        initial=7,
        label=_("Days of silence after an alert"),
        help_text=_("So that one event does not ring every day."),
    )
    starts_on = DayField(
        label=_("First day that may ring"),
        help_text=_("Earlier readings only say what is usual."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        posts = queries.posts()
        self.fields["indicator"].queryset = queries.watched_indicators()
        self.fields["territory"].queryset = queries.watched_places()
        self.fields["told"].offer(posts)
        self.fields["told_next"].offer(posts)


class ButtonForm(ActionForm):
    """One button."""


class ResolveForm(ActionForm):
    outcome = forms.ChoiceField(
        choices=Alert.Outcome, widget=forms.RadioSelect, label=_("What was behind it")
    )
    note = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("What was found and done"),
        help_text=_("Public and kept for ever: name no person."),
    )


class AlertFilterForm(forms.Form):
    """A plain GET form; what it does not understand it leaves out."""

    territory = forms.ModelChoiceField(
        Territory.objects.none(),
        label=_("Place"),
        required=False,
        to_field_name="code",
        empty_label=_p("filter", "all"),
    )
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label=_("Indicator"),
        required=False,
        to_field_name="code",
        empty_label=_p("filter", "all"),
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _p("filter", "all")), *Alert.State.choices]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label_suffix="", **options)
        self.fields["territory"].queryset = Territory.objects.filter(alert_rules__isnull=False).distinct()
        self.fields["indicator"].queryset = Indicator.objects.filter(alert_rules__isnull=False).distinct()
        for field in self.fields.values():
            field.widget.attrs["class"] = "in"

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        codes = {name: found[name].code for name in ("territory", "indicator") if found.get(name)}
        return {**codes, "state": found.get("state", "")}
