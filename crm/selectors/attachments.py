"""Reading files. Whoever may see a record, or an activity, sees the files that hang on it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Level, Module
from crm.models import Activity, Attachment
from crm.selectors.activities import activities, may_edit, seen_records
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def attachments(access: Access) -> ScopedQuerySet[Attachment]:
    """The files that the person may see."""
    return _seen(access).filter(deleted_at=None)


def files_of(access: Access, module: str, record_id: int) -> ScopedQuerySet[Attachment]:
    """The files of one record, which the person may see, those of its activities among them; newest first."""
    rows = Attachment.objects.of(access.organization).filter(module=module, record_id=record_id, deleted_at=None)
    return rows.filter(alive()).select_related("uploaded_by", "activity").order_by("-created_at", "-pk")


def get_attachment(access: Access, attachment_id: int | str) -> Attachment:
    """One file by an id from outside: NotFound if it is absent, another organization's, or not to be seen."""
    found = attachments(access).select_related("organization", "activity").filter(pk=as_id(attachment_id)).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def deleted_attachments(access: Access) -> ScopedQuerySet[Attachment]:
    """Those that were deleted and can be taken back."""
    return _seen(access).filter(deleted_at__isnull=False)


def alive() -> Q:
    """Files of a deleted activity are gone with it."""
    return Q(activity=None) | Q(activity__deleted_at=None)


def may_change(access: Access, attachment: Attachment) -> bool:
    """Who uploaded it, who may edit its record, and who may edit the activity that it hangs on."""
    if access.user_id is None or access.user_id == attachment.uploaded_by_id:
        return True
    activity: Activity | None = attachment.activity
    if activity is not None:
        return may_edit(access, activity)
    return access.may(attachment.module, Level.EDIT)


def _seen(access: Access) -> ScopedQuerySet[Attachment]:
    seen = Q(Exists(activities(access).filter(pk=OuterRef("activity_id"))))
    for module in Module.values:
        if access.may(module, Level.VIEW):
            found = Exists(seen_records(access, module).filter(pk=OuterRef("record_id")))
            seen |= Q(found, module=module)
    return Attachment.objects.of(access.organization).filter(alive(), seen)
