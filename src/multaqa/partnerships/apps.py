from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "multaqa.partnerships"
    label = "partnerships"
