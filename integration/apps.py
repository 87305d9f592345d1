from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IntegrationConfig(AppConfig):
    name = "integration"

    def ready(self) -> None:
        from integration import checks, navigation, panels, receivers  # noqa: F401

        post_migrate.connect(install_capture, sender=self)


def install_capture(**_kwargs: Any) -> None:
    """After every migration, the triggers stand as this version of finsuite needs them."""
    from integration import capture

    capture.install()
