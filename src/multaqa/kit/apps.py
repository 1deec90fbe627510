from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "multaqa.kit"
    label = "kit"
