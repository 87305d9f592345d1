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


class Sharing(models.TextChoices):
    """Who sees a module's records. Whoever may change the setup, or sees all by their profile, sees every one."""

    EVERYBODY = "everybody", pgettext_lazy("sharing", "Everybody")
    MANAGERS = "managers", pgettext_lazy("sharing", "The owner and their managers")
    TEAMS = "teams", pgettext_lazy("sharing", "The owner's teams and managers")


class ActivityKind(models.TextChoices):
    """What somebody notes, or has to do, about a record."""

    NOTE = "note", pgettext_lazy("activity", "Note")
    CALL = "call", pgettext_lazy("activity", "Call")
    TASK = "task", pgettext_lazy("activity", "Task")
    MEETING = "meeting", pgettext_lazy("activity", "Meeting")


class ActivityStatus(models.TextChoices):
    """How far an activity has come. A note is kept: there is nothing to do about it."""

    OPEN = "open", pgettext_lazy("activity", "Open")
    DONE = "done", pgettext_lazy("activity", "Done")
    KEPT = "kept", pgettext_lazy("activity", "Kept")


class Priority(models.TextChoices):
    """How much a task presses."""

    LOW = "low", pgettext_lazy("priority", "Low")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    HIGH = "high", pgettext_lazy("priority", "High")


class CallDirection(models.TextChoices):
    """Who rang whom."""

    OUTBOUND = "outbound", pgettext_lazy("call", "Outgoing")
    INBOUND = "inbound", pgettext_lazy("call", "Incoming")


class CallOutcome(models.TextChoices):
    """How a call ended."""

    CONNECTED = "connected", pgettext_lazy("call", "Spoke to them")
    LEFT_MESSAGE = "left_message", pgettext_lazy("call", "Left a message")
    NO_ANSWER = "no_answer", pgettext_lazy("call", "No answer")
    BUSY = "busy", pgettext_lazy("call", "Busy")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("call", "Wrong number")
