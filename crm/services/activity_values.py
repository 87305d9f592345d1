"""What an activity may say, by kind, and what has to fit together."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import ActivityKind, ActivityStatus, Level, Module
from crm.models import Activity, Membership
from crm.selectors.activities import seen_records
from finsuite.kernel.errors import NotFound, Refused

_ALL = ("subject", "body", "owner_id")
_PLANNED = (*_ALL, "priority", "reminder_at")
_MET = (*_PLANNED, "starts_at", "minutes")

FIELDS: dict[ActivityKind, tuple[str, ...]] = {
    ActivityKind.NOTE: (*_ALL, "is_pinned"),
    ActivityKind.TASK: (*_PLANNED, "due_on", "due_at"),
    ActivityKind.CALL: (*_MET, "call_direction", "call_outcome"),
    ActivityKind.MEETING: (*_MET, "location"),
}
CONTENT = tuple(dict.fromkeys(name for names in FIELDS.values() for name in names))

LONGEST = timedelta(days=14)
LATEST_REMINDER = timedelta(days=3660)


def require_about(access: Access, activity: Activity) -> None:
    """Refuse an activity about a record that the person may not see or edit; about none, it is for oneself."""
    if not activity.module and activity.record_id is None:
        return
    if activity.module not in Module.values or not activity.record_id or activity.record_id < 0:
        sentence = _("Name a record by its module and its id, or neither.")
        raise Refused(sentence, fields={"record_id": [sentence]})
    access.require(activity.module, Level.VIEW)
    if not seen_records(access, activity.module).filter(pk=activity.record_id).exists():
        raise NotFound(_("There is no such record."))
    access.require(activity.module, Level.EDIT)


def require_owner(access: Access, activity: Activity) -> None:
    """Refuse an owner who is not of this organization."""
    owner = activity.owner_id
    if owner is None or owner == access.user_id:
        return
    if type(owner) is not int or not 0 < owner < 2**63:
        raise _fault("owner_id", _("This must be the id of a member."))
    if not Membership.objects.of(access.organization).filter(user_id=owner).exists():
        raise _fault("owner_id", _("The owner must be a member of this organization."))


def check(activity: Activity) -> None:
    """Refuse what doesn't fit together."""
    if activity.kind == ActivityKind.NOTE and not activity.body and not activity.subject:
        raise _fault("body", _("Write something."))
    if activity.kind != ActivityKind.NOTE and not activity.subject:
        raise _fault("subject", _("Subject is required."))
    if activity.due_on is not None and activity.due_at is not None:
        raise _fault("due_at", _("It is due on a day, or at a moment: give one of the two."))
    if activity.minutes is not None:
        if activity.starts_at is None:
            raise _fault("starts_at", _("Say when it starts, as you say how long it takes."))
        if not 0 < activity.minutes <= LONGEST / timedelta(minutes=1):
            raise _fault("minutes", _("It takes between one minute and two weeks."))
    if activity.kind == ActivityKind.MEETING and activity.starts_at is None:
        raise _fault("starts_at", _("Say when the meeting starts."))
    if activity.call_outcome and activity.status == ActivityStatus.OPEN:
        raise _fault("call_outcome", _("A call has an outcome once it is done."))
    if activity.reminder_at is not None and activity.reminder_at > timezone.now() + LATEST_REMINDER:
        raise _fault("reminder_at", _("A reminder can be at most ten years ahead."))
    if activity.reminder_at is not None and activity.owner_id is None:
        raise _fault("reminder_at", _("A reminder needs an owner to remind."))


def _fault(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: [sentence]})
