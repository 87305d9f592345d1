"""The addresses of Setup › Pipelines."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from crm.ui import pipelines

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pipelines.pipeline_list, name="pipeline_list"),
    path("add", pipelines.pipeline_add, name="pipeline_add"),
    path("<int:pipeline_id>", pipelines.pipeline_detail, name="pipeline_detail"),
    path("<int:pipeline_id>/delete", pipelines.pipeline_delete, name="pipeline_delete"),
    path("<int:pipeline_id>/stages", pipelines.stage_add, name="stage_add"),
    path("<int:pipeline_id>/order", pipelines.stage_order, name="stage_order"),
    path("stages/<int:stage_id>", pipelines.stage_edit, name="stage_edit"),
    path("stages/<int:stage_id>/delete", pipelines.stage_delete, name="stage_delete"),
    path("lost-reasons", pipelines.lost_reason_add, name="lost_reason_add"),
    path("lost-reasons/order", pipelines.lost_reason_order, name="lost_reason_order"),
    path("lost-reasons/<int:lost_reason_id>", pipelines.lost_reason_edit, name="lost_reason_edit"),
    path("lost-reasons/<int:lost_reason_id>/delete", pipelines.lost_reason_delete, name="lost_reason_delete"),
]
