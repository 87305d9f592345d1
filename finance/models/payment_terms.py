"""When a document is to be paid."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import TermKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class PaymentTerm(Stamped):
    """A rule that a due day follows from (finance/payment_terms.py). Exactly one is the organization's default."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="payment_terms")
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    kind = models.CharField(_("due"), max_length=20, choices=TermKind.choices, default=TermKind.DAYS)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment term")
        verbose_name_plural = _("payment terms")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name_key"], name="finance_term_name_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="finance_term_one_default"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="finance_term_name_given"),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(is_active=True), name="finance_term_default_is_active"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=TermKind.DAYS) | models.Q(days=0), name="finance_term_days_where_counted"
            ),
        ]

    def __str__(self) -> str:
        return self.name
