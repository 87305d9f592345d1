"""Noting what was said about a record, and what is to be done: notes, calls, tasks, meetings.

Who may: whoever may edit a module's records makes activities about them. An activity is changed, completed and deleted
by its owner, its author, and whoever may edit the record that it is about. One that is about no record is a member's
own affair. Who sees what: crm/selectors/activities.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import audit.services
from crm.access import Access, of_actor
from crm.choices import ActivityKind, ActivityStatus
from crm.events import (
    ActivityCompleted,
    ActivityCreated,
    ActivityDeleted,
    ActivityReopened,
    ActivityRestored,
    ActivityUpdated,
    RecordEvent,
)
from crm.models import Activity, Organization
from crm.selectors.activities import activities, deleted_activities, may_edit
from crm.services.activity_company import COMPANY, read_company, save_company
from crm.services.activity_values import CONTENT, FIELDS, check, require_about, require_owner
from crm.workflow import ACTIVITY
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign, refuse_unknown, require_filled
from finsuite.kernel.versions import require_version
from users.services.notifications import Notice, notify

ON_CREATION = ("kind", "status", "module", "record_id")
KEPT_FOR = timedelta(days=30)

Values = Mapping[str, Any]


@transaction.atomic
def create_activity(*, actor: Actor, organization: Organization, values: Values) -> Activity:
    """Note something, about a record or for oneself. With `status` "done" it has happened already."""
    access = of_actor(actor, organization)
    refuse_unknown(values, (*ON_CREATION, *CONTENT, *COMPANY))
    activity = Activity(organization=organization, created_by_id=actor.user_id, owner_id=actor.user_id)
    first = {name: values[name] for name in ("kind", "module", "record_id") if values.get(name) not in (None, "")}
    assign(activity, first, allowed=first)
    require_filled(activity, ["kind"])
    require_about(access, activity)
    activity.status = _first_status(activity, values.get("status"))
    if activity.status == ActivityStatus.DONE:
        activity.completed_at, activity.completed_by_id = timezone.now(), actor.user_id
    company = read_company(access, activity, values)
    _assign(access, activity, values)
    activity.save()
    save_company(access, activity, company)
    _told(actor, activity, "created", after={**content(activity), **company.told()})
    _emit(ActivityCreated, actor, activity)
    _notify_owner(actor, activity)
    return activity


@transaction.atomic
def update_activity(*, actor: Actor, activity: Activity, values: Values, version: str | None = None) -> Activity:
    """Give an activity new values. What it is and which record it is about stay."""
    access, held = _held(actor, activity, version)
    refuse_unknown(values, (*CONTENT, *COMPANY))
    company = read_company(access, held, values)
    change = _assign(access, held, values)
    if "reminder_at" in change:
        held.reminded_at = None
    before, after = save_company(access, held, company)
    if not change and not after:
        return held
    held.save(update_fields=[*change.fields, "due_by", "reminded_at", "search_text"])
    _told(actor, held, "updated", before={**change.before, **before}, after={**change.after, **after})
    _emit(ActivityUpdated, actor, held)
    if "owner_id" in change:
        _notify_owner(actor, held)
    return held


@transaction.atomic
def complete_activity(*, actor: Actor, activity: Activity, version: str | None = None) -> Activity:
    """Note that it is done, by whom and when."""
    return _moved(actor, activity, version, "complete")


@transaction.atomic
def reopen_activity(*, actor: Actor, activity: Activity, version: str | None = None) -> Activity:
    """It is to be done after all."""
    return _moved(actor, activity, version, "reopen")


@transaction.atomic
def delete_activity(*, actor: Actor, activity: Activity, version: str | None = None) -> None:
    """Delete an activity, with its files. For a month it can be taken back."""
    _access, held = _held(actor, activity, version)
    held.deleted_at = timezone.now()
    held.save(update_fields=["deleted_at", "updated_at"])
    _told(actor, held, "deleted", before=content(held))
    _emit(ActivityDeleted, actor, held)


@transaction.atomic
def restore_activity(*, actor: Actor, organization: Organization, activity_id: int) -> Activity:
    """Take back the deletion of an activity."""
    access = of_actor(actor, organization)
    held = deleted_activities(access).select_for_update(of=("self",)).filter(pk=activity_id).first()
    if held is None:
        raise NotFound(_("There is no such activity."))
    held.organization = organization
    held.deleted_at = None
    held.save(update_fields=["deleted_at", "updated_at"])
    _told(actor, held, "restored", after=content(held))
    _emit(ActivityRestored, actor, held)
    return held


def purge_activities(*, before: datetime) -> int:
    """Forget for good what was deleted before then; what they said stays in the history."""
    ids = list(Activity.objects.filter(deleted_at__lt=before).order_by("pk").values_list("pk", flat=True)[:1_000])
    Activity.objects.filter(pk__in=ids, attachments=None).delete()
    return len(ids)


def content(activity: Activity) -> dict[str, Any]:
    """Everything that it says, as the history keeps it; what is empty is left out."""
    names = ("kind", "status", "module", "record_id", *CONTENT)
    values = ((name, getattr(activity, name)) for name in names)
    return {name: value for name, value in values if value not in (None, "", False)}


def _first_status(activity: Activity, asked: Any) -> ActivityStatus:
    if activity.kind == ActivityKind.NOTE:
        if asked not in (None, "", ActivityStatus.KEPT):
            sentence = _("A note is kept; there is nothing to do about it.")
            raise Refused(sentence, fields={"status": [sentence]})
        return ActivityStatus.KEPT
    if asked in (None, ""):
        return ActivityStatus.OPEN
    if asked not in (ActivityStatus.OPEN, ActivityStatus.DONE):
        sentence = _("An activity starts open or done.")
        raise Refused(sentence, fields={"status": [sentence]})
    return ActivityStatus(asked)


def _assign(access: Access, activity: Activity, values: Values) -> Change:
    """Set what the activity says; what its kind doesn't have is refused, and so is what doesn't fit together."""
    given = {name: value for name, value in values.items() if name in CONTENT}
    held_owner = activity.owner_id
    change = assign(activity, given, allowed=FIELDS[ActivityKind(activity.kind)])
    if activity.owner_id != held_owner or activity.pk is None:
        require_owner(access, activity)
    check(activity)
    activity.due_by = due_by(activity)
    activity.set_keys()
    return change


def due_by(activity: Activity) -> datetime | None:
    """The moment after which it is late. A day ends when it ends where the organization is at home."""
    if activity.due_on is not None:
        zone = ZoneInfo(activity.organization.time_zone)
        return datetime.combine(activity.due_on + timedelta(days=1), time.min, tzinfo=zone)
    return activity.due_at or activity.ends_at or activity.starts_at


def _held(actor: Actor, activity: Activity, version: str | None) -> tuple[Access, Activity]:
    """The activity, locked, for somebody who may change it."""
    organization = activity.organization
    access = of_actor(actor, organization)
    rows = Activity.objects.of(organization) if actor.is_machine else activities(access)
    held = rows.filter(deleted_at=None).select_for_update(of=("self",)).filter(pk=activity.pk).first()
    if held is None:
        raise NotFound(_("There is no such activity."))
    held.organization = organization
    if not may_edit(access, held):
        raise NotPermitted(_("Only its author, its owner, and those who may edit the record can change this."))
    require_version(held, version)
    return access, held


def _moved(actor: Actor, activity: Activity, version: str | None, verb: str) -> Activity:
    _access, held = _held(actor, activity, version)
    sentence = (
        _("This can't be completed: it is done already, or a note.")
        if verb == "complete"
        else _("This can't be reopened: it is not done.")
    )
    before = held.status
    held.status = ACTIVITY.target(held.status, verb, sentence=sentence)
    is_done = held.status == ActivityStatus.DONE
    held.completed_at = timezone.now() if is_done else None
    held.completed_by_id = actor.user_id if is_done else None
    held.save(update_fields=["status", "completed_at", "completed_by", "updated_at"])
    _told(
        actor,
        held,
        "completed" if is_done else "reopened",
        before={"status": before},
        after={"status": held.status},
    )
    _emit(ActivityCompleted if is_done else ActivityReopened, actor, held)
    return held


def _notify_owner(actor: Actor, activity: Activity) -> None:
    """Somebody who was given something to do by somebody else is told."""
    owner = activity.owner_id
    if owner is None or owner == actor.user_id or activity.status != ActivityStatus.OPEN:
        return
    version = activity.updated_at.isoformat()
    notify(
        [
            Notice(
                user_id=owner,
                kind="assigned",
                message=gettext_noop("%(who)s gave you “%(subject)s” to do."),
                params={"who": actor.label, "subject": activity.label},
                url=page_of(activity),
                key=f"crm:assigned:{activity.pk}:{version}",
            )
        ]
    )


def page_of(activity: Activity) -> str:
    """The address that leads to the activity, wherever it is shown."""
    return reverse("crm:activity", kwargs={"organization": activity.organization_id, "activity_id": activity.pk})


def _told(
    actor: Actor, activity: Activity, verb: str, *, before: Values | None = None, after: Values | None = None
) -> None:
    tenant = activity.organization.tenant
    audit.services.record(actor=actor, tenant=tenant, subject=activity, verb=verb, before=before, after=after)


def _emit(kind: type[RecordEvent], actor: Actor, activity: Activity) -> None:
    emit(kind(actor=actor, organization_id=activity.organization_id, ids=(activity.pk,)))
