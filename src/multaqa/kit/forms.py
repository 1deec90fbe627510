"""Forms that lead to one action and lose nothing on the way.

A view reads: form → action → redirect, or the page again with the form's errors.

    def lend(request, code):
        form = asked(request, LendForm)
        loan = form.carry_out(lend_tool, actor=request.actor, tool=tool)
        return redirect(loan) if loan else page(request, "lending/lend.html", form=form, tool=tool)
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from multaqa.kit.digits import western
from multaqa.kit.idempotency import new_key
from multaqa.kit.money import parse_amount
from multaqa.kit.policy import Refused

KEPT_FORMS = "kept_forms"
Result = TypeVar("Result")
F = TypeVar("F", bound="ActionForm")


class ActionForm(forms.Form):
    """A form whose cleaned data are the keyword arguments of one action."""

    template_name = "kit/_fields.html"
    error_css_class = "bad"
    key: str = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        self.key = self.data.get("idempotency_key") or new_key()
        for name, field in self.fields.items():
            choice = isinstance(
                field.widget, forms.RadioSelect | forms.CheckboxInput | forms.CheckboxSelectMultiple
            )
            if not choice:
                field.widget.attrs.setdefault("class", "in")
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
                field.empty_label = _("Choose…")
            if field.help_text:
                field.widget.attrs.setdefault("aria-describedby", f"id_{name}_helptext")
            if isinstance(field, forms.CharField) and isinstance(
                field.widget, forms.TextInput | forms.Textarea
            ):
                field.widget.attrs.setdefault("dir", "auto")

    def carry_out(self, action: Callable[..., Result], **fixed: Any) -> Result | None:
        """Run the action with what was asked; None when the form is unbound, invalid or refused."""
        if not self.is_bound or not self.is_valid():
            return None
        try:
            return action(**fixed, **self.cleaned_data)
        except Refused as refusal:
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, str(refusal))
            return None


def asked(request: HttpRequest, form: type[F], **options: Any) -> F:
    """The form bound to what was posted, or filled again with what an expired login interrupted."""
    if request.method == "POST":
        return form(request.POST, request.FILES, **options)
    kept = request.session.get(KEPT_FORMS, {}).pop(request.path, None)
    if kept is not None:
        request.session.modified = True
        typed = MultiValueDict(
            {name: value if isinstance(value, list) else [value] for name, value in kept.items()}
        )
        read = {
            name: field.widget.value_from_datadict(typed, {}, name)
            for name, field in form.base_fields.items()
        }
        options["initial"] = {**options.get("initial", {}), **read}
    return form(**options)


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """The page; with status 422 when one of its forms was sent and could not be carried out."""
    failed = any(isinstance(value, forms.BaseForm) and value.is_bound for value in context.values())
    return render(request, template, context, status=422 if failed else 200)


class AmountField(forms.CharField):
    """An amount of money, given in units and cleaned to minor units."""

    def __init__(self, *, currency: str = "MAD", least: int = 1, **options: Any) -> None:
        self.currency = currency
        self.least = least
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}))
        super().__init__(max_length=24, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            minor = parse_amount(text, self.currency)
        except ValueError:
            raise forms.ValidationError(_("Write an amount in figures, for example 120 000.")) from None
        if minor < self.least:
            raise forms.ValidationError(_("The amount must be above zero."))
        return minor


class WholeNumberField(forms.IntegerField):
    """A whole number, Arabic-Indic digits welcome."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(western(value) if isinstance(value, str) else value)


class DayField(forms.DateField):
    """A day; the browser's own calendar, or typed as 2026-11-23 or 23/11/2026."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date", "dir": "ltr"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(western(value) if isinstance(value, str) else value)
