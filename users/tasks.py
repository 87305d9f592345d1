"""The background jobs of people's own things."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from users.services.notifications import forget_read as forget


@shared_task(name="users.forget_read")  # type: ignore[untyped-decorator]
def forget_read() -> None:
    """Every night: notifications that were read three months ago."""
    forget(before=timezone.now() - timedelta(days=90))
