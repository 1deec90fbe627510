from django import template
from django.apps import apps

register = template.Library()


@register.filter
def room_name(label: str) -> str:
    """The name of a room in the reader's language."""
    return str(apps.get_app_config(label).verbose_name)
