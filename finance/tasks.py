"""The background jobs of finance: five lines each, around a service."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from finance.services import email_sending, import_work, recurring_invoices, reminder_run, subscriptions
from finance.services.zsc_keys import forget_old_attempts


@shared_task(name="finance.forget_old_attempts")  # type: ignore[untyped-decorator]
def forget_attempts() -> None:
    """Every night: what is remembered of wrong tries to link, a day after the last one."""
    forget_old_attempts(before=timezone.now() - timedelta(days=1))


@shared_task(name="finance.send_email")  # type: ignore[untyped-decorator]
def send_email(email_id: int) -> None:
    """Somebody has put this e-mail into the outbox."""
    email_sending.send_email(email_id)


@shared_task(name="finance.send_emails")  # type: ignore[untyped-decorator]
def send_emails() -> None:
    """Every half minute: e-mails whose message was lost, those whose pause is over, and what dead workers have left."""
    email_sending.send_due_emails()


@shared_task(name="finance.renew")  # type: ignore[untyped-decorator]
def renew() -> None:
    """Every few minutes: renew subscriptions and make recurring invoices whose day has come where they are."""
    subscriptions.run_due()
    recurring_invoices.run_due()


@shared_task(name="finance.remind")  # type: ignore[untyped-decorator]
def remind() -> None:
    """Every quarter of an hour: remind customers of what they owe, as their organization's rules say."""
    reminder_run.run_due()


@shared_task(name="finance.check_import")  # type: ignore[untyped-decorator]
def check_import(job_id: int) -> None:
    """The dry run of an import, or the next part of it."""
    import_work.work_on_check(job_id)


@shared_task(name="finance.run_import")  # type: ignore[untyped-decorator]
def run_import(job_id: int) -> None:
    """The run of an import, or the next part of it."""
    import_work.work_on_run(job_id)


@shared_task(name="finance.undo_import")  # type: ignore[untyped-decorator]
def undo_import(job_id: int) -> None:
    """The undo of an import, or the next part of it."""
    import_work.work_on_undo(job_id)


@shared_task(name="finance.resume_imports")  # type: ignore[untyped-decorator]
def resume_imports() -> None:
    """Go on with imports whose worker or message was lost."""
    import_work.resume_imports()
