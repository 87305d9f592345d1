"""The companies that the CRM knows. Fields and lengths: docs/domain, after the replicated product's own."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models.record import Record
from crm.models.validators import validate_website


class Account(Record):
    """A company that the organization sells to, or may."""

    money = ("annual_revenue",)

    name = models.CharField(_("account name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="children",
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    website = models.CharField(_("website"), max_length=255, blank=True, validators=[validate_website])
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    account_type = models.CharField(_("type"), max_length=100, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    ownership = models.CharField(_("ownership"), max_length=100, blank=True)
    rating = models.CharField(_("rating"), max_length=100, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    annual_revenue = models.DecimalField(_("annual revenue"), max_digits=18, decimal_places=2, null=True, blank=True)
    sic_code = models.CharField(_("SIC code"), max_length=10, blank=True)
    ticker_symbol = models.CharField(_("ticker symbol"), max_length=30, blank=True)
    site = models.CharField(_("site"), max_length=80, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=9, default=1)
    billing_street = models.TextField(_("billing street"), max_length=250, blank=True)
    billing_city = models.CharField(_("billing city"), max_length=100, blank=True)
    billing_state = models.CharField(_("billing state"), max_length=100, blank=True)
    billing_code = models.CharField(_("billing code"), max_length=30, blank=True)
    billing_country = models.CharField(_("billing country"), max_length=100, blank=True)
    shipping_street = models.TextField(_("shipping street"), max_length=250, blank=True)
    shipping_city = models.CharField(_("shipping city"), max_length=100, blank=True)
    shipping_state = models.CharField(_("shipping state"), max_length=100, blank=True)
    shipping_code = models.CharField(_("shipping code"), max_length=30, blank=True)
    shipping_country = models.CharField(_("shipping country"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="crm_account_name_given"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="crm_account_not_own_parent"),
            models.CheckConstraint(condition=models.Q(exchange_rate__gt=0), name="crm_account_rate_positive"),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="crm_account_name_key"),
            models.Index(fields=["organization", "sort_key", "id"], name="crm_account_sorted"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_account_recent"),
            models.Index(fields=["organization", "owner"], name="crm_account_owner"),
            # One industry in the list's order. Companies are named after theirs, so it lies together, maybe far down.
            models.Index(fields=["organization", "industry", "sort_key", "id"], name="crm_account_industry"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_account_search"),
            # What an import recognises accounts by, beside their name.
            *(
                models.Index(
                    models.F("organization"),
                    Lower(name),
                    name=f"crm_account_{short}",
                    condition=~models.Q(**{name: ""}),
                )
                for name, short in (("account_number", "number"), ("website", "website"), ("tax_number", "tax"))
            ),
        ]

    @property
    def label(self) -> str:
        return self.name

    def searched(self) -> tuple[str, ...]:
        return (self.name, self.account_number, self.website, self.phone, self.billing_city, self.tax_number)
