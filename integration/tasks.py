"""The background jobs: each is a wake-up call for a service, and harmless when lost, late, doubled or out of order."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from integration.models import Dirty
from integration.services import changes, runs, unfinished
from integration.services.hints import publish_run
from integration.services.modules import by_itself, going_settings


@shared_task(name="integration.tasks.sync_changes")  # type: ignore[untyped-decorator]
def sync_changes(crm_organization_ids: list[int], finance_organization_ids: list[int]) -> None:
    """Somebody wrote records of these organizations."""
    for setting in going_settings():
        connection = setting.connection
        if (
            connection.crm_organization_id in crm_organization_ids
            or connection.finance_organization_id in finance_organization_ids
        ):
            with by_itself(setting):
                runs.sync_changes(setting, seconds=20)


@shared_task(name="integration.tasks.poll")  # type: ignore[untyped-decorator]
def poll() -> None:
    """Every two seconds: hints whose message was lost, and what dead workers have left."""
    waiting = set(Dirty.objects.order_by().values_list("connection_id", flat=True).distinct())
    waiting |= unfinished.connections_left()
    for setting in going_settings() if waiting else []:
        if setting.connection_id in waiting:
            with by_itself(setting):
                runs.sync_changes(setting, seconds=20)


@shared_task(name="integration.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Every minute: changes without a hint, failures whose pause is over, runs whose message was lost."""
    for setting in going_settings():
        with by_itself(setting):
            runs.sweep(setting, seconds=30)
    for run_id in runs.stranded():
        publish_run(run_id)


@shared_task(name="integration.tasks.full_sweeps")  # type: ignore[untyped-decorator]
def full_sweeps() -> None:
    """Every five minutes: the modules whose regular full sweep is due."""
    now = timezone.now()
    for setting in going_settings():
        if setting.swept_at is None or setting.swept_at <= now - timedelta(minutes=setting.sweep_minutes):
            with by_itself(setting):
                runs.full_sweep(setting)


@shared_task(name="integration.tasks.continue_run")  # type: ignore[untyped-decorator]
def continue_run(run_id: int) -> None:
    """Go on with a run, and pass it on when the task's time is up."""
    if not runs.continue_run(run_id, seconds=60):
        publish_run(run_id)


@shared_task(name="integration.tasks.content_audit")  # type: ignore[untyped-decorator]
def content_audit() -> None:
    """Every night: records that changed past the capture."""
    changes.audit_all()
