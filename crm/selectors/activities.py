"""Reading activities.

Whoever may see a record sees what was noted about it; what is about several records, whoever sees one of them.
An activity is always seen by its owner; one that is about no record by nobody else than its owner and its author.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import ActivityKind, ActivityStatus, Level, Module
from crm.models import RECORDS, Activity, ActivityLink, Contact, Participant
from crm.models.record import Record
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet
from users.models import User

MOST_AT_WORK = 300


def seen_records(access: Access, module: str) -> ScopedQuerySet[Any]:
    """A module's records that the person may see; none where their profile doesn't show the module."""
    records: ScopedQuerySet[Any] = RECORDS[Module(module)].objects.of(access.organization)
    return records.filter(access.visible(module)) if access.may(module, Level.VIEW) else records.none()


def activities(access: Access) -> ScopedQuerySet[Activity]:
    """The activities that the person may see."""
    seen = Q(pk__in=[])
    if access.user_id is not None:
        seen |= Q(owner_id=access.user_id) | Q(module="", created_by_id=access.user_id)
    linked = Q(pk__in=[])
    for module in Module.values:
        if access.may(module, Level.VIEW):
            found = Exists(seen_records(access, module).filter(pk=OuterRef("record_id")))
            seen |= Q(found, module=module)
            linked |= Q(found, module=module)
    links = ActivityLink.objects.of(access.organization).filter(linked, activity_id=OuterRef("pk"))
    return Activity.objects.of(access.organization).filter(seen | Q(Exists(links)), deleted_at=None)


def deleted_activities(access: Access) -> ScopedQuerySet[Activity]:
    """What the person has seen and may take back: the deleted ones of records that they see, and their own."""
    gone = Activity.objects.of(access.organization).filter(deleted_at__isnull=False)
    if access.user_id is None:
        return gone
    seen = Q(created_by_id=access.user_id) | Q(owner_id=access.user_id)
    for module in Module.values:
        if access.may(module, Level.EDIT):
            seen |= Q(Exists(seen_records(access, module).filter(pk=OuterRef("record_id"))), module=module)
    return gone.filter(seen)


def about(module: str, record_id: int) -> Q:
    """The filter that keeps the activities about this record, as their first one or a further one."""
    links = ActivityLink.objects.filter(module=module, record_id=record_id, activity_id=OuterRef("pk"))
    return Q(module=module, record_id=record_id) | Q(Exists(links))


def get_activity(access: Access, activity_id: int | str) -> Activity:
    """One activity by an id from outside: NotFound if it is absent, another organization's, or not to be seen."""
    found = activities(access).select_related("organization", "owner").filter(pk=as_id(activity_id)).first()
    if found is None:
        raise NotFound(_("There is no such activity."))
    return found


def may_edit(access: Access, activity: Activity) -> bool:
    """Its owner, its author, and whoever may edit the record that it is about; finsuite itself may everything."""
    if access.user_id is None or access.user_id in (activity.owner_id, activity.created_by_id):
        return True
    return bool(activity.module) and access.may(activity.module, Level.EDIT)


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those that contain every word."""
    return rows.filter(matches(text))


# What they are about, and who takes part -------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """Somebody or something, by the name under which the reader knows it; empty where they may not see it."""

    id: int
    name: str
    module: str = ""


@dataclass
class Company:
    """What an activity is about and who takes part, as far as the reader may see."""

    records: list[Named] = field(default_factory=list)
    members: list[Named] = field(default_factory=list)
    contacts: list[Named] = field(default_factory=list)


def companies(access: Access, found: Iterable[Activity]) -> dict[int, Company]:
    """The company of each activity, in at most four statements and one for each module that is mentioned."""
    by_id = {activity.pk: activity for activity in found}
    told = {key: Company() for key in by_id}
    if not by_id:
        return told
    pairs = [(a.pk, a.module, a.record_id) for a in by_id.values() if a.record_id is not None]
    links = ActivityLink.objects.of(access.organization).filter(activity_id__in=by_id).order_by("pk")
    pairs += list(links.values_list("activity_id", "module", "record_id"))
    joining = list(
        Participant.objects.of(access.organization)
        .filter(activity_id__in=by_id)
        .order_by("pk")
        .values_list("activity_id", "user_id", "contact_id")
    )
    mentioned = [(module, record_id) for _activity, module, record_id in pairs]
    mentioned += [(Module.CONTACTS.value, contact) for _activity, _user, contact in joining if contact is not None]
    names = record_names(access, mentioned)
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={user for _a, user, _c in joining if user})}
    for activity, module, record_id in pairs:
        if name := names.get((module, record_id)):
            told[activity].records.append(Named(record_id, name, module))
    for activity, user, contact in joining:
        if user is not None:
            told[activity].members.append(Named(user, people.get(user, "")))
        elif name := names.get((Module.CONTACTS.value, contact)):
            told[activity].contacts.append(Named(contact, name, Module.CONTACTS))
    return told


def record_names(access: Access, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What these records are called, for those that the person may see; one statement a module."""
    by_module: dict[str, set[int]] = {}
    for module, record_id in wanted:
        by_module.setdefault(module, set()).add(record_id)
    names: dict[tuple[str, int], str] = {}
    for module, ids in by_module.items():
        if access.may(module, Level.VIEW):
            records: list[Record] = list(seen_records(access, module).filter(pk__in=ids))
            names |= {(module, record.pk): record.label for record in records}
    return names


def known_contacts(access: Access, ids: Iterable[int]) -> set[int]:
    """Those of the ids that are contacts which the person may see."""
    wanted = list(ids)
    if not wanted:
        return set()
    found: ScopedQuerySet[Contact] = seen_records(access, Module.CONTACTS)
    return set(found.filter(pk__in=wanted).values_list("pk", flat=True))


# What one has to do ----------------------------------------------------------------------------------------------

OVERDUE, TODAY, WEEK, LATER, SOMEDAY = "overdue", "today", "week", "later", "someday"


def open_work(access: Access, *, kinds: Iterable[str] = ()) -> list[Activity]:
    """What the person has to do: their open calls, tasks and meetings, the most pressing first; at most 300."""
    rows = Activity.objects.of(access.organization).filter(
        owner_id=access.user_id, status=ActivityStatus.OPEN, deleted_at=None
    )
    wanted = [kind for kind in kinds if kind in ActivityKind.values]
    if wanted:
        rows = rows.filter(kind__in=wanted)
    return list(rows.order_by(F("due_by").asc(nulls_last=True), "pk")[:MOST_AT_WORK])


def bucket(activity: Activity, *, now: datetime) -> str:
    """When it is due, seen from now in the reader's time zone: overdue, today, within the week, later, or some day."""
    day = due_day(activity)
    if day is None:
        return SOMEDAY
    today = timezone.localtime(now).date()
    if is_overdue(activity, now=now):
        return OVERDUE
    if day <= today:
        return TODAY
    return WEEK if day <= today + timedelta(days=6 - today.weekday()) else LATER


def is_overdue(activity: Activity, *, now: datetime) -> bool:
    """Whether it is open still and its day or moment has passed."""
    if activity.status != ActivityStatus.OPEN:
        return False
    if activity.due_on is not None:
        return activity.due_on < timezone.localtime(now).date()
    return activity.due_by is not None and activity.due_by < now


def due_day(activity: Activity) -> date | None:
    """The day that it is due or starts, in the reader's time zone."""
    if activity.due_on is not None:
        return activity.due_on
    moment = activity.due_at or activity.starts_at
    return timezone.localtime(moment).date() if moment is not None else None
