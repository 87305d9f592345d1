"""Which day it is: where the organization is, not where the server is."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from finance.models import Organization


def today(organization: Organization) -> date:
    """The organization's day. What is overdue or expired is told from it."""
    return timezone.now().astimezone(ZoneInfo(organization.time_zone)).date()
