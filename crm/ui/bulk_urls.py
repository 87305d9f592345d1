"""The addresses of bulk changes and of the recycle bin, below those of a CRM organization."""

from __future__ import annotations

from django.urls import URLPattern, path

from crm.ui import bulk, recycling

urlpatterns: list[URLPattern] = [
    path("bulk/<slug:module>", bulk.bulk, name="bulk"),
    path("bulk-changes/", bulk.bulk_list, name="bulk_list"),
    path("bulk-changes/<int:change_id>", bulk.bulk_detail, name="bulk_detail"),
    path("bulk-changes/<int:change_id>/undo", bulk.bulk_undo, name="bulk_undo"),
    path("deleted/<slug:module>", recycling.deleted_list, name="deleted_list"),
    path("deleted/<int:deleted_id>/restore", recycling.deleted_restore, name="deleted_restore"),
]
