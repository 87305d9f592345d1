"""The closed lists of the integration. Values equal those of integration.core, which decides with them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """The kinds of record that the sync watches. Accounts and contacts are the CRM's, the others finance's."""

    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    CUSTOMER = "customer", _("Customer")
    CONTACT_PERSON = "contact_person", _("Contact person")


class Pairing(models.TextChoices):
    """Which CRM record is kept equal to which finance record."""

    ACCOUNT_CUSTOMER = "account_customer", _("Accounts and business customers")
    CONTACT_PERSON = "contact_person", _("Contacts and contact persons")
    CONTACT_CUSTOMER = "contact_customer", _("Contacts and individual customers")


class Module(models.TextChoices):
    """What is set up and run as one."""

    CONTACTS = "contacts", _("Contacts")


class ConnectionState(models.TextChoices):
    CONFIGURED = "configured", _("Being set up")
    ACTIVE = "active", pgettext_lazy("connection", "Active")
    PAUSED = "paused", pgettext_lazy("connection", "Paused")
    DISABLED = "disabled", pgettext_lazy("connection", "Deactivated")
    DELETED = "deleted", pgettext_lazy("connection", "Deleted")


class Mode(models.TextChoices):
    """Which CRM records become which finance records."""

    ACCOUNTS = "accounts", _("Accounts")
    CONTACTS = "contacts", _("Contacts")
    BOTH = "accounts_and_contacts", _("Accounts and their contacts")


class Extent(models.TextChoices):
    ONE_WAY = "from_crm", _("Fetch from CRM")
    BOTH = "both", _("Sync both ways")


class Policy(models.TextChoices):
    """What to do with a first-sight duplicate, or with a field that both sides changed."""

    SKIP = "skip", pgettext_lazy("sync policy", "Skip")
    OVERWRITE = "overwrite", pgettext_lazy("sync policy", "Overwrite")
    CLONE = "clone", pgettext_lazy("sync policy", "Clone")


class Granularity(models.TextChoices):
    """What Skip holds back on a conflict."""

    FIELD = "field", _("Only the fields in conflict")
    RECORD = "record", _("The whole record")


class OnDelete(models.TextChoices):
    """What becomes of the counterpart of a deleted record."""

    UNLINK = "unlink", _("Keep it, unlinked")
    DEACTIVATE = "deactivate", _("Make it inactive")
    DELETE = "delete", _("Delete it if it has no documents")
    RESTORE = "restore", _("Bring the deleted record back")


class SettingState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("sync setting", "Active")
    PAUSED = "paused", pgettext_lazy("sync setting", "Paused")
    ASKING = "asking", pgettext_lazy("sync setting", "Waiting for an answer")


class Direction(models.TextChoices):
    BOTH = "both", _("Both ways")
    TO_FINANCE = "to_finance", _("CRM to finance")
    TO_CRM = "to_crm", _("Finance to CRM")


class LinkState(models.TextChoices):
    """Open links (active, conflict, paused) are at most one per record; the others are its past."""

    ACTIVE = "active", pgettext_lazy("link", "In sync")
    CONFLICT = "conflict", pgettext_lazy("link", "In conflict")
    PAUSED = "paused", pgettext_lazy("link", "Paused")
    CLOSED = "closed", pgettext_lazy("link", "Closed")
    UNLINKED = "unlinked", pgettext_lazy("link", "Unlinked")
    CLONED = "cloned", pgettext_lazy("link", "Replaced by a copy")
    ALIAS = "alias", pgettext_lazy("link", "Alias")


OPEN_LINK_STATES = (LinkState.ACTIVE.value, LinkState.CONFLICT.value, LinkState.PAUSED.value)


class RunTrigger(models.TextChoices):
    """What set a run off."""

    PREVIEW = "preview", _("Preview")
    FIRST = "first", _("First sync")
    MANUAL = "manual", _("Sync now")
    CHANGES = "changes", _("Changes as they happen")
    SWEEP = "sweep", _("Regular sweep")
    RECORD = "record", _("One record")
    RESOLVE = "resolve", _("Conflict resolved")
    UNDO = "undo", _("Undo")


class RunState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("run", "Planned")
    QUEUED = "queued", pgettext_lazy("run", "Waiting to start")
    RUNNING = "running", pgettext_lazy("run", "Running")
    ASKING = "asking", pgettext_lazy("run", "Waiting for an answer")
    FINISHED = "finished", pgettext_lazy("run", "Finished")
    CANCELLED = "cancelled", pgettext_lazy("run", "Cancelled")
    FAILED = "failed", pgettext_lazy("run", "Failed")
    UNDONE = "undone", pgettext_lazy("run", "Undone")


UNFINISHED = (RunState.QUEUED.value, RunState.RUNNING.value)


class ActionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("action", "Planned")
    DONE = "done", pgettext_lazy("action", "Done")
    FAILED = "failed", pgettext_lazy("action", "Failed")


class ConflictState(models.TextChoices):
    OPEN = "open", pgettext_lazy("conflict", "Open")
    RESOLVED = "resolved", pgettext_lazy("conflict", "Resolved")
    GONE = "gone", _("Settled by itself")


class IssueState(models.TextChoices):
    RETRYING = "retrying", _("Will be tried again")
    WAITING = "waiting", _("Waits for a person")
    RESOLVED = "resolved", pgettext_lazy("sync issue", "Resolved")


class UnmatchedReason(models.TextChoices):
    """Why a record has no link."""

    SKIPPED = "skipped", _("A duplicate exists, and the policy is to skip it")
    AMBIGUOUS = "ambiguous", _("Several records match")
    DETACHED = "detached", _("Left on its own by a copy")
    ORPHAN = "orphan", _("Its counterpart was deleted")
    UNLINKED = "unlinked", _("Unlinked by a person")
    FILTERED = "filtered", _("Outside the chosen selection")
    ONE_WAY = "one_way", _("Finance records do not flow to the CRM")
    PARENT = "parent", _("Waits for its account or customer")
    REFUSED = "refused", _("Its match can't be synced as it stands")
