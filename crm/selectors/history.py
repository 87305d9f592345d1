"""A record's history: who did what when, with each value before and after in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.utils.translation import gettext as _

import audit.selectors
from audit.models import Entry
from audit.stories import Story, stories
from crm.access import Access
from crm.choices import Module
from crm.models import RECORDS
from users.models import User

PAGE = 25


def history(access: Access, record: models.Model, *, before: int | None = None) -> tuple[list[Story], bool]:
    """What was done to the record, newest first, 25 at a time; and whether there is more. At most four statements."""
    rows = audit.selectors.of_record(
        tenant=access.organization.tenant, kind=record._meta.label_lower, record_id=int(record.pk)
    )
    entries = list((rows.filter(id__lt=before) if before else rows)[: PAGE + 1])
    shown = entries[:PAGE]
    return stories(shown, _Names(access, shown)), len(entries) > PAGE


class _Names:
    """What the records are called that the entries refer to by id; one statement a kind."""

    def __init__(self, access: Access, entries: Sequence[Entry]) -> None:
        people = _mentioned(entries, ("owner_id",))
        self._people = {user.pk: str(user) for user in User.objects.filter(pk__in=people)} if people else {}
        self._accounts = _named(Module.ACCOUNTS, access, _mentioned(entries, ("parent_id", "account_id")))
        self._contacts = _named(Module.CONTACTS, access, _mentioned(entries, ("reports_to_id",)))

    def __call__(self, field: str, key: int) -> str:
        known = {"owner_id": self._people, "reports_to_id": self._contacts}.get(field, self._accounts)
        return known.get(key) or _("no. %(id)d, since deleted") % {"id": key}


def _mentioned(entries: Iterable[Entry], names: Sequence[str]) -> set[int]:
    values = (side.get(name) for entry in entries for side in (entry.before, entry.after) for name in names)
    return {value for value in values if isinstance(value, int)}


def _named(module: Module, access: Access, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    hidden = _("Not visible to you")
    rows = RECORDS[module].objects.of(access.organization).filter(pk__in=ids)
    return {row.pk: row.label if access.sees(module, row.owner_id) else hidden for row in rows}
