from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "multaqa.funds"
    label = "funds"
