"""What is bought and sold."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ItemKind, Status
from finance.models.organizations import Organization
from finance.models.taxes import Tax
from finance.models.vendors import Vendor
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Item(Stamped):
    """A good or a service, with what the lines that name it begin with. Its rates are in base currency, net of tax
    or not as the document's prices are."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=20, choices=ItemKind.choices, default=ItemKind.SERVICE)
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    sort_key = models.CharField(max_length=200, default="", editable=False)
    search_text = models.TextField(default="", editable=False)
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    sku_key = models.CharField(max_length=200, null=True, editable=False)  # noqa: DJ001  # unique where there is one
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    is_sold = models.BooleanField(_("sold"), default=True)
    sales_rate = models.DecimalField(_("selling price"), max_digits=20, decimal_places=6, default=0)
    sales_description = models.TextField(_("description on sales"), max_length=2000, blank=True)
    sales_tax = models.ForeignKey(
        Tax, verbose_name=_("tax on sales"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    is_purchased = models.BooleanField(_("purchased"), default=False)
    purchase_rate = models.DecimalField(_("cost price"), max_digits=20, decimal_places=6, default=0)
    purchase_description = models.TextField(_("description on purchases"), max_length=2000, blank=True)
    purchase_tax = models.ForeignKey(
        Tax, verbose_name=_("tax on purchases"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("preferred vendor"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    track_stock = models.BooleanField(_("stock is kept"), default=False)
    stock_on_hand = models.DecimalField(_("stock on hand"), max_digits=18, decimal_places=6, default=0)
    reorder_level = models.DecimalField(_("reorder level"), max_digits=18, decimal_places=6, null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="finance_item_name_given"),
            models.CheckConstraint(
                condition=models.Q(is_sold=True) | models.Q(is_purchased=True), name="finance_item_sold_or_purchased"
            ),
            models.CheckConstraint(
                condition=models.Q(sales_rate__gte=0, purchase_rate__gte=0), name="finance_item_rates_not_negative"
            ),
            models.UniqueConstraint(fields=["organization", "sku_key"], name="finance_item_sku_unique"),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="finance_item_name_key"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="finance_item_recent"),
            models.Index(fields=["organization", "sort_key", "id"], name="finance_item_sorted"),
            models.Index(fields=["organization", "status", "sort_key", "id"], name="finance_item_status"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_item_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether new lines may name it."""
        return self.status == Status.ACTIVE
