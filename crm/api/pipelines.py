"""Pipelines, stages and lost reasons on the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.api.base import SetupResource
from crm.models import LostReason, Pipeline, Stage
from crm.selectors.pipelines import lost_reasons, pipelines
from crm.services import lost_reasons as reason_services
from crm.services import pipelines as services
from crm.services import stages as stage_services
from finsuite.kernel.api.fields import of_model
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import require_version

READ = ("id", "position", "created_at", "updated_at")


class PipelineResource(SetupResource):
    """`/api/v1/crm/{organization}/pipelines`: one is the default; a new one has the eight usual stages."""

    name = "pipelines"
    singular = "pipeline"
    component = "CrmPipeline"
    model = Pipeline
    ordering = "position"
    fields = of_model(
        Pipeline,
        read=READ,
        write=("name", "is_default", "is_active"),
        required=("name",),
        orderable=("name", "position"),
    )

    def rows(self) -> QuerySet[Pipeline]:
        return pipelines(self.organization)

    def create(self, values: dict[str, Any]) -> Pipeline:
        return services.create_pipeline(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: Pipeline, values: dict[str, Any], version: str) -> Pipeline:
        return services.update_pipeline(actor=self.actor, pipeline=record, values=values, version=version)

    def delete(self, record: Pipeline, version: str) -> None:
        services.delete_pipeline(actor=self.actor, pipeline=record, version=version)


class StageResource(SetupResource):
    """`/api/v1/crm/{organization}/stages`. `position` counts from 0 within the pipeline; the other stages make room."""

    name = "stages"
    singular = "stage"
    component = "CrmStage"
    model = Stage
    ordering = "id"
    delete_options = {"move_to": "the stage that the deals in it move to; needed where there are some"}
    fields = {
        **of_model(
            Stage,
            read=("id", "created_at", "updated_at"),
            write=("pipeline", "name", "category", "probability", "position"),
            required=("pipeline", "name"),
            orderable=("name", "position", "probability"),
            expand={"pipeline": ("id", "name", "is_default", "is_active")},
        ),
    }

    def rows(self) -> QuerySet[Stage]:
        return Stage.objects.of(self.organization)

    def create(self, values: dict[str, Any]) -> Stage:
        pipeline = Pipeline.objects.of(self.organization).filter(pk=values.pop("pipeline_id")).first()
        if pipeline is None:
            sentence = _("There is no such pipeline in this organization.")
            raise Refused(sentence, fields={"pipeline_id": [sentence]})
        pipeline.organization = self.organization
        return stage_services.create_stage(actor=self.actor, pipeline=pipeline, values=values)

    def update(self, record: Stage, values: dict[str, Any], version: str) -> Stage:
        if values.pop("pipeline_id", record.pipeline_id) != record.pipeline_id:
            sentence = _("A stage stays in its pipeline.")
            raise Refused(sentence, fields={"pipeline_id": [sentence]})
        return stage_services.update_stage(actor=self.actor, stage=record, values=values, version=version)

    def delete_with(self, record: Stage, version: str, options: Mapping[str, int]) -> None:
        heir = options.get("move_to")
        stage_services.delete_stage(actor=self.actor, stage=record, move_to_id=heir, version=version)


class LostReasonResource(SetupResource):
    """`/api/v1/crm/{organization}/lost-reasons`: what a deal can be lost for."""

    name = "lost-reasons"
    singular = "lost-reason"
    component = "CrmLostReason"
    model = LostReason
    ordering = "position"
    fields = of_model(
        LostReason, read=READ, write=("name", "is_active"), required=("name",), orderable=("name", "position")
    )

    def rows(self) -> QuerySet[LostReason]:
        return lost_reasons(self.organization)

    def create(self, values: dict[str, Any]) -> LostReason:
        return reason_services.create_lost_reason(actor=self.actor, organization=self.organization, values=values)

    def update(self, record: LostReason, values: dict[str, Any], version: str) -> LostReason:
        return reason_services.update_lost_reason(actor=self.actor, lost_reason=record, values=values, version=version)

    def delete(self, record: LostReason, version: str) -> None:
        require_version(record, version)
        reason_services.delete_lost_reason(actor=self.actor, lost_reason=record, version=version)
