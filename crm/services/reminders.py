"""Telling people in time of what they have to do.

A reminder is claimed, told and ticked off in one transaction: a worker that dies in between leaves it to the next one,
two workers at once never take the same one, and the notification's key keeps it from being told twice even so.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from crm.choices import ActivityStatus
from crm.models import Activity, Membership
from crm.services.activities import page_of
from users.services.notifications import Notice, notify

BATCH = 200
MOST_BATCHES = 50


def send_due_reminders(*, now: datetime) -> int:
    """Tell of every reminder that is due; answers how many people were told of something."""
    told = 0
    for _batch in range(MOST_BATCHES):
        claimed, sent = _send_batch(now)
        told += sent
        if claimed < BATCH:
            break
    return told


@transaction.atomic
def _send_batch(now: datetime) -> tuple[int, int]:
    """The next ones that nobody else is at work on; told is what is open still, to an owner who is still here."""
    due = Activity.objects.filter(reminder_at__lte=now, reminded_at=None, deleted_at=None).order_by("reminder_at", "pk")
    claimed = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    wanted = [a for a in claimed if a.status == ActivityStatus.OPEN and a.owner_id is not None]
    here = set(
        Membership.objects.filter(
            user_id__in={a.owner_id for a in wanted}, organization_id__in={a.organization_id for a in wanted}
        ).values_list("user_id", "organization_id")
    )
    sent = notify([_notice(a) for a in wanted if (a.owner_id, a.organization_id) in here])
    # Not `save`: a reminder that was told is no new version of what it is about.
    Activity.objects.filter(pk__in=[a.pk for a in claimed]).update(reminded_at=now)
    return len(claimed), sent


def _notice(activity: Activity) -> Notice:
    assert activity.owner_id is not None
    assert activity.reminder_at is not None
    return Notice(
        user_id=activity.owner_id,
        kind="reminder",
        message=gettext_noop("Reminder: “%(subject)s”"),
        params={"subject": activity.label},
        url=page_of(activity),
        key=f"crm:reminder:{activity.pk}:{activity.reminder_at.isoformat()}",
    )
