"""The Celery application. Its settings are in finsuite/settings/base.py, each with the reason it has that value."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "finsuite.settings.dev")

app = Celery("finsuite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect  # type: ignore[untyped-decorator]
def require_change_capture(**_kwargs: Any) -> None:
    """A worker doesn't start while changes could go unseen (integration.E001)."""
    from integration import capture

    capture.require_complete()
