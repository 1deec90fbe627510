"""What pages of the observatory say about their own addresses."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()


@register.simple_tag
def absolute(name: str, key: Any = "") -> str:
    """`{% absolute "observatory:embed_index" code %}`: the address as another site must write it."""
    return f"{settings.BASE_URL}{reverse(name, args=[key] if key else [])}"
