"""An entry of a timeline, or of what one has to do, as its template asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.access import Access
from crm.choices import ActivityKind, ActivityStatus, Module
from crm.models import Activity
from crm.selectors.activities import Company, Named, is_overdue, may_edit
from crm.selectors.timeline import ACTIVITY, FILE, HISTORY, STAGE, Item
from crm.ui import addresses
from finsuite.kernel import formats
from finsuite.kernel.files import SHOWN

ICONS = {
    ActivityKind.NOTE: "sticky-note",
    ActivityKind.CALL: "phone",
    ActivityKind.TASK: "square-check",
    ActivityKind.MEETING: "calendar-days",
    FILE: "paperclip",
    STAGE: "milestone",
    HISTORY: "history",
}


@dataclass(frozen=True)
class Link:
    """A record by name, and where its page is."""

    name: str
    url: str


@dataclass(frozen=True)
class Drawn:
    """One entry. `template` draws what is particular to its source."""

    source: str
    id: int
    at: datetime
    icon: str
    subject: Any
    of: Link | None
    work: Work | None = None

    @property
    def template(self) -> str:
        return f"crm/timeline_{self.source}.html"

    @property
    def can_be_shown(self) -> bool:
        """Whether a file is of a kind that browsers may show."""
        return self.source == FILE and self.subject.media_type in SHOWN


@dataclass(frozen=True)
class Work:
    """What is said of an activity beside its words."""

    may_edit: bool
    is_open: bool
    is_done: bool
    is_overdue: bool
    due: str
    records: list[Link]
    people: str


def drawn(access: Access, item: Item, now: datetime) -> Drawn:
    """An item of a timeline, ready for its template."""
    of = Link(item.of[2], _address(access, item.of[0], item.of[1])) if item.of else None
    if item.source == ACTIVITY:
        icon = ICONS[ActivityKind(item.subject.kind)]
        work = work_of(access, item.subject, item.company or Company(), now)
        return Drawn(ACTIVITY, item.id, item.at, icon, item.subject, of, work)
    return Drawn(item.source, item.id, item.at, ICONS[item.source], item.subject, of)


def work_of(access: Access, activity: Activity, company: Company, now: datetime) -> Work:
    """What is said of an activity: when it is due, whom and what it is about, and what may be done with it."""
    people = [named.name for named in (*company.members, *company.contacts) if named.name]
    return Work(
        may_edit=may_edit(access, activity),
        is_open=activity.status == ActivityStatus.OPEN,
        is_done=activity.status == ActivityStatus.DONE,
        is_overdue=is_overdue(activity, now=now),
        due=due_in_words(activity),
        records=[link_to(access, named) for named in company.records],
        people=", ".join(people),
    )


def link_to(access: Access, named: Named) -> Link:
    """The way to a record."""
    return Link(named.name, _address(access, named.module, named.id))


def due_in_words(activity: Activity) -> str:
    """When it is due, or takes place."""
    if activity.due_on is not None:
        return _("Due on %(day)s") % {"day": formats.day(activity.due_on)}
    if activity.due_at is not None:
        return _("Due %(moment)s") % {"moment": formats.moment(activity.due_at)}
    if activity.starts_at is None:
        return ""
    if activity.minutes is None:
        return formats.moment(activity.starts_at)
    return pgettext("when a meeting starts, and how long it takes", "%(moment)s, %(minutes)d min") % {
        "moment": formats.moment(activity.starts_at),
        "minutes": activity.minutes,
    }


def _address(access: Access, module: str, record_id: int) -> str:
    return addresses.address(Module(module), "detail", access.organization.pk, record_id)
