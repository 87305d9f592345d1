"""Setup > Marketplace > Finance Suite, inside a CRM organization."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from integration.ui import attention, connect, links, monitor, record, runs, wizard

app_name = "integration"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", monitor.overview, name="overview"),
    path("connect/", connect.connect, name="connect"),
    path("connect/choose/", connect.choose, name="choose"),
    path("records/<str:kind>/<int:record>/sync/", record.sync_record, name="sync_record"),
    path("<int:connection>/", monitor.connection, name="connection"),
    path("<int:connection>/checks/", wizard.checks, name="checks"),
    path("<int:connection>/apps/", wizard.apps, name="apps"),
    path("<int:connection>/settings/", wizard.settings, name="settings"),
    path("<int:connection>/review/", runs.review, name="review"),
    path("<int:connection>/preview/", runs.preview, name="preview"),
    path("<int:connection>/runs/<int:run>/start/", runs.start, name="start"),
    path("<int:connection>/sync/", monitor.sync, name="sync"),
    path("<int:connection>/activate/", monitor.activate, name="activate"),
    path("<int:connection>/answer/", monitor.answer, name="answer"),
    path("<int:connection>/pause/", monitor.pause, name="pause"),
    path("<int:connection>/resume/", monitor.resume, name="resume"),
    path("<int:connection>/deactivate/", monitor.deactivate, name="deactivate"),
    path("<int:connection>/delete/", monitor.delete, name="delete"),
    path("<int:connection>/runs/", runs.runs, name="runs"),
    path("<int:connection>/runs/<int:run>/", runs.run, name="run"),
    path("<int:connection>/runs/<int:run>/progress/", runs.progress, name="progress"),
    path("<int:connection>/runs/<int:run>/actions.csv", runs.actions_csv, name="actions_csv"),
    path("<int:connection>/runs/<int:run>/undo/", runs.undo, name="undo"),
    path("<int:connection>/runs/<int:run>/cancel/", runs.cancel, name="cancel"),
    path("<int:connection>/links/", links.links, name="links"),
    path("<int:connection>/links/<int:link>/unlink/", links.unlink, name="unlink"),
    path("<int:connection>/conflicts/", attention.conflicts, name="conflicts"),
    path("<int:connection>/conflicts/<int:conflict>/resolve/", attention.resolve, name="resolve"),
    path("<int:connection>/decisions/", attention.decisions, name="decisions"),
    path("<int:connection>/decisions/<int:unmatched>/", attention.decide, name="decide"),
    path("<int:connection>/issues/", attention.issues, name="issues"),
    path("<int:connection>/issues/retry/", attention.retry_all, name="retry_all"),
    path("<int:connection>/issues/<int:issue>/retry/", attention.retry, name="retry"),
]
