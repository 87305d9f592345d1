"""The Celery application. Its settings are in finsuite/settings/base.py, each with the reason it has that value."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "finsuite.settings.dev")

app = Celery("finsuite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
