from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "finsuite.kernel"
    label = "kernel"
