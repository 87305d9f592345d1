"""Taxes, groups of taxes, and the reasons why none is due."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ExemptionCategory
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class TaxExemption(Stamped):
    """Why no tax is due. Documents print the reason; e-invoices carry its code and category (EN 16931)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tax_exemptions")
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    category = models.CharField(
        _("category"), max_length=2, choices=ExemptionCategory.choices, default=ExemptionCategory.EXEMPT
    )
    code = models.CharField(_("code of the reason"), max_length=30, blank=True)
    reason = models.CharField(_("sentence on documents"), max_length=500)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason for exemption")
        verbose_name_plural = _("reasons for exemption")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name_key"], name="finance_exemption_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="finance_exemption_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


class Tax(Stamped):
    """A tax with its rate in percent, or a group: a name for several taxes that are levied together.

    A compound tax is levied on the amount and the other taxes of the line. The rate of a group is the sum of its
    members' and follows them. Documents carry the taxes as they were: a new rate holds for the lines written from then.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="taxes")
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    rate = models.DecimalField(_("rate (%)"), max_digits=9, decimal_places=6, default=0)
    is_compound = models.BooleanField(_("compound tax"), default=False)
    is_group = models.BooleanField(_("group of taxes"), default=False, editable=False)
    exemption = models.ForeignKey(
        TaxExemption,
        verbose_name=_("reason for exemption"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="taxes",
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name_key"], name="finance_tax_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="finance_tax_name_given"),
            models.CheckConstraint(condition=models.Q(rate__gte=0), name="finance_tax_rate_not_negative"),
            models.CheckConstraint(
                condition=models.Q(exemption=None) | models.Q(rate=0, is_group=False), name="finance_tax_exempt_at_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(is_group=False) | models.Q(is_compound=False), name="finance_tax_group_not_compound"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaxGroupMember(models.Model):
    """One of the taxes that a group stands for. Compound ones come after the others."""

    group = models.ForeignKey(Tax, on_delete=models.CASCADE, related_name="members")
    tax = models.ForeignKey(Tax, on_delete=models.RESTRICT, related_name="groups")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("tax of a group")
        verbose_name_plural = _("taxes of a group")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["group", "tax"], name="finance_tax_group_member_once"),
            models.CheckConstraint(condition=~models.Q(group=models.F("tax")), name="finance_tax_group_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.tax_id}"
