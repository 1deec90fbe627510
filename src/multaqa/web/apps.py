from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "multaqa.web"
    label = "web"
    verbose_name = _("Platform")

    def ready(self) -> None:
        # a verb is known to the ledger as soon as its room's actions are loaded
        autodiscover_modules("actions")
