"""The addresses of imports, below those of a CRM organization."""

from __future__ import annotations

from django.urls import URLPattern, path

from crm.ui import imports as pages

urlpatterns: list[URLPattern] = [
    path("", pages.import_list, name="import_list"),
    path("new", pages.import_new, name="import_new"),
    path("<int:import_id>", pages.import_page, name="import_page"),
    path("<int:import_id>/progress", pages.import_progress, name="import_progress"),
    path("<int:import_id>/reading", pages.import_reading, name="import_reading"),
    path("<int:import_id>/columns", pages.import_map, name="import_map"),
    path("<int:import_id>/start", pages.import_start, name="import_start"),
    path("<int:import_id>/undo", pages.import_undo, name="import_undo"),
    path("<int:import_id>/delete", pages.import_delete, name="import_delete"),
    path("<int:import_id>/rows.csv", pages.import_download, {"what": "rows"}, name="import_rows"),
    path("<int:import_id>/refused.csv", pages.import_download, {"what": "refused"}, name="import_refused"),
]
