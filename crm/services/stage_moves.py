"""What follows from a deal's stage: its probability, when it closed, what it is worth, and the track it leaves.

Every path by which a deal changes – form, API, bulk edit, import, board – ends in `crm.services.records`, which calls
`settle` before it saves and `follow` after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.amounts import TooLarge, figures
from crm.choices import StageCategory
from crm.events import DealStageChanged, StageMove
from crm.models import Deal, Organization, Stage, StageChange
from crm.services.surroundings import Surroundings
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change

# Columns that follow from others: saved with them, and not told in the history.
DERIVED = ("stage_entered_at", "closed_at", "amount_home", "expected_revenue", "expected_home", "has_lines")

Changes = Sequence[tuple[Deal, Mapping[str, Any], Mapping[str, Any]]]


def today_in(organization: Organization) -> date:
    """The day it is where the organization works."""
    return timezone.now().astimezone(ZoneInfo(organization.time_zone)).date()


def amount_is_computed() -> Refused:
    """What a person is told who types an amount over lines."""
    sentence = _("The amount is the sum of the deal's lines. Change the lines instead.")
    return Refused(sentence, code="computed", fields={"amount": [sentence]})


def settle(deal: Deal, change: Change, around: Surroundings) -> None:
    """Bring what follows from the new values in line with them, before the deal is judged and saved."""
    if "amount" in change and deal.has_lines:
        raise amount_is_computed()
    before = around.stages.get(change.before.get("stage_id", deal.stage_id))
    stage = around.stages.get(deal.stage_id)
    if stage is not None and stage is not before:
        _enter(deal, stage, before, change, around)
    figure(deal, change, around.home_currency)


def figure(deal: Deal, change: Change, home: str) -> None:
    """The stored figures, from amount, probability and exchange rate."""
    if deal.exchange_rate is None or deal.exchange_rate <= 0 or not 0 <= deal.probability <= 100:
        return  # told as a fault of its own
    try:
        found = figures(
            deal.amount,
            probability=deal.probability,
            currency=deal.currency,
            rate=deal.exchange_rate,
            home=home,
        )
    except TooLarge:
        sentence = _("This amount is larger than can be kept.")
        raise Refused(sentence, code="too_large", fields={"amount": [sentence]}) from None
    for name in ("amount", "amount_home", "expected_revenue", "expected_home"):
        put(deal, change, name, getattr(found, name))


def put(deal: Deal, change: Change, name: str, value: Any) -> None:
    """Set a value that nobody typed, and note it as changed if it is."""
    held = change.before[name] if name in change.before else getattr(deal, name)
    setattr(deal, name, value)
    if value == held:
        change.before.pop(name, None)
        change.after.pop(name, None)
    else:
        change.before[name], change.after[name] = held, value


def _enter(deal: Deal, stage: Stage, before: Stage | None, change: Change, around: Surroundings) -> None:
    """The deal comes to another stage, of this pipeline or of another one."""
    if "pipeline_id" not in change:
        put(deal, change, "pipeline_id", stage.pipeline_id)
    if "probability" not in change:
        put(deal, change, "probability", stage.probability)
    now = timezone.now()
    put(deal, change, "stage_entered_at", now)
    if stage.category == StageCategory.OPEN:
        put(deal, change, "closed_at", None)
    elif before is None or before.category != stage.category:
        put(deal, change, "closed_at", now)
    if stage.category == StageCategory.WON and deal.closing_date is None:
        put(deal, change, "closing_date", today_in(around.organization))
    if stage.category != StageCategory.LOST:
        if "lost_reason_id" not in change:
            put(deal, change, "lost_reason_id", None)
        if "lost_note" not in change:
            put(deal, change, "lost_note", "")


def faults(deal: Deal, around: Surroundings) -> dict[str, str]:
    """What is wrong with a deal's stage, and with what follows from it."""
    stage = around.stages.get(deal.stage_id)
    if stage is None:
        return {"stage_id": _("Choose a stage of the pipeline.")}
    found: dict[str, str] = {}
    if stage.pipeline_id != deal.pipeline_id:
        found["stage_id"] = _("This stage belongs to another pipeline. Choose one of “%(name)s”.") % {
            "name": around.pipelines.get(deal.pipeline_id, "")
        }
    if not 0 <= deal.probability <= 100:
        found["probability"] = _("A probability lies between 0 and 100 percent.")
    elif stage.category != StageCategory.OPEN and deal.probability != stage.probability:
        found["probability"] = _("The probability of a closed deal is fixed: %(percent)d percent.") % {
            "percent": stage.probability
        }
    if stage.category == StageCategory.LOST and deal.lost_reason_id is None:
        found["lost_reason_id"] = _("Say why the deal is lost.")
    if stage.category != StageCategory.LOST and (deal.lost_reason_id is not None or deal.lost_note):
        found["lost_reason_id"] = _("Only a lost deal has a lost reason.")
    return found


def follow(actor: Actor, organization: Organization, changes: Changes) -> None:
    """Note each stage that was entered in these changes, and tell of it."""
    entered = [(deal, before, after) for deal, before, after in changes if "stage_id" in after]
    if not entered:
        return
    ids = {key for deal, before, _after in entered for key in (deal.stage_id, before.get("stage_id")) if key}
    stages = {stage.pk: stage for stage in Stage.objects.of(organization).filter(pk__in=ids)}
    insert_many([_track(actor, deal, before, stages) for deal, before, _after in entered])
    moves = tuple(_move(deal, before, stages) for deal, before, _after in entered)
    emit(
        DealStageChanged(
            actor=actor,
            organization_id=organization.pk,
            ids=tuple(deal.pk for deal, *_rest in entered),
            moves=moves,
        )
    )


def _track(actor: Actor, deal: Deal, before: Mapping[str, Any], stages: Mapping[int, Stage]) -> StageChange:
    left = stages.get(before.get("stage_id", 0))
    since: datetime | None = before.get("stage_entered_at") if left else None
    return StageChange(
        organization_id=deal.organization_id,
        deal=deal,
        from_stage=left,
        to_stage_id=deal.stage_id,
        from_name=left.name if left else "",
        to_name=stages[deal.stage_id].name,
        probability=deal.probability,
        amount=deal.amount,
        currency=deal.currency,
        closing_date=deal.closing_date,
        user_id=actor.user_id,
        actor_name=actor.label[:200],
        at=deal.stage_entered_at,
        seconds_before=max(0, int((deal.stage_entered_at - since).total_seconds())) if since else None,
    )


def _move(deal: Deal, before: Mapping[str, Any], stages: Mapping[int, Stage]) -> StageMove:
    left = stages.get(before.get("stage_id", 0))
    return StageMove(
        deal_id=deal.pk,
        from_stage_id=left.pk if left else None,
        from_category=left.category if left else "",
        to_stage_id=deal.stage_id,
        to_category=stages[deal.stage_id].category,
    )
