"""Example values for an e-mail template's preview."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from finance.models import Organization
from finsuite.kernel import formats


def sample_values(organization: Organization, language: str, *, sender: Any) -> dict[str, str]:
    """A value for each variable that there is, in the language of the e-mail."""
    today = timezone.localdate()

    def day(days: int) -> str:
        return formats.day(today + dt.timedelta(days=days), language=language)

    def amount(value: str) -> str:
        return formats.amount(Decimal(value), organization.base_currency, language=language)

    with translation.override(language):
        return {
            "customer": _("Sample customer"),
            # Translators: the name of a person who doesn't exist.
            "contact": _("Anna Example"),
            "organization": organization.name,
            "sender": sender.get_full_name() or sender.email,
            "number": "INV-000123",
            "date": day(0),
            "due_date": day(30),
            "expiry_date": day(30),
            "delivery_date": day(14),
            "total": amount("2798.79"),
            "balance": amount("2798.79"),
            "reference": "PO-77",
            "days_overdue": "12",
            "period": f"{day(-30)} – {day(0)}",
        }
