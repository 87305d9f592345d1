from django.apps import AppConfig


class LocalConfig(AppConfig):
    name = "finsuite.local"
    label = "local"
