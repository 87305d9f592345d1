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
