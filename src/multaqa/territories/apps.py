from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "multaqa.territories"
    label = "territories"
