"""What the organization sells: goods and services, with the price that a deal's lines begin with."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models.record import Record
from crm.models.vendors import Vendor


class Product(Record):
    """Something that the organization sells. `unit_price` is in `currency`, net of tax; what is in stock, in units."""

    money = ("unit_price",)
    rates = frozenset({"unit_price"})

    name = models.CharField(_("product name"), max_length=200)
    code = models.CharField(_("product code"), max_length=100, blank=True)  # the SKU
    category = models.CharField(_("category"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("vendor"), null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    manufacturer = models.CharField(_("manufacturer"), max_length=100, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=20, decimal_places=6, null=True, blank=True)
    commission_rate = models.DecimalField(
        _("commission rate"), max_digits=6, decimal_places=3, null=True, blank=True
    )  # percent
    is_taxable = models.BooleanField(_("taxable"), default=True)
    tax = models.CharField(_("tax"), max_length=100, blank=True)
    usage_unit = models.CharField(_("unit"), max_length=50, blank=True)
    quantity_in_stock = models.DecimalField(
        _("quantity in stock"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    quantity_ordered = models.DecimalField(
        _("quantity ordered"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    quantity_in_demand = models.DecimalField(
        _("quantity in demand"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    reorder_level = models.DecimalField(_("reorder level"), max_digits=18, decimal_places=4, null=True, blank=True)
    sales_start_date = models.DateField(_("on sale from"), null=True, blank=True)
    sales_end_date = models.DateField(_("on sale until"), null=True, blank=True)
    support_start_date = models.DateField(_("supported from"), null=True, blank=True)
    support_end_date = models.DateField(_("supported until"), null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handler"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="crm_product_name_given"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="crm_product_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(commission_rate__gte=0, commission_rate__lte=100), name="crm_product_commission"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="crm_product_name_key"),
            models.Index(fields=["organization", "sort_key", "id"], name="crm_product_sorted"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_product_recent"),
            models.Index(fields=["organization", "owner"], name="crm_product_owner"),
            models.Index(
                models.F("organization"),
                Lower("code"),
                name="crm_product_code",
                condition=~models.Q(code=""),
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_product_search"),
        ]

    @property
    def label(self) -> str:
        return self.name

    def searched(self) -> tuple[str, ...]:
        return (self.name, self.code, self.category, self.manufacturer)
