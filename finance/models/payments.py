"""Money that came in from customers and went out to vendors, and what it was applied to."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind, PaymentMode
from finance.models.bills import Bill
from finance.models.credit_notes import CreditNote
from finance.models.documents import Amount
from finance.models.invoices import Invoice
from finance.models.organizations import Organization
from finance.models.parties import Customer
from finance.models.vendors import Vendor
from finsuite.kernel.models import ScopedQuerySet, Stamped

WHOLE = models.Q(
    balance=models.F("amount") + models.F("tax_withheld") - models.F("applied_total") - models.F("refunded_total"),
    balance__gte=0,
)
"""What was applied and given back is never more than what was paid; the rest is kept as `balance`."""

SENSIBLE = models.Q(
    amount__gt=0,
    exchange_rate__gt=0,
    tax_withheld__gte=0,
    applied_total__gte=0,
    refunded_total__gte=0,
    refunded_total__lte=models.F("amount"),
    bank_charges__gte=0,
    bank_charges__lte=models.F("amount"),
)


class MoneyMoved(Stamped):
    """An amount that changed hands on a day. `balance` is what of it is neither applied nor given back.

    What a customer or we ourselves withheld for the tax office settles documents, too, but is no money to be refunded.
    """

    kind: ClassVar[DocumentKind]
    party_field: ClassVar[str]

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="%(class)ss")
    number = models.CharField(_("number"), max_length=100)
    date = models.DateField(_("date"))
    mode = models.CharField(_("paid by"), max_length=20, choices=PaymentMode.choices, default=PaymentMode.BANK_TRANSFER)
    amount = Amount(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=24, decimal_places=15, default=Decimal(1))
    amount_base = Amount(_("amount in base currency"), editable=False)
    bank_charges = Amount(_("bank charges"), blank=True)
    tax_withheld = Amount(_("tax withheld"), blank=True)
    applied_total = Amount(_("applied"), editable=False)
    refunded_total = Amount(_("refunded"), editable=False)
    balance = Amount(_("unused"), editable=False)
    balance_base = Amount(_("unused in base currency"), editable=False)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    notes = models.TextField(_("notes"), max_length=5000, blank=True)
    deal_id = models.BigIntegerField(_("deal"), null=True, blank=True)  # of a CRM that finance knows nothing of
    search_text = models.TextField(default="", editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class Payment(MoneyMoved):
    """What a customer paid. Its unused rest is the customer's credit, for later invoices or to be refunded."""

    kind = DocumentKind.PAYMENT
    party_field = "customer"

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.RESTRICT, related_name="payments"
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_payment_number"),
            models.CheckConstraint(condition=WHOLE, name="finance_payment_balance"),
            models.CheckConstraint(condition=SENSIBLE, name="finance_payment_sensible"),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_payment_dated"),
            models.Index(fields=["customer", "-date", "-id"], name="finance_payment_party"),
            models.Index(fields=["customer"], condition=models.Q(balance__gt=0), name="finance_payment_unused"),
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_payment_deal"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_payment_search"),
        ]


class VendorPayment(MoneyMoved):
    """What was paid to a vendor. Its unused rest is an advance that later bills are paid from."""

    kind = DocumentKind.VENDOR_PAYMENT
    party_field = "vendor"

    vendor = models.ForeignKey(Vendor, verbose_name=_("vendor"), on_delete=models.RESTRICT, related_name="payments")

    class Meta:
        verbose_name = _("vendor payment")
        verbose_name_plural = _("vendor payments")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_vendor_payment_number"),
            models.CheckConstraint(condition=WHOLE, name="finance_vendor_payment_balance"),
            models.CheckConstraint(condition=SENSIBLE, name="finance_vendor_payment_sensible"),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_vendor_payment_dated"),
            models.Index(fields=["vendor", "-date", "-id"], name="finance_vendor_payment_party"),
            models.Index(fields=["vendor"], condition=models.Q(balance__gt=0), name="finance_vendor_payment_unused"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_vendor_payment_search"),
        ]


class Allocation(Stamped):
    """A part of a payment or credit that settles a document, in the currency of both.

    `amount_base` is what it takes off the document, at the document's own rate. `exchange_difference` is what was
    gained (below zero: lost) in base currency because the rate was another one when the money came.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    date = models.DateField(_("date"))
    amount = Amount(_("amount"))
    amount_base = Amount(_("amount in base currency"), editable=False)
    exchange_difference = Amount(_("exchange gain or loss"), editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.amount}"


class PaymentAllocation(Allocation):
    """A part of a customer's payment that an invoice is paid with."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.RESTRICT, related_name="payment_allocations")

    class Meta:
        verbose_name = _("payment of an invoice")
        verbose_name_plural = _("payments of invoices")
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="finance_payment_allocation_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_payment_allocation_amount"),
        ]


class CreditAllocation(Allocation):
    """A part of a credit note that is applied to an invoice."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.RESTRICT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.RESTRICT, related_name="credit_allocations")

    class Meta:
        verbose_name = _("credit applied to an invoice")
        verbose_name_plural = _("credits applied to invoices")
        constraints = [
            models.UniqueConstraint(fields=["credit_note", "invoice"], name="finance_credit_allocation_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_credit_allocation_amount"),
        ]


class VendorPaymentAllocation(Allocation):
    """A part of a payment to a vendor that a bill is paid with."""

    payment = models.ForeignKey(VendorPayment, on_delete=models.CASCADE, related_name="allocations")
    bill = models.ForeignKey(Bill, on_delete=models.RESTRICT, related_name="payment_allocations")

    class Meta:
        verbose_name = _("payment of a bill")
        verbose_name_plural = _("payments of bills")
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="finance_vendor_allocation_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_vendor_allocation_amount"),
        ]


class Refund(Stamped):
    """Money given back: of a credit note, of what a customer paid too much, or by a vendor of an advance."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="refunds")
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.RESTRICT, related_name="refunds")
    credit_note = models.ForeignKey(
        CreditNote, null=True, blank=True, on_delete=models.RESTRICT, related_name="refunds"
    )
    vendor_payment = models.ForeignKey(
        VendorPayment, null=True, blank=True, on_delete=models.RESTRICT, related_name="refunds"
    )
    date = models.DateField(_("date"))
    mode = models.CharField(_("paid by"), max_length=20, choices=PaymentMode.choices, default=PaymentMode.BANK_TRANSFER)
    amount = Amount(_("amount"))
    amount_base = Amount(_("amount in base currency"), editable=False)  # at the rate of what it is given back of
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    notes = models.TextField(_("notes"), max_length=5000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_refund_amount"),
            models.CheckConstraint(
                condition=(
                    models.Q(payment__isnull=False, credit_note__isnull=True, vendor_payment__isnull=True)
                    | models.Q(payment__isnull=True, credit_note__isnull=False, vendor_payment__isnull=True)
                    | models.Q(payment__isnull=True, credit_note__isnull=True, vendor_payment__isnull=False)
                ),
                name="finance_refund_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class WriteOff(Stamped):
    """What of an invoice is given up, and why."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="write_offs")
    invoice = models.ForeignKey(Invoice, on_delete=models.RESTRICT, related_name="write_offs")
    date = models.DateField(_("date"))
    amount = Amount(_("amount"))
    amount_base = Amount(_("amount in base currency"), editable=False)
    reason = models.CharField(_("reason"), max_length=500)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_write_off_amount")]

    def __str__(self) -> str:
        return f"{self.amount}"
