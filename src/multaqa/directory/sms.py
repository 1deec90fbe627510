"""Text messages leave through one replaceable function: `settings.SMS_BACKEND` names it."""

import sys

from django.conf import settings
from django.utils.module_loading import import_string


def send(number: str, text: str) -> None:
    """Send `text` to a telephone number in international form (+212…)."""
    import_string(settings.SMS_BACKEND)(number, text)


def console(number: str, text: str) -> None:
    """The back end of the demo: the message is printed where the server runs."""
    sys.stdout.write(f"SMS {number}: {text}\n")
