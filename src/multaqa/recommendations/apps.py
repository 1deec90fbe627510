from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "multaqa.recommendations"
    label = "recommendations"
