"""Reading pipelines, their stages, and the reasons why deals are lost. Every member may."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import LostReason, Organization, Pipeline, Stage
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def pipelines(organization: Organization) -> ScopedQuerySet[Pipeline]:
    """The organization's pipelines, the default one first."""
    return Pipeline.objects.of(organization).order_by("-is_default", "position", "id")


def pipelines_with_stages(organization: Organization) -> ScopedQuerySet[Pipeline]:
    """The same, each with its stages in order. Two statements."""
    return pipelines(organization).prefetch_related(Prefetch("stages", Stage.objects.order_by("position", "id")))


def get_pipeline(organization: Organization, pipeline_id: int | str) -> Pipeline:
    """One pipeline, by an id from outside."""
    found = pipelines(organization).select_related("organization").filter(pk=as_id(pipeline_id)).first()
    if found is None:
        raise NotFound(_("There is no such pipeline."))
    return found


def stages(pipeline: Pipeline) -> ScopedQuerySet[Stage]:
    """The stages of a pipeline, in their order."""
    return Stage.objects.of(pipeline.organization_id).filter(pipeline=pipeline).order_by("position", "id")


def stages_with_counts(pipeline: Pipeline) -> QuerySet[Any]:
    """The same, each with the number of all deals in it (`deal_count`). For Setup."""
    return stages(pipeline).annotate(deal_count=Count("deals"))


def get_stage(organization: Organization, stage_id: int | str) -> Stage:
    """One stage, by an id from outside."""
    found = Stage.objects.of(organization).select_related("organization", "pipeline").filter(pk=as_id(stage_id)).first()
    if found is None:
        raise NotFound(_("There is no such stage."))
    return found


def lost_reasons(organization: Organization) -> ScopedQuerySet[LostReason]:
    """The reasons, in the order in which they are offered."""
    return LostReason.objects.of(organization).order_by("position", "id")


def get_lost_reason(organization: Organization, lost_reason_id: int | str) -> LostReason:
    """One reason, by an id from outside."""
    found = lost_reasons(organization).select_related("organization").filter(pk=as_id(lost_reason_id)).first()
    if found is None:
        raise NotFound(_("There is no such lost reason."))
    return found
