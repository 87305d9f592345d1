"""What the sync did and why, in words for people. The core speaks in codes; nobody should have to read those."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from integration.choices import Kind
from integration.core.actions import Kind as Op
from integration.core.actions import Reason

# What an action does, as the heading of a group of them.
OPERATIONS: dict[Op, Promise] = {
    Op.CREATE: pgettext_lazy("sync action", "Create"),
    Op.CLONE: pgettext_lazy("sync action", "Clone"),
    Op.LINK: pgettext_lazy("sync action", "Link"),
    Op.UPDATE: pgettext_lazy("sync action", "Update"),
    Op.ADVANCE: pgettext_lazy("sync action", "Nothing to write"),
    Op.CONFLICT: pgettext_lazy("sync action", "Conflict"),
    Op.PAUSE: pgettext_lazy("sync action", "Pause"),
    Op.REPOINT: pgettext_lazy("sync action", "Move the link"),
    Op.ALIAS: pgettext_lazy("sync action", "Keep as alias"),
    Op.UNLINK: pgettext_lazy("sync action", "Unlink"),
    Op.DEACTIVATE: pgettext_lazy("sync action", "Make inactive"),
    Op.DELETE: pgettext_lazy("sync action", "Delete"),
    Op.SKIP: pgettext_lazy("sync action", "Skip"),
    Op.DECIDE: pgettext_lazy("sync action", "Needs your decision"),
    Op.REFUSE: pgettext_lazy("sync action", "Cannot be synced"),
}

# What an action that makes a record is counted under.
_NEW: dict[str, Promise] = {
    Kind.ACCOUNT: _("New accounts"),
    Kind.CONTACT: _("New contacts"),
    Kind.CUSTOMER: _("New customers"),
    Kind.CONTACT_PERSON: _("New contact persons"),
}

# The status component's tone for each: what writes, what waits, what fails.
TONES: dict[Op, str] = {
    Op.CREATE: "success",
    Op.CLONE: "success",
    Op.LINK: "success",
    Op.UPDATE: "info",
    Op.ADVANCE: "neutral",
    Op.CONFLICT: "warning",
    Op.PAUSE: "neutral",
    Op.REPOINT: "info",
    Op.ALIAS: "neutral",
    Op.UNLINK: "warning",
    Op.DEACTIVATE: "warning",
    Op.DELETE: "danger",
    Op.SKIP: "neutral",
    Op.DECIDE: "warning",
    Op.REFUSE: "danger",
}

# What an undo leaves alone: no step of a plan, but told among them.
KEPT = "changed_since"
_KEPT_REASONS: dict[str, Promise] = {
    "changed_since": _("It was changed after the run, so it is left as it is."),
    "gone_since": _("It was deleted after the run."),
}

# What waits or stays as it is, although some of its fields may be written.
WAITING = frozenset({Op.CONFLICT, Op.PAUSE, Op.SKIP, Op.DECIDE, Op.REFUSE, KEPT})

# Why, as one sentence.
REASONS: dict[Reason, Promise] = {
    Reason.NEW: _("It has no counterpart yet."),
    Reason.RESTORED: _("Its counterpart was deleted, and the settings say to bring it back."),
    Reason.MATCHED: _("Exactly one record on the other side has the same name."),
    Reason.CHOSEN: _("A person linked the two."),
    Reason.CHANGED: _("One side was changed since both last agreed."),
    Reason.REASSERTED: _("A person asked to write the leading side’s values again."),
    Reason.RESOLVED: _("A person settled the conflict."),
    Reason.RESUMED: _("It is in the selection again."),
    Reason.AGREED: _("Both sides already say the same."),
    Reason.DRIFTED: _("The side that is only read was changed; it is left as it is."),
    Reason.BOTH_CHANGED: _("Both sides were changed, to different values."),
    Reason.CONFLICT_OVERWRITTEN: _("Both sides were changed; the policy lets the leading side win."),
    Reason.CONFLICT_CLONED: _("Both sides were changed; the policy makes a new record."),
    Reason.PARENT_CLONED: _("The record that it belongs to was cloned."),
    Reason.DUPLICATE: _("A record of the same name exists on the other side, and the policy is to skip it."),
    Reason.DUPLICATE_CLONED: _("A record of the same name exists on the other side; the policy makes a new one."),
    Reason.AMBIGUOUS: _("Several records have the same name. Choose the one that is meant."),
    Reason.HAS_DOCUMENTS: _("It has documents, so it stays."),
    Reason.ALREADY_CLONED: _("It was cloned from the same state before."),
    Reason.DELETED: _("It was deleted on the other side."),
    Reason.BOTH_DELETED: _("It was deleted on both sides."),
    Reason.EDIT_BEATS_DELETE: _("It was deleted on one side and edited on the other; the edit is kept."),
    Reason.LEFT_VIEW: _("It is not in the selection that is synced."),
    Reason.LEFT_MODE: _("Records of this kind are not synced under these settings."),
    Reason.PARENT_NOT_LINKED: _("The record that it belongs to is not linked."),
    Reason.ONE_WAY: _("Finance records do not flow to the CRM under these settings."),
    Reason.MERGED: _("It was merged into another record."),
    Reason.UNLINKED: _("A person unlinked the two."),
    Reason.CANNOT_CARRY: _("A value cannot be carried over as it is."),
    Reason.UNDONE: _("A run was undone."),
}


def operation(op: str) -> Promise | str:
    """What the action does; the code itself where a later version wrote one that is not known here."""
    if op == KEPT:
        return pgettext_lazy("sync action", "Leave as it is")
    return OPERATIONS[Op(op)] if op in set(Op) else op


def makes(op: str, kind: str) -> Promise | str:
    """What new records of this kind are counted under; "" where the action makes none."""
    return _NEW.get(kind, "") if op in {Op.CREATE, Op.CLONE} else ""


def tone(op: str) -> str:
    """How the action is set off: neutral, info, success, warning or danger."""
    return TONES[Op(op)] if op in set(Op) else "neutral"


def reason(code: str) -> Promise | str:
    """Why, as one sentence; the code itself where it is not known here."""
    return REASONS[Reason(code)] if code in set(Reason) else _KEPT_REASONS.get(code, code)
