"""Background work of the CRM: each task finds its work in the database, and is harmless when it runs twice."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from crm.services import (
    activities,
    attachments,
    bulk_work,
    duplicates,
    exports,
    import_work,
    recycling,
    reminders,
    tag_work,
)


@shared_task(name="crm.check_import", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def check_import(job_id: int) -> None:
    """The dry run of an import."""
    import_work.work_on_check(job_id)


@shared_task(name="crm.run_import")  # type: ignore[untyped-decorator]
def run_import(job_id: int) -> None:
    """The run of an import, or the next part of it."""
    import_work.work_on_run(job_id)


@shared_task(name="crm.undo_import")  # type: ignore[untyped-decorator]
def undo_import(job_id: int) -> None:
    """The undo of an import, or the next part of it."""
    import_work.work_on_undo(job_id)


@shared_task(name="crm.resume_imports")  # type: ignore[untyped-decorator]
def resume_imports() -> None:
    """Go on with imports whose worker or message was lost."""
    import_work.resume_imports()


@shared_task(name="crm.write_export", soft_time_limit=540, time_limit=570)  # type: ignore[untyped-decorator]
def write_export(job_id: int) -> None:
    """The file of an export with many records."""
    exports.work_on_export(job_id)


@shared_task(name="crm.look_after_exports")  # type: ignore[untyped-decorator]
def look_after_exports() -> None:
    """Go on with exports whose worker or message was lost, and clear away files that are a week old."""
    exports.resume_exports()
    exports.clear_exports()


@shared_task(name="crm.send_reminders")  # type: ignore[untyped-decorator]
def send_reminders() -> None:
    """Every half minute: what is to be remembered now."""
    reminders.send_due_reminders(now=timezone.now())


@shared_task(name="crm.purge_deleted")  # type: ignore[untyped-decorator]
def purge_deleted() -> None:
    """Every night, for good: activities and files that were deleted a month ago, records after two months."""
    before = timezone.now() - timedelta(days=30)
    attachments.purge_attachments(before=before)
    activities.purge_activities(before=before)
    recycling.purge_deleted_records(before=timezone.now() - recycling.KEPT_FOR)
    bulk_work.purge_bulk_changes(before=timezone.now() - recycling.KEPT_FOR)


@shared_task(name="crm.find_duplicates", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def find_duplicates(scan_id: int) -> None:
    """Search one module for duplicates."""
    duplicates.work_on(scan_id)


@shared_task(name="crm.renew_duplicates", soft_time_limit=240, time_limit=270)  # type: ignore[untyped-decorator]
def renew_duplicates() -> None:
    """Do the searches whose message was lost, and those that are a day old."""
    duplicates.work_on_all()


@shared_task(name="crm.retag", soft_time_limit=540, time_limit=570)  # type: ignore[untyped-decorator]
def retag(organization_id: int, user_id: int, tag: str, name: str | None) -> None:
    """Another name for a tag that many records carry, or none."""
    tag_work.retag(organization_id, user_id, tag, name)


@shared_task(name="crm.run_bulk_change")  # type: ignore[untyped-decorator]
def run_bulk_change(change_id: int) -> None:
    """A change of many records, or the next part of it."""
    bulk_work.work_on_bulk(change_id)


@shared_task(name="crm.undo_bulk_change")  # type: ignore[untyped-decorator]
def undo_bulk_change(change_id: int) -> None:
    """The undo of such a change, or the next part of it."""
    bulk_work.work_on_undo(change_id)


@shared_task(name="crm.resume_bulk_changes")  # type: ignore[untyped-decorator]
def resume_bulk_changes() -> None:
    """Go on with bulk changes whose worker or message was lost."""
    bulk_work.resume_bulk_changes()
