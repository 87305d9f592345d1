from finance.models.attachments import Attachment
from finance.models.bills import Bill, BillLine
from finance.models.chain import ChainEntry, ChainHead
from finance.models.comments import Comment
from finance.models.credit_notes import CreditNote, CreditNoteLine
from finance.models.custom_fields import EXTENDED, CustomField, CustomValue
from finance.models.drafts import Draft
from finance.models.emails import Email, EmailAttachment, EmailTemplate
from finance.models.estimates import Estimate, EstimateLine
from finance.models.expenses import Expense, ExpenseCategory, ExpenseReport
from finance.models.imports import (
    ImportedRecord,
    ImportJob,
    ImportOutcome,
    ImportPart,
    ImportResult,
    ImportRow,
    ImportState,
    ImportUndo,
)
from finance.models.invoices import Invoice, InvoiceLine
from finance.models.items import Item
from finance.models.list_columns import ListColumns
from finance.models.numbering import Series
from finance.models.organizations import Membership, Organization
from finance.models.parties import ContactPerson, Customer
from finance.models.payment_terms import PaymentTerm
from finance.models.payments import (
    CreditAllocation,
    Payment,
    PaymentAllocation,
    Refund,
    VendorPayment,
    VendorPaymentAllocation,
    WriteOff,
)
from finance.models.preferences import Preferences
from finance.models.purchase_orders import PurchaseOrder, PurchaseOrderLine
from finance.models.rates import Currency, CurrencyRate
from finance.models.reminders import ReminderRule
from finance.models.sales_orders import SalesOrder, SalesOrderLine
from finance.models.search_words import SearchWord
from finance.models.subscriptions import Plan, RecurringInvoice, Subscription, SubscriptionTerm
from finance.models.taxes import Tax, TaxExemption, TaxGroupMember
from finance.models.vendors import Vendor
from finance.models.versions import DocumentVersion
from finance.models.zsc_keys import ZscAttempts, ZscKey

__all__ = [
    "EXTENDED",
    "Attachment",
    "Bill",
    "BillLine",
    "ChainEntry",
    "ChainHead",
    "Comment",
    "ContactPerson",
    "CreditAllocation",
    "CreditNote",
    "CreditNoteLine",
    "Currency",
    "CurrencyRate",
    "CustomField",
    "CustomValue",
    "Customer",
    "DocumentVersion",
    "Draft",
    "Email",
    "EmailAttachment",
    "EmailTemplate",
    "Estimate",
    "EstimateLine",
    "Expense",
    "ExpenseCategory",
    "ExpenseReport",
    "ImportJob",
    "ImportOutcome",
    "ImportPart",
    "ImportResult",
    "ImportRow",
    "ImportState",
    "ImportUndo",
    "ImportedRecord",
    "Invoice",
    "InvoiceLine",
    "Item",
    "ListColumns",
    "Membership",
    "Organization",
    "Payment",
    "PaymentAllocation",
    "PaymentTerm",
    "Plan",
    "Preferences",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "RecurringInvoice",
    "Refund",
    "ReminderRule",
    "SalesOrder",
    "SalesOrderLine",
    "SearchWord",
    "Series",
    "Subscription",
    "SubscriptionTerm",
    "Tax",
    "TaxExemption",
    "TaxGroupMember",
    "Vendor",
    "VendorPayment",
    "VendorPaymentAllocation",
    "WriteOff",
    "ZscAttempts",
    "ZscKey",
]
