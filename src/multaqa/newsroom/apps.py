from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "multaqa.newsroom"
    label = "newsroom"
