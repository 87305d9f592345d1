"""The closed lists of the CRM."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Edition(models.TextChoices):
    """What the organization bought; multi-currency comes with Enterprise, or with the integration."""

    PROFESSIONAL = "professional", _("Professional")
    ENTERPRISE = "enterprise", _("Enterprise")


class Module(models.TextChoices):
    """The kinds of CRM record that a profile grants rights on."""

    ACCOUNTS = "accounts", _("Accounts")
    CONTACTS = "contacts", _("Contacts")
    DEALS = "deals", _("Deals")
    PRODUCTS = "products", _("Products")
    VENDORS = "vendors", _("Vendors")


class StageCategory(models.TextChoices):
    """What a stage means for the forecast."""

    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


class Level(models.IntegerChoices):
    """How far a profile may go in a module; each level includes those below it."""

    NONE = 0, pgettext_lazy("permission", "None")
    VIEW = 1, _("View")
    CREATE = 2, _("Create")
    EDIT = 3, _("Edit")
    DELETE = 4, _("Delete")
