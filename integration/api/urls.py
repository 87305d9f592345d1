"""The integration's addresses on the API, below /api/v1/crm/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from integration.api import connections, runs

app_name = "integration_api"

_ONE = [
    path("checks", connections.ChecksView.as_view(), name="checks"),
    path("apps", connections.AppsView.as_view(), name="apps"),
    path("settings/contacts", connections.SettingsView.as_view(), name="settings"),
    path("activate", connections.switch("activate", "Switch the sync on, or on again"), name="activate"),
    path("pause", connections.switch("pause", "Stop syncing for a while"), name="pause"),
    path("resume", connections.switch("resume", "Go on syncing"), name="resume"),
    path("deactivate", connections.DeactivateView.as_view(), name="deactivate"),
    path("preview", connections.starting("preview", "Plan a sync, and write nothing"), name="preview"),
    path("sync", connections.starting("sync", "Sync now"), name="sync"),
    path("runs", runs.RunsView.as_view(), name="runs"),
    path("runs/<id:run>", runs.RunView.as_view(), name="run"),
    path("runs/<id:run>/actions", runs.ActionsView.as_view(), name="actions"),
    path("runs/<id:run>/undo", runs.UndoView.as_view(), name="undo"),
    path("links", runs.LinksView.as_view(), name="links"),
    path("conflicts", runs.ConflictsView.as_view(), name="conflicts"),
    path("conflicts/<id:conflict>/resolve", runs.ResolveView.as_view(), name="resolve"),
    path("issues", runs.IssuesView.as_view(), name="issues"),
    path("issues/<id:issue>/retry", runs.RetryView.as_view(), name="retry"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("<id:organization>/connections", connections.ConnectionsView.as_view(), name="connections"),
    path("<id:organization>/connections/<id:connection>", connections.ConnectionView.as_view(), name="connection"),
    path("<id:organization>/connections/<id:connection>/", include(_ONE)),
]
