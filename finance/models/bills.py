"""Bills: what is owed to a vendor. Their numbers are the vendors' own."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import BillStatus, DocumentKind
from finance.models.documents import Amount, DocumentLine, PurchaseDocument
from finance.models.parties import Customer
from finance.models.payment_terms import PaymentTerm
from finance.models.purchase_orders import PurchaseOrderLine


class Bill(PurchaseDocument):
    """What is owed to a vendor. The number is theirs, so it is only unique among the vendor's bills."""

    kind = DocumentKind.BILL
    done_field = "paid_total"
    open_field = "balance"

    status = models.CharField(_("status"), max_length=20, choices=BillStatus.choices, default=BillStatus.DRAFT)
    due_date = models.DateField(_("due date"))
    payment_term = models.ForeignKey(
        PaymentTerm,
        verbose_name=_("payment term"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    payment_terms_label = models.CharField(_("payment terms"), max_length=100, blank=True, editable=False)  # as it was
    paid_total = Amount(_("paid"), editable=False)
    balance = Amount(_("balance"), editable=False)
    balance_base = Amount(_("balance in base currency"), editable=False)

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        constraints = [
            models.UniqueConstraint(fields=["organization", "vendor", "number"], name="finance_bill_number"),
            models.CheckConstraint(
                condition=models.Q(balance=models.F("total") - models.F("paid_total"), balance__gte=0),
                name="finance_bill_balance",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=BillStatus.PAID) | models.Q(balance=0), name="finance_bill_paid_means_paid"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_bill_dated"),
            models.Index(fields=["organization", "status", "due_date", "id"], name="finance_bill_until"),
            models.Index(fields=["vendor", "-date", "-id"], name="finance_bill_party"),
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_bill_deal"),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_bill_project"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_bill_search"),
        ]


class BillLine(DocumentLine):
    """One line of a bill: what of an order it bills, and whom it may be billed on to."""

    document = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines")
    purchase_order_line = models.ForeignKey(
        PurchaseOrderLine, null=True, blank=True, on_delete=models.RESTRICT, related_name="bill_lines"
    )
    is_billable = models.BooleanField(_("billable"), default=False)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    project_id = models.BigIntegerField(_("project"), null=True, blank=True)
    is_invoiced = models.BooleanField(_("invoiced"), default=False, editable=False)

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_invoiced=False) | models.Q(is_billable=True, customer__isnull=False),
                name="finance_bill_line_invoiced_billable",
            )
        ]
