"""The closed lists of the finance side."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
