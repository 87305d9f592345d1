"""What a deal's form offers for stage and lost reason."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import pgettext

from crm.access import Access
from crm.models import LostReason, Stage
from crm.selectors.pipelines import lost_reasons, pipelines_with_stages

Options = list[tuple[Any, str]]


def offered(access: Access, target: type[models.Model], record: Any) -> Options:
    """The options of a field that refers to a stage or to a lost reason."""
    if target is Stage:
        return _stages(access, record)
    if target is LostReason:
        return _reasons(access, record)
    raise TypeError(f"no form offers {target._meta.label}")


def _stages(access: Access, record: Any) -> Options:
    """The stages of the pipelines in use, and of the one that the deal is in; with the pipeline's name if several."""
    held = getattr(record, "pipeline_id", None)
    shown = [each for each in pipelines_with_stages(access.organization) if each.is_active or each.pk == held]
    return [
        (stage.pk, stage.name if len(shown) == 1 else f"{pipeline.name} › {stage.name}")
        for pipeline in shown
        for stage in pipeline.stages.all()
    ]


def _reasons(access: Access, record: Any) -> Options:
    held = getattr(record, "lost_reason_id", None)
    listed = [each for each in lost_reasons(access.organization) if each.is_active or each.pk == held]
    return [("", pgettext("lost reason", "None")), *((reason.pk, reason.name) for reason in listed)]
