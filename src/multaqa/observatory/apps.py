from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "multaqa.observatory"
    label = "observatory"
