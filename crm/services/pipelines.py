"""The ways of selling: pipelines, which one is the default, and what every organization begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

import audit.services
from crm.access import require_setup
from crm.choices import StageCategory
from crm.models import Deal, LostReason, Organization, Pipeline, Stage
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "is_default", "is_active")
MOST_PIPELINES = 50

DEFAULT_NAME = gettext_noop("Standard")
DEFAULT_STAGES = (
    (gettext_noop("Qualification"), 10, StageCategory.OPEN),
    (gettext_noop("Needs analysis"), 20, StageCategory.OPEN),
    (gettext_noop("Value proposition"), 40, StageCategory.OPEN),
    (gettext_noop("Identify decision makers"), 60, StageCategory.OPEN),
    (gettext_noop("Proposal/price quote"), 75, StageCategory.OPEN),
    (gettext_noop("Negotiation/review"), 90, StageCategory.OPEN),
    (gettext_noop("Closed won"), 100, StageCategory.WON),
    (gettext_noop("Closed lost"), 0, StageCategory.LOST),
)
DEFAULT_REASONS = (
    gettext_noop("Price"),
    gettext_noop("Timing"),
    gettext_noop("Competitor"),
    gettext_noop("No decision"),
    gettext_noop("No need"),
)


def add_default_pipeline(organization: Organization) -> Pipeline:
    """What every new organization starts with, named in its language: one pipeline, and reasons why deals are lost."""
    with override(organization.language):
        pipeline = Pipeline.objects.create(organization=organization, name=_(DEFAULT_NAME), is_default=True)
        add_default_stages(pipeline)
        LostReason.objects.bulk_create(
            LostReason(organization=organization, name=_(name), position=place)
            for place, name in enumerate(DEFAULT_REASONS)
        )
    return pipeline


def add_default_stages(pipeline: Pipeline) -> None:
    """The eight stages from qualification to won and lost."""
    Stage.objects.bulk_create(
        Stage(
            organization_id=pipeline.organization_id,
            pipeline=pipeline,
            name=_(name),
            probability=probability,
            category=category,
            position=place,
        )
        for place, (name, probability, category) in enumerate(DEFAULT_STAGES)
    )


@transaction.atomic
def create_pipeline(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Pipeline:
    """Make a pipeline, with the stages that every organization begins with; change them as you like."""
    require_setup(actor, organization)
    known = _locked_pipelines(organization)
    if len(known) >= MOST_PIPELINES:
        raise Refused(_("An organization can have at most %(limit)d pipelines.") % {"limit": MOST_PIPELINES})
    pipeline = Pipeline(organization=organization, position=1 + max(each.position for each in known.values()))
    assign(pipeline, values, allowed=WRITABLE)
    require_filled(pipeline, ["name"])
    _check(pipeline, known)
    if pipeline.is_default:
        _take_default(actor, organization, known, pipeline)
    pipeline.save()
    with override(organization.language):
        add_default_stages(pipeline)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=pipeline,
        verb="created",
        after={name: getattr(pipeline, name) for name in WRITABLE},
    )
    return pipeline


@transaction.atomic
def update_pipeline(
    *, actor: Actor, pipeline: Pipeline, values: Mapping[str, Any], version: str | None = None
) -> Pipeline:
    """Rename a pipeline, make it the default, or put it out of use: its deals stay, new ones go elsewhere."""
    organization = pipeline.organization
    require_setup(actor, organization)
    known = _locked_pipelines(organization)
    locked = known.get(pipeline.pk)
    if locked is None:
        raise _absent()
    require_version(locked, version)
    change = assign(locked, values, allowed=WRITABLE)
    if not change:
        return locked
    if "is_default" in change and not locked.is_default:
        raise _refused("is_default", _("Make another pipeline the default instead; there always is one."))
    _check(locked, known)
    if "is_default" in change:
        _take_default(actor, organization, known, locked)
    locked.save(update_fields=change.fields)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    return locked


@transaction.atomic
def delete_pipeline(*, actor: Actor, pipeline: Pipeline, version: str | None = None) -> None:
    """Delete a pipeline that holds no deals and isn't the default, with its stages."""
    organization = pipeline.organization
    require_setup(actor, organization)
    known = _locked_pipelines(organization)
    locked = known.get(pipeline.pk)
    if locked is None:
        raise _absent()
    require_version(locked, version)
    if locked.is_default:
        raise Refused(_("The default pipeline can't be deleted. Make another one the default first."), code="default")
    if Deal.objects.of(organization).filter(pipeline=locked).exists():
        raise Refused(_("Deals are in this pipeline. Move or delete them first, or put it out of use."), code="in_use")
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=locked, verb="deleted", before={"name": locked.name}
    )
    locked.delete()


def lock_pipeline(organization: Organization, pipeline_id: int) -> Pipeline:
    """The pipeline, its stages kept from being changed by anybody else until the transaction ends."""
    found: Pipeline | None = (
        Pipeline.objects.of(organization).filter(pk=pipeline_id).select_for_update(of=("self",), no_key=True).first()
    )
    if found is None:
        raise _absent()
    return found


def last_position(rows: Any) -> int:
    """Where something new goes: behind all that is there."""
    highest = rows.aggregate(highest=Max("position"))["highest"]
    return 0 if highest is None else int(highest) + 1


def _locked_pipelines(organization: Organization) -> dict[int, Pipeline]:
    rows = Pipeline.objects.of(organization).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {pipeline.pk: pipeline for pipeline in rows}


def _check(pipeline: Pipeline, known: Mapping[int, Pipeline]) -> None:
    if any(each.pk != pipeline.pk and each.name.casefold() == pipeline.name.casefold() for each in known.values()):
        raise _refused("name", _("There is a pipeline of this name already."), code="duplicate")
    if pipeline.is_default and not pipeline.is_active:
        raise _refused("is_active", _("The default pipeline must be in use. Make another one the default first."))


def _take_default(actor: Actor, organization: Organization, known: Mapping[int, Pipeline], heir: Pipeline) -> None:
    """The pipeline that was the default is so no more; each side's history says it."""
    for pipeline in known.values():
        if pipeline.pk != heir.pk and pipeline.is_default:
            pipeline.is_default = False
            pipeline.save(update_fields=["is_default", "updated_at"])
            audit.services.record(
                actor=actor,
                tenant=organization.tenant,
                subject=pipeline,
                verb="updated",
                before={"is_default": True},
                after={"is_default": False},
            )


def _absent() -> NotFound:
    return NotFound(_("There is no such pipeline."))


def _refused(field: str, sentence: str, code: str | None = None) -> Refused:
    return Refused(sentence, code=code, fields={field: [sentence]})
