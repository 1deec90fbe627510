from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "multaqa.ledger"
    label = "ledger"
