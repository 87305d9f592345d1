"""The background jobs of finance: five lines each, around a service."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from finance.services.zsc_keys import forget_old_attempts


@shared_task(name="finance.forget_old_attempts")  # type: ignore[untyped-decorator]
def forget_attempts() -> None:
    """Every night: what is remembered of wrong tries to link, a day after the last one."""
    forget_old_attempts(before=timezone.now() - timedelta(days=1))
