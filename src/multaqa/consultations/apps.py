from django.apps import AppConfig


class ConsultationsConfig(AppConfig):
    name = "multaqa.consultations"
    label = "consultations"
