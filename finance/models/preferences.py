"""How an organization's documents are written."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import CreditLimitRule, DiscountMode, Look, Paper, RoundOff, TaxMode
from finance.documents.sheet import ACCENT
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped

TEXTS: dict[str, dict[str, int]] = {
    "estimate": {"notes": 5000, "terms": 10000},
    "sales_order": {"notes": 5000, "terms": 10000},
    "invoice": {"notes": 5000, "terms": 10000},
    "credit_note": {"notes": 5000, "terms": 10000},
    "purchase_order": {"notes": 2000, "terms": 5000},
}
"""The kinds of document that begin with texts, and how long these can be."""


validate_colour = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("This is not a colour. One looks like #1f4f7a."))


class Preferences(Stamped):
    """What new documents begin with, and what they offer. Documents that exist keep what they were written with."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="preferences")
    discount_mode = models.CharField(
        _("discounts"), max_length=10, choices=DiscountMode.choices, default=DiscountMode.ITEM
    )
    is_discount_before_tax = models.BooleanField(_("document discount before tax"), default=True)
    tax_mode = models.CharField(_("prices"), max_length=10, choices=TaxMode.choices, default=TaxMode.EXCLUSIVE)
    round_off = models.CharField(_("totals"), max_length=10, choices=RoundOff.choices, default=RoundOff.NONE)
    round_off_step = models.DecimalField(_("step"), max_digits=9, decimal_places=4, null=True, blank=True)
    has_shipping = models.BooleanField(_("shipping charge"), default=True)
    has_adjustment = models.BooleanField(_("adjustment"), default=True)
    is_sent_editable = models.BooleanField(_("sent documents can be changed"), default=True)
    credit_limit_rule = models.CharField(
        _("when a customer's credit limit is exceeded"),
        max_length=10,
        choices=CreditLimitRule.choices,
        default=CreditLimitRule.WARN,
    )
    expense_markup = models.DecimalField(_("mark-up (%)"), max_digits=7, decimal_places=2, default=Decimal(0))
    estimate_days = models.PositiveSmallIntegerField(_("estimates are good for (days)"), null=True, blank=True)
    look = models.CharField(_("template"), max_length=10, choices=Look.choices, default=Look.CLASSIC)
    accent = models.CharField(_("accent colour"), max_length=7, default=ACCENT, validators=[validate_colour])
    paper = models.CharField(_("paper"), max_length=10, choices=Paper.choices, default=Paper.A4)
    texts = models.JSONField(default=dict, blank=True, editable=False)  # kind of document → its first notes and terms

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("document preferences")
        verbose_name_plural = _("document preferences")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(round_off=RoundOff.STEP) | models.Q(round_off_step__gt=0),
                name="finance_round_off_step_given",
            ),
            models.CheckConstraint(condition=models.Q(expense_markup__gte=0), name="finance_markup_not_below_zero"),
        ]

    def __str__(self) -> str:
        return str(self.organization_id)

    def text(self, kind: str, name: str) -> str:
        """What the `notes` or the `terms` of a new document of this kind begin with."""
        return str(self.texts.get(kind, {}).get(name, ""))
