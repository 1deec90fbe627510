from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DirectoryConfig(AppConfig):
    name = "multaqa.directory"
    label = "directory"
    verbose_name = _("Directory")

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed

        email_confirmed.connect(_email_confirmed, dispatch_uid="multaqa.directory.email_confirmed")


def _email_confirmed(sender: Any, email_address: Any, **options: Any) -> None:
    from multaqa.directory.adapter import confirm_reachable

    confirm_reachable(email_address.user)
