"""Sales orders: what a customer has ordered, and how much of it is invoiced."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind, SalesOrderStatus
from finance.models.documents import DocumentLine, SalesDocument
from finance.models.estimates import Estimate


class SalesOrder(SalesDocument):
    """An order of a customer. Invoices are made of its lines, in whole or in part."""

    kind = DocumentKind.SALES_ORDER
    until_field = "shipment_date"
    done_field = "invoiced_quantity"

    status = models.CharField(
        _("status"), max_length=20, choices=SalesOrderStatus.choices, default=SalesOrderStatus.DRAFT
    )
    shipment_date = models.DateField(_("expected shipment date"), null=True, blank=True)
    estimate = models.ForeignKey(
        Estimate,
        verbose_name=_("estimate"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="sales_orders",
    )
    invoiced_quantity = models.DecimalField(max_digits=18, decimal_places=6, default=Decimal(0), editable=False)

    class Meta:
        verbose_name = _("sales order")
        verbose_name_plural = _("sales orders")
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="finance_sales_order_number")]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_sales_order_dated"),
            models.Index(fields=["organization", "status", "shipment_date", "id"], name="finance_sales_order_until"),
            models.Index(fields=["customer", "-date", "-id"], name="finance_sales_order_party"),
            models.Index(
                fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_sales_order_deal"
            ),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_sales_order_project"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_sales_order_search"),
        ]


class SalesOrderLine(DocumentLine):
    """One line of a sales order, with how many of it are invoiced."""

    document = models.ForeignKey(SalesOrder, on_delete=models.CASCADE, related_name="lines")
    invoiced_quantity = models.DecimalField(
        _("invoiced quantity"), max_digits=18, decimal_places=6, default=Decimal(0), editable=False
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
