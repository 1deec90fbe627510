from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "multaqa.directory"
    label = "directory"
