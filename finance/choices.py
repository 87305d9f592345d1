"""The closed lists of the finance side."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a person may do in a finance organization."""

    ADMIN = "admin", _("Administrator")
    ACCOUNTANT = "accountant", _("Accountant")
    STAFF = "staff", _("Staff")
    VIEWER = "viewer", _("Viewer")


class App(models.TextChoices):
    """The finance apps. They share one organization and its records."""

    BOOKS = "books", "Books"
    INVOICE = "invoice", "Invoice"
    EXPENSE = "expense", "Expense"
    SUBSCRIPTIONS = "subscriptions", "Subscriptions"


class CustomerKind(models.TextChoices):
    BUSINESS = "business", _("Business")
    INDIVIDUAL = "individual", _("Individual")


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")


class Extended(models.TextChoices):
    """The kinds of finance record that custom fields can be added to."""

    CUSTOMERS = "customers", _("Customers")
    CONTACT_PERSONS = "contact_persons", _("Contact persons")
    ITEMS = "items", _("Items")
    VENDORS = "vendors", _("Vendors")
    ESTIMATES = "estimates", _("Estimates")
    SALES_ORDERS = "sales_orders", _("Sales orders")
    INVOICES = "invoices", _("Invoices")
    CREDIT_NOTES = "credit_notes", _("Credit notes")
    PURCHASE_ORDERS = "purchase_orders", _("Purchase orders")
    BILLS = "bills", _("Bills")
    EXPENSES = "expenses", _("Expenses")
    PAYMENTS = "payments", _("Payments received")
    VENDOR_PAYMENTS = "vendor_payments", _("Payments made")
    PLANS = "plans", _("Plans")
    SUBSCRIPTIONS = "subscriptions", _("Subscriptions")
    RECURRING_INVOICES = "recurring_invoices", _("Recurring invoices")
    EXPENSE_REPORTS = "expense_reports", _("Expense reports")


class ItemKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")
    DIGITAL_SERVICE = "digital_service", _("Digital service")


class TermKind(models.TextChoices):
    """How a due day follows from a document's day."""

    RECEIPT = "receipt", _("On receipt")
    DAYS = "days", _("A number of days later")
    END_OF_MONTH = "end_of_month", _("At the end of the month")
    END_OF_NEXT_MONTH = "end_of_next_month", _("At the end of the next month")


class ExemptionCategory(models.TextChoices):
    """Why a document's amounts bear no VAT, by the categories of EN 16931."""

    EXEMPT = "E", _("Exempt")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    INTRA_COMMUNITY = "K", _("Supply within the European Union")
    EXPORT = "G", _("Export")
    OUTSIDE_SCOPE = "O", _("Outside the scope of tax")


class DiscountMode(models.TextChoices):
    """Where documents take discounts."""

    NONE = "none", _("None")
    ITEM = "item", _("On lines")
    DOCUMENT = "document", _("On the whole document")


class TaxMode(models.TextChoices):
    """What documents' prices hold."""

    EXCLUSIVE = "exclusive", _("Without tax")
    INCLUSIVE = "inclusive", _("With tax")
    BOTH = "both", _("Chosen on each document")


class RoundOff(models.TextChoices):
    """What totals are rounded to."""

    NONE = "none", _("Not rounded off")
    WHOLE = "whole", _("To the nearest whole amount")
    STEP = "step", _("To the nearest step")


class CreditLimitRule(models.TextChoices):
    """What happens when a customer would owe more than their credit limit."""

    IGNORE = "ignore", _("Nothing")
    WARN = "warn", _("A warning")
    REFUSE = "refuse", _("The document is refused")


class DateFormat(models.TextChoices):
    """How documents write days, in the letters of Unicode's date patterns."""

    LANGUAGE = "", _("As the document's language does")
    DAY_FIRST = "dd/MM/yyyy", "31/12/2026"
    DAY_FIRST_DOTS = "dd.MM.yyyy", "31.12.2026"
    DAY_FIRST_DASHES = "dd-MM-yyyy", "31-12-2026"
    MONTH_FIRST = "MM/dd/yyyy", "12/31/2026"
    YEAR_FIRST = "yyyy-MM-dd", "2026-12-31"


class DocumentKind(models.TextChoices):
    """Every kind of finance document. The value names it on the API, in series of numbers and in histories."""

    ESTIMATE = "estimate", _("Estimate")
    SALES_ORDER = "sales_order", _("Sales order")
    INVOICE = "invoice", _("Invoice")
    RECURRING_INVOICE = "recurring_invoice", _("Recurring invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    PAYMENT = "payment", _("Payment")
    PURCHASE_ORDER = "purchase_order", _("Purchase order")
    BILL = "bill", _("Bill")
    VENDOR_PAYMENT = "vendor_payment", _("Vendor payment")
    EXPENSE = "expense", _("Expense")
    EXPENSE_REPORT = "expense_report", _("Expense report")
    PLAN = "plan", _("Plan")
    SUBSCRIPTION = "subscription", _("Subscription")
    REFUND = "refund", _("Refund")


class PaymentMode(models.TextChoices):
    """How money changed hands."""

    CASH = "cash", _("Cash")
    CHECK = "check", _("Check")
    CREDIT_CARD = "creditcard", _("Credit card")
    BANK_TRANSFER = "banktransfer", _("Bank transfer")
    BANK_REMITTANCE = "bankremittance", _("Bank remittance")
    AUTO_TRANSACTION = "autotransaction", _("Automatic collection")
    OTHERS = "others", _("Other")


class ChainEvent(models.TextChoices):
    """What happened to an issued record; each leaves a version and an entry in the chain."""

    ISSUED = "issued", _("Issued")
    CHANGED = "changed", _("Changed")
    VOIDED = "voided", _("Voided")
    REOPENED = "reopened", _("Made a draft again")
    DELETED = "deleted", _("Deleted")


class EstimateStatus(models.TextChoices):
    """Stored; `expired` is derived (finance/derived.py)."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    INVOICED = "invoiced", _("Invoiced")


class SalesOrderStatus(models.TextChoices):
    """Stored; `partially_invoiced` and `overdue` are derived."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Confirmed")
    INVOICED = "invoiced", _("Invoiced")
    VOID = "void", _("Void")


class InvoiceStatus(models.TextChoices):
    """Stored; `overdue` and `partially_paid` are derived."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    PAID = "paid", _("Paid")
    VOID = "void", _("Void")


class CreditNoteStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    VOID = "void", _("Void")


class PurchaseOrderStatus(models.TextChoices):
    """Stored; `partially_billed` and `overdue` are derived."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Issued")
    BILLED = "billed", _("Billed")
    CANCELLED = "cancelled", _("Cancelled")


class BillStatus(models.TextChoices):
    """Stored; `overdue` and `partially_paid` are derived."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    PAID = "paid", _("Paid")
    VOID = "void", _("Void")


class Derived(models.TextChoices):
    """The statuses that follow from the day and from what was paid, without anybody touching the record."""

    EXPIRED = "expired", _("Expired")
    OVERDUE = "overdue", _("Overdue")
    PARTIALLY_PAID = "partially_paid", _("Partially paid")
    PARTIALLY_INVOICED = "partially_invoiced", _("Partially invoiced")
    PARTIALLY_BILLED = "partially_billed", _("Partially billed")


class PaidThrough(models.TextChoices):
    """Who, or what, has paid. What an employee paid is reimbursed."""

    EMPLOYEE = "employee", _("By the employee")
    CARD = "card", _("Company card")
    BANK = "bank", _("Bank account")
    CASH = "cash", _("Petty cash")


class DistanceUnit(models.TextChoices):
    KILOMETRE = "km", _("km")
    MILE = "mile", _("miles")


class ExpenseStatus(models.TextChoices):
    """Of an expense by itself; in a report, it is the report's."""

    UNREPORTED = "unreported", _("Unreported")
    DRAFT = "draft", _("Not submitted")
    SUBMITTED = "submitted", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    REIMBURSED = "reimbursed", _("Reimbursed")


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Awaiting approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    REIMBURSED = "reimbursed", _("Reimbursed")


class Look(models.TextChoices):
    """The templates that documents are drawn in (finance/documents/typst/)."""

    CLASSIC = "classic", pgettext_lazy("look of documents", "Classic")
    MODERN = "modern", pgettext_lazy("look of documents", "Modern")


class Paper(models.TextChoices):
    """What documents are printed on."""

    A4 = "a4", _("A4 (210 × 297 mm)")
    US_LETTER = "us-letter", _("US Letter (8.5 × 11 in)")


class EmailKind(models.TextChoices):
    """What an e-mail is about: each has templates of its own."""

    ESTIMATE = "estimate", _("Estimate")
    SALES_ORDER = "sales_order", _("Sales order")
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    PURCHASE_ORDER = "purchase_order", _("Purchase order")
    PAYMENT = "payment", _("Payment receipt")
    REMINDER = "reminder", _("Payment reminder")
    STATEMENT = "statement", _("Statement of account")


class ReminderRecipient(models.TextChoices):
    """Who gets a reminder that is sent by rule. Where there is no such address, the other one is written to."""

    PERSONS = "persons", _("The contact persons of the invoice")
    CUSTOMER = "customer", _("The customer’s own e-mail address")


class EmailState(models.TextChoices):
    """Where an e-mail is on its way out. One that is being sent is some worker's for as long as that takes."""

    QUEUED = "queued", pgettext_lazy("e-mail", "Queued")
    SENDING = "sending", pgettext_lazy("e-mail", "Being sent")
    SENT = "sent", pgettext_lazy("e-mail", "Sent")
    FAILED = "failed", pgettext_lazy("e-mail", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("e-mail", "Cancelled")


class EmailProblem(models.TextChoices):
    """Why an e-mail did not go out, or not to everybody."""

    UNREACHABLE = "unreachable", _("The mail server could not be reached.")
    BUSY = "busy", _("The mail server asked to try again later.")
    NOT_SET_UP = "not_set_up", _("No mail server is set up for this installation.")
    SIGN_IN = "sign_in", _("The mail server did not accept this installation’s user name and password.")
    SENDER = "sender", _("The mail server does not take mail from this sender.")
    RECIPIENTS = "recipients", _("The mail server refused every recipient.")
    SOME_RECIPIENTS = "some_recipients", _("The mail server refused some of the recipients; the others have it.")
    TOO_LARGE = "too_large", _("The e-mail is larger than the mail server takes.")
    REFUSED = "refused", _("The mail server refused the e-mail.")
    UNKNOWN = (
        "unknown",
        _(
            "It is not known whether this e-mail went out: the connection ended before the mail server had answered. "
            "Ask a recipient before you send it again."
        ),
    )


class RepeatUnit(models.TextChoices):
    """As finance.recurrence.Unit."""

    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")
    YEARS = "years", _("years")


class SubscriptionStatus(models.TextChoices):
    FUTURE = "future", _("Future")
    TRIAL = "trial", _("Trial")
    LIVE = "live", _("Live")
    DUNNING = "dunning", _("Dunning")
    UNPAID = "unpaid", _("Unpaid")
    PAUSED = "paused", _("Paused")
    NON_RENEWING = "non_renewing", _("Not renewing")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class RecurringStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("Expired")


class RenewalAction(models.TextChoices):
    """What happens to an invoice that is made by itself."""

    DRAFT = "draft", _("Keep it as a draft")
    SEND = "send", _("Mark it as sent")


class ImportModule(models.TextChoices):
    """What a file that is imported holds."""

    CONTACTS = "contacts", _("Contacts")
    ITEMS = "items", _("Items")
    INVOICES = "invoices", _("Invoices")


class ImportedKind(models.TextChoices):
    """What a record of such a file becomes."""

    CUSTOMER = "customer", _("Customer")
    VENDOR = "vendor", _("Vendor")
    ITEM = "item", _("Item")
    INVOICE = "invoice", _("Invoice")
