"""Text in several languages, stored in one JSON column.

The column holds {"ar": …, "fr": …, "en": …} with real letters, not escapes, so that the database can search
it.
"""

import json
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("ar", "fr", "en")


class Translated(dict[str, str]):
    """One text in the languages it exists in; printing it gives the reader's, else ar, else fr, else en."""

    @classmethod
    def of(cls, ar: str = "", fr: str = "", en: str = "") -> Self:
        return cls({code: text for code, text in (("ar", ar), ("fr", fr), ("en", en)) if text})

    @property
    def language(self) -> str:
        """The language in which this text is shown to the present reader."""
        wanted = (get_language() or "ar")[:2]
        return next((code for code in (wanted, *LANGUAGES) if self.get(code)), "ar")

    def __str__(self) -> str:
        return self.get(self.language, "")


class UnescapedEncoder(json.JSONEncoder):
    """JSON that keeps Arabic letters as letters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})


class TranslatedField(models.JSONField):
    """A model column of `Translated` text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", Translated)
        options["encoder"] = UnescapedEncoder
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["encoder"]
        if options.get("default") is Translated:
            del options["default"]
        return name, path, args, options

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Translated | None:
        stored = super().from_db_value(value, expression, connection)
        return None if stored is None else Translated(stored)

    def to_python(self, value: Any) -> Any:
        parsed = super().to_python(value)
        return Translated(parsed) if isinstance(parsed, dict) else parsed

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(dict(value) if isinstance(value, dict) else value)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if not isinstance(value, dict) or set(value) - set(LANGUAGES):
            raise ValidationError(_("A text holds only the languages ar, fr and en."))

    def formfield(self, **options: Any) -> forms.Field:
        kept = {key: options[key] for key in ("label", "help_text", "required", "initial") if key in options}
        return TranslatedFormField(**{"label": self.verbose_name, "required": not self.blank, **kept})


class TranslatedWidget(forms.MultiWidget):
    """Three boxes, one a language, each declaring its own direction."""

    template_name = "kit/translated_widget.html"

    def __init__(self, attrs: dict[str, str] | None = None, rows: int = 1) -> None:
        box = forms.TextInput if rows == 1 else forms.Textarea
        shape = {} if rows == 1 else {"rows": rows}
        super().__init__(
            {
                code: box(attrs={"lang": code, "dir": "rtl" if code == "ar" else "ltr", **shape})
                for code in LANGUAGES
            },
            attrs,
        )

    def decompress(self, value: Any) -> list[str]:
        return [(value or {}).get(code, "") for code in LANGUAGES]


class TranslatedFormField(forms.MultiValueField):
    """Asks for Arabic, and for French and English where the writer has them."""

    def __init__(self, *, rows: int = 1, max_length: int = 4000, **options: Any) -> None:
        options.setdefault("error_messages", {})["required"] = _("Write this text in at least one language.")
        super().__init__(
            fields=[forms.CharField(required=False, max_length=max_length) for _code in LANGUAGES],
            require_all_fields=False,
            widget=TranslatedWidget(rows=rows),
            **options,
        )

    def compress(self, values: list[str]) -> Translated:
        return Translated.of(*(values or ["", "", ""]))
