"""What the pages of allauth need to look like ours."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect

register = template.Library()


@register.simple_tag
def control(field: BoundField) -> str:
    """The field's widget in our dress; the label above says what a placeholder would repeat."""
    choice = isinstance(field.field.widget, RadioSelect | CheckboxInput | CheckboxSelectMultiple)
    attributes: dict[str, Any] = {"placeholder": False}
    if not choice:
        attributes["class"] = "in"
    if field.field.widget.input_type == "password" or "email" in field.name:
        attributes["dir"] = "ltr"
    return field.as_widget(attrs=attributes)


@register.filter
def button_class(tags: list[str] | None) -> str:
    """allauth's words for a button in ours: one primary a form, the others outlined, danger in coral."""
    asked = set(tags or ())
    if asked & {"danger"}:
        return "btn warn"
    return (
        "btn two" if asked & {"outline", "secondary", "link", "minor", "tool", "cancel", "panel"} else "btn"
    )


@register.filter
def badge_class(tags: list[str] | None) -> str:
    asked = set(tags or ())
    return "chip green" if "success" in asked else "chip amber" if "warning" in asked else "chip"
