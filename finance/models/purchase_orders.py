"""Purchase orders: what is ordered from a vendor, and how much of it is billed."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind, PurchaseOrderStatus
from finance.models.documents import DocumentLine, PurchaseDocument


class PurchaseOrder(PurchaseDocument):
    """An order to a vendor."""

    kind = DocumentKind.PURCHASE_ORDER
    until_field = "delivery_date"
    done_field = "billed_quantity"

    status = models.CharField(
        _("status"), max_length=20, choices=PurchaseOrderStatus.choices, default=PurchaseOrderStatus.DRAFT
    )
    delivery_date = models.DateField(_("delivery date"), null=True, blank=True)
    deliver_to = models.JSONField(_("delivery address"), default=dict, blank=True)
    billed_quantity = models.DecimalField(max_digits=18, decimal_places=6, default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="finance_purchase_order_number")]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_purchase_order_dated"),
            models.Index(fields=["organization", "status", "delivery_date", "id"], name="finance_purchase_order_until"),
            models.Index(fields=["vendor", "-date", "-id"], name="finance_purchase_order_party"),
            models.Index(
                fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_purchase_order_deal"
            ),
            models.Index(
                fields=["project_id"],
                condition=models.Q(project_id__isnull=False),
                name="finance_purchase_order_project",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_purchase_order_search"),
        ]


class PurchaseOrderLine(DocumentLine):
    """One line of a purchase order, with how many of it are billed."""

    document = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    billed_quantity = models.DecimalField(
        _("billed quantity"), max_digits=18, decimal_places=6, default=Decimal(0), editable=False
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
