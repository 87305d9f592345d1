"""How deals got where they are, told after the fact: the stage history of deals that were kept elsewhere before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.choices import StageCategory
from crm.events import DealUpdated
from crm.models import Deal, Organization, Stage, StageChange
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit


@dataclass(frozen=True)
class Step:
    """A deal entered this stage then."""

    stage_id: int
    at: datetime


TOLD = ("created_at", "stage_entered_at", "closed_at")

Pasts = Mapping[int, Sequence[Step]]


@transaction.atomic
def tell_past(*, actor: Actor, organization: Organization, pasts: Pasts) -> list[Deal]:
    """Say of deals (by id) which stages they came through, and when; each past ends in the stage that its deal is in.

    The deal is then as old as its first stage, and the entry that it began with here is replaced. A deal that has moved
    here since keeps its own history.
    """
    require_setup(actor, organization)
    rows = Deal.objects.of(organization).filter(pk__in=list(pasts)).order_by("pk").select_for_update(of=("self",))
    deals = list(rows)
    stages = {stage.pk: stage for stage in Stage.objects.of(organization)}
    tracks = StageChange.objects.of(organization).filter(deal__in=deals)
    moved = set(tracks.exclude(from_stage=None).values_list("deal_id", flat=True))
    for deal in deals:
        _check(deal, pasts[deal.pk], stages, has_moved=deal.pk in moved)
    tracks.delete()
    insert_many([track for deal in deals for track in _tracks(actor, deal, pasts[deal.pk], stages)])
    changes: list[tuple[Model, Mapping[str, Any], Mapping[str, Any]]] = []
    for deal in deals:
        before = {name: getattr(deal, name) for name in TOLD}
        deal.created_at = pasts[deal.pk][0].at
        deal.stage_entered_at = pasts[deal.pk][-1].at
        deal.closed_at = None if stages[deal.stage_id].category == StageCategory.OPEN else deal.stage_entered_at
        after = {name: getattr(deal, name) for name in TOLD}
        differing = [name for name in TOLD if before[name] != after[name]]
        changes.append((deal, {name: before[name] for name in differing}, {name: after[name] for name in differing}))
    update_many(deals, TOLD)
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="updated",
        changes=changes,
    )
    if deals:
        ids = tuple(deal.pk for deal in deals)
        emit(DealUpdated(actor=actor, organization_id=organization.pk, ids=ids, fields=frozenset(TOLD)))
    return deals


def _check(deal: Deal, steps: Sequence[Step], stages: Mapping[int, Stage], *, has_moved: bool) -> None:
    if has_moved:
        raise Refused(_("This deal has moved since it came here; its history can't be told anew."), code="moved")
    if any(step.stage_id not in stages or stages[step.stage_id].pipeline_id != deal.pipeline_id for step in steps):
        raise Refused(_("A deal's history names stages of its own pipeline."), code="stage")
    if not steps or steps[-1].stage_id != deal.stage_id:
        raise Refused(_("A deal's history ends in the stage that the deal is in."), code="end")
    moments = [step.at for step in steps]
    if moments != sorted(moments) or moments[-1] > timezone.now():
        raise Refused(_("A deal's history is told from the first stage on, and not beyond today."), code="order")


def _tracks(actor: Actor, deal: Deal, steps: Sequence[Step], stages: Mapping[int, Stage]) -> list[StageChange]:
    found: list[StageChange] = []
    before: Step | None = None
    for step in steps:
        stage, left = stages[step.stage_id], stages[before.stage_id] if before else None
        found.append(
            StageChange(
                organization_id=deal.organization_id,
                deal=deal,
                from_stage=left,
                to_stage=stage,
                from_name=left.name if left else "",
                to_name=stage.name,
                probability=stage.probability,
                amount=deal.amount,
                currency=deal.currency,
                closing_date=deal.closing_date,
                user_id=actor.user_id,
                actor_name=actor.label[:200],
                at=step.at,
                seconds_before=int((step.at - before.at).total_seconds()) if before else None,
            )
        )
        before = step
    return found
