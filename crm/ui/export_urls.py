"""The addresses of exports, below those of a CRM organization."""

from __future__ import annotations

from django.urls import URLPattern, path

from crm.ui import exports as pages

urlpatterns: list[URLPattern] = [
    path("", pages.export_list, name="export_list"),
    path("new/<slug:module>", pages.export_new, name="export_new"),
    path("<int:export_id>/file", pages.export_file, name="export_file"),
    path("<int:export_id>/delete", pages.export_delete, name="export_delete"),
]
