"""Reading payment terms, and which one holds for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from finance.models import Organization, PaymentTerm


def payment_terms(organization: Organization) -> QuerySet[PaymentTerm]:
    """The organization's payment terms in their order."""
    return PaymentTerm.objects.of(organization).order_by("position", "id")


def default_term(organization: Organization) -> PaymentTerm | None:
    """What holds where nothing else was agreed."""
    return PaymentTerm.objects.of(organization).filter(is_default=True).first()
