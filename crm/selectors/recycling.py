"""Reading the recycle bin: what was deleted of the records that the person could see."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Level
from crm.models import DeletedRecord
from finsuite.kernel.errors import NotFound


def deleted_records(access: Access, module: str) -> QuerySet[DeletedRecord]:
    """A module's records in the bin, the latest first."""
    rows = DeletedRecord.objects.of(access.organization).filter(access.visible(module), module=module)
    return rows.filter(restored_at=None).order_by("-id")


def get_deleted_record(access: Access, deleted_id: int | str) -> DeletedRecord:
    """One entry of the bin; NotFound for one that the person may not see."""
    found = DeletedRecord.objects.of(access.organization).filter(pk=as_id(deleted_id)).first()
    if found is None or not access.may(found.module, Level.VIEW):
        raise _absent()
    return _in_sight(access, found.module, pk=found.pk)


def binned(access: Access, module: str, record_id: int) -> DeletedRecord:
    """What is in the bin of a record, by the record's own id."""
    return _in_sight(access, module, record_id=record_id)


def _in_sight(access: Access, module: str, **asked: int) -> DeletedRecord:
    one = deleted_records(access, module).select_related("organization").filter(**asked).first()
    if one is None:
        raise _absent()
    return one


def _absent() -> NotFound:
    return NotFound(_("There is no such deleted record."))
