"""The steps of a pipeline. Each pipeline always has an open, a won and a lost one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from crm.access import require_setup
from crm.choices import StageCategory
from crm.models import Deal, Organization, Pipeline, Stage
from crm.services.deals import relocate_deals
from crm.services.pipelines import lock_pipeline
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "probability", "category")
SETTABLE = (*WRITABLE, "position")  # the place among the stages, from 0; the others make room
MOST_STAGES = 40
PROBABILITIES = {StageCategory.WON: 100, StageCategory.LOST: 0}


@transaction.atomic
def create_stage(*, actor: Actor, pipeline: Pipeline, values: Mapping[str, Any]) -> Stage:
    """Add a stage: an open one goes behind the open ones, any other to the end."""
    organization = pipeline.organization
    require_setup(actor, organization)
    locked = lock_pipeline(organization, pipeline.pk)
    known = _locked(locked)
    if len(known) >= MOST_STAGES:
        raise Refused(_("A pipeline can have at most %(limit)d stages.") % {"limit": MOST_STAGES})
    stage = Stage(organization=organization, pipeline=locked)
    assign(stage, _prepared(values), allowed=SETTABLE)
    require_filled(stage, ["name"])
    stage.probability = PROBABILITIES.get(StageCategory(stage.category), stage.probability)
    _check(stage, known)
    place = values.get("position")
    if place is None:
        opened = [at for at, each in enumerate(known, 1) if each.category == StageCategory.OPEN]
        place = opened[-1] if stage.category == StageCategory.OPEN else len(known)
    stage.position = len(known)
    stage.save()
    _place([*known[:place], stage, *known[place:]])
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=stage,
        verb="created",
        after={name: getattr(stage, name) for name in WRITABLE},
    )
    return stage


@transaction.atomic
def update_stage(*, actor: Actor, stage: Stage, values: Mapping[str, Any], version: str | None = None) -> Stage:
    """Rename a stage, or change what it means for the forecast. The deals in it keep their own probability."""
    organization = stage.organization
    require_setup(actor, organization)
    known = _locked(lock_pipeline(organization, stage.pipeline_id))
    locked = _wanted(known, stage, version)
    given = _prepared(values)
    category = given.get("category", locked.category)
    if category in PROBABILITIES:
        given["probability"] = PROBABILITIES[category]
    change = assign(locked, given, allowed=SETTABLE)
    if not change:
        return locked
    _check(locked, known)
    if "category" in change:
        _check_meaning(organization, locked, known)
    locked.save(update_fields=change.fields)
    if "position" in change:
        others = [each for each in known if each.pk != locked.pk]
        _place([*others[: locked.position], locked, *others[locked.position :]])
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
def order_stages(*, actor: Actor, pipeline: Pipeline, ids: Sequence[int], version: str | None = None) -> Pipeline:
    """Put the stages of a pipeline in this order. All of them are named, each once."""
    organization = pipeline.organization
    require_setup(actor, organization)
    locked = lock_pipeline(organization, pipeline.pk)
    require_version(locked, version)
    known = _locked(locked)
    by_id = {stage.pk: stage for stage in known}
    if sorted(ids) != sorted(by_id):
        raise Refused(_("Somebody has added or deleted a stage in between. Look at the pipeline again."), code="stale")
    ordered = [by_id[key] for key in ids]
    if ordered == known:
        return locked
    _place(ordered)
    locked.save(update_fields=["updated_at"])
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="updated",
        before={"stages": [stage.name for stage in known]},
        after={"stages": [stage.name for stage in ordered]},
    )
    return locked


@transaction.atomic
def delete_stage(*, actor: Actor, stage: Stage, move_to_id: int | None = None, version: str | None = None) -> None:
    """Delete a stage. The deals in it move to another one that means the same for the forecast."""
    organization = stage.organization
    require_setup(actor, organization)
    pipeline = lock_pipeline(organization, stage.pipeline_id)
    known = _locked(pipeline)
    locked = _wanted(known, stage, version)
    heirs = [each for each in known if each.pk != locked.pk and each.category == locked.category]
    if not heirs:
        raise _last(locked.category)
    count = Deal.objects.of(organization).filter(stage=locked).count()
    heir = next((each for each in heirs if each.pk == move_to_id), None)
    if move_to_id is not None and heir is None:
        sentence = _("The deals can move to another stage of this pipeline that means the same for the forecast.")
        raise Refused(sentence, fields={"move_to_id": [sentence]})
    if count and heir is None:
        raise Refused(
            ngettext(
                "%(count)d deal is in this stage. Say where it goes.",
                "%(count)d deals are in this stage. Say where they go.",
                count,
            )
            % {"count": count},
            code="in_use",
            fields={"move_to_id": [_("Choose the stage that the deals move to.")]},
        )
    if heir is not None:
        relocate_deals(actor=actor, organization=organization, source=locked, target=heir)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=locked,
        verb="deleted",
        before={name: getattr(locked, name) for name in WRITABLE},
    )
    locked.delete()
    _place([each for each in known if each is not locked])


def _locked(pipeline: Pipeline) -> list[Stage]:
    """The stages in their order; nobody can put a deal into one of them meanwhile."""
    rows = Stage.objects.filter(pipeline=pipeline).order_by("pk").select_for_update(of=("self",))
    return sorted(rows, key=lambda stage: (stage.position, stage.pk))


def _wanted(known: Sequence[Stage], stage: Stage, version: str | None) -> Stage:
    locked = next((each for each in known if each.pk == stage.pk), None)
    if locked is None:
        raise NotFound(_("There is no such stage."))
    require_version(locked, version)
    return locked


def _prepared(values: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(values)
    if given.get("probability") is None:
        given.pop("probability", None)
    return given


def _check(stage: Stage, known: Collection[Stage]) -> None:
    faults = {}
    if any(each.pk != stage.pk and each.name.casefold() == stage.name.casefold() for each in known):
        faults["name"] = [_("This pipeline has a stage of this name already.")]
    if not 0 <= stage.probability <= 100:
        faults["probability"] = [_("A probability lies between 0 and 100 percent.")]
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)


def _check_meaning(organization: Organization, stage: Stage, known: Collection[Stage]) -> None:
    """What closed deals are is not changed behind their back, and no meaning dies out."""
    if Deal.objects.of(organization).filter(stage=stage).exists():
        sentence = _("Deals are in this stage. Move them to another one before it means something else.")
        raise Refused(sentence, code="in_use", fields={"category": [sentence]})
    missing = set(StageCategory.values) - {each.category for each in known}
    if missing:
        raise _last(missing.pop())


def _last(category: str) -> Refused:
    sentences = {
        StageCategory.OPEN: _("This is the pipeline's last open stage. It needs at least one."),
        StageCategory.WON: _("This is the pipeline's last won stage. It needs at least one."),
        StageCategory.LOST: _("This is the pipeline's last lost stage. It needs at least one."),
    }
    sentence = sentences[StageCategory(category)]
    return Refused(sentence, code="last", fields={"category": [sentence]})


def _place(ordered: Sequence[Stage]) -> None:
    moved = []
    for place, stage in enumerate(ordered):
        if stage.position != place:
            stage.position = place
            moved.append(stage)
    Stage.objects.bulk_update(moved, ["position"])
