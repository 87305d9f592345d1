"""The fields that an organization adds to its finance records, and the index of their values."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import Extended
from finance.models.bills import Bill
from finance.models.credit_notes import CreditNote
from finance.models.estimates import Estimate
from finance.models.expenses import Expense, ExpenseReport
from finance.models.invoices import Invoice
from finance.models.items import Item
from finance.models.organizations import Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.payments import Payment, VendorPayment
from finance.models.purchase_orders import PurchaseOrder
from finance.models.sales_orders import SalesOrder
from finance.models.subscriptions import Plan, RecurringInvoice, Subscription
from finance.models.vendors import Vendor
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.tables import ValueRow
from finsuite.kernel.models import ScopedQuerySet


class CustomField(FieldDefinition):
    """A field of one kind of record. The values lie in the records' `custom`."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="custom_fields")
    module = models.CharField(_("record"), max_length=20, choices=Extended.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [
            models.CheckConstraint(condition=~models.Q(label=""), name="finance_custom_field_label_given"),
            models.UniqueConstraint(fields=["organization", "module", "key"], name="finance_custom_field_key"),
        ]


class CustomValue(ValueRow):
    """What a record holds in a field, as filters and sorting compare it. Written by the database's triggers."""

    field = models.ForeignKey(CustomField, on_delete=models.CASCADE, related_name="values")

    class Meta(ValueRow.Meta):
        pass


EXTENDED: dict[Extended, type[models.Model]] = {
    Extended.CUSTOMERS: Customer,
    Extended.CONTACT_PERSONS: ContactPerson,
    Extended.ITEMS: Item,
    Extended.VENDORS: Vendor,
    Extended.ESTIMATES: Estimate,
    Extended.SALES_ORDERS: SalesOrder,
    Extended.INVOICES: Invoice,
    Extended.CREDIT_NOTES: CreditNote,
    Extended.PURCHASE_ORDERS: PurchaseOrder,
    Extended.BILLS: Bill,
    Extended.EXPENSES: Expense,
    Extended.PAYMENTS: Payment,
    Extended.VENDOR_PAYMENTS: VendorPayment,
    Extended.PLANS: Plan,
    Extended.SUBSCRIPTIONS: Subscription,
    Extended.RECURRING_INVOICES: RecurringInvoice,
    Extended.EXPENSE_REPORTS: ExpenseReport,
}
"""What can have custom fields. A new kind also has a `custom` column, and triggers: `tables.noted` in its migration."""
