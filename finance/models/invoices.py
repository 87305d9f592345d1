"""Invoices: what a customer owes, until when, and what is left of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind, InvoiceStatus
from finance.models.documents import Amount, DocumentLine, SalesDocument
from finance.models.estimates import Estimate
from finance.models.payment_terms import PaymentTerm
from finance.models.sales_orders import SalesOrderLine


class Invoice(SalesDocument):
    """What a customer owes. `balance` is what is left after payments, credits and what was written off."""

    kind = DocumentKind.INVOICE
    done_field = "settled_total"
    open_field = "balance"

    status = models.CharField(_("status"), max_length=20, choices=InvoiceStatus.choices, default=InvoiceStatus.DRAFT)
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
    estimate = models.ForeignKey(
        Estimate, verbose_name=_("estimate"), null=True, blank=True, on_delete=models.RESTRICT, related_name="invoices"
    )
    paid_total = Amount(_("paid"), editable=False)
    credited_total = Amount(_("credited"), editable=False)
    written_off_total = Amount(_("written off"), editable=False)
    settled_total = Amount(editable=False)  # the sum of the three
    balance = Amount(_("balance"), editable=False)
    balance_base = Amount(_("balance in base currency"), editable=False)
    void_reason = models.CharField(_("why it was voided"), max_length=500, blank=True, editable=False)
    reminders_sent = models.PositiveSmallIntegerField(_("reminders sent"), default=0, editable=False)
    last_reminder_at = models.DateTimeField(_("last reminder"), null=True, blank=True, editable=False)
    is_reminded = models.BooleanField(_("automatic reminders"), default=True, editable=False)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_invoice_number"),
            models.CheckConstraint(
                condition=models.Q(
                    settled_total=models.F("paid_total") + models.F("credited_total") + models.F("written_off_total"),
                    balance=models.F("total") - models.F("settled_total"),
                ),
                name="finance_invoice_balance",
            ),
            models.CheckConstraint(condition=models.Q(balance__gte=0), name="finance_invoice_not_overpaid"),
            models.CheckConstraint(
                condition=~models.Q(status=InvoiceStatus.PAID) | models.Q(balance=0),
                name="finance_invoice_paid_means_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_invoice_dated"),
            models.Index(fields=["organization", "status", "due_date", "id"], name="finance_invoice_until"),
            models.Index(fields=["customer", "-date", "-id"], name="finance_invoice_party"),
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_invoice_deal"),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_invoice_project"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_invoice_search"),
        ]


class InvoiceLine(DocumentLine):
    """One line of an invoice, with what it bills: a part of a sales order, an expense, a line of a bill, time."""

    document = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    sales_order_line = models.ForeignKey(
        SalesOrderLine, null=True, blank=True, on_delete=models.RESTRICT, related_name="invoice_lines"
    )
    expense_id = models.BigIntegerField(_("expense"), null=True, blank=True, db_index=True)
    bill_line_id = models.BigIntegerField(_("line of a bill"), null=True, blank=True, db_index=True)
    time_entry_ids = ArrayField(models.BigIntegerField(), verbose_name=_("time entries"), default=list, blank=True)

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
