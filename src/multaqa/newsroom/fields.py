"""Lists of short codes in one JSON column, chosen from a list in the editor."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db import models


class _Choices(forms.SelectMultiple):
    """A list that also shows what was chosen before and is no longer offered."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        offered = {str(code) for code, _label in self.choices}
        kept = self.choices
        self.choices = [*[(code, code) for code in value if code not in offered], *kept]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = kept


class _CodesFormField(forms.MultipleChoiceField):
    def __init__(self, *, well_formed: Callable[[str], bool] | None = None, **options: Any) -> None:
        self.well_formed = well_formed
        super().__init__(**options)

    def valid_value(self, value: str) -> bool:
        return super().valid_value(value) or bool(self.well_formed and self.well_formed(value))


class CodesField(models.JSONField):
    """A list of codes. `offered`: the editor's (code, label) pairs; `well_formed` accepts others."""

    def __init__(
        self,
        *args: Any,
        offered: Callable[[], Iterable[tuple[str, Any]]] | None = None,
        well_formed: Callable[[str], bool] | None = None,
        **options: Any,
    ) -> None:
        self.offered = offered
        self.well_formed = well_formed
        options.setdefault("default", list)
        options.setdefault("blank", True)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options

    def formfield(self, **options: Any) -> Any:
        widget = _Choices if self.well_formed else forms.CheckboxSelectMultiple
        return _CodesFormField(
            choices=self.offered or list,
            well_formed=self.well_formed,
            required=False,
            label=self.verbose_name,
            help_text=self.help_text,
            widget=widget,
        )
