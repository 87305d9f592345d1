"""Making, changing, moving and deleting deals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module, StageCategory
from crm.events import DealCreated, DealDeleted, DealUpdated
from crm.models import Account, Deal, Organization, Stage, StageChange
from crm.services import records, stage_moves
from crm.services.deal_contacts import set_contact_roles as set_contact_roles
from crm.services.deal_lines import set_lines as set_lines
from crm.services.record_kinds import Kind
from crm.services.record_values import Planned
from crm.services.surroundings import Surroundings, Values
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, refuse_unknown

WRITABLE = (
    "name",
    "owner_id",
    "account_id",
    "contact_id",
    "pipeline_id",
    "stage_id",
    "probability",
    "amount",
    "currency",
    "exchange_rate",
    "closing_date",
    "deal_type",
    "next_step",
    "lead_source",
    "campaign_source",
    "lost_reason_id",
    "lost_note",
    "description",
    "tags",
)
MOVING = ("lost_reason_id", "lost_note", "closing_date", "probability")
PARTS = ("lines", "contact_roles")


@transaction.atomic
def create_deal(*, actor: Actor, organization: Organization, values: Values) -> Deal:
    """Make a deal, with its `lines` and `contact_roles` if they are given.

    Without a pipeline it is in the default one; without a stage, in the first open one; without a currency, in its
    account's or in home currency.
    """
    own = {name: value for name, value in values.items() if name not in PARTS}
    if values.get("lines") and own.get("amount") is not None:
        raise stage_moves.amount_is_computed()
    deal = records.create_one(DEALS, actor=actor, organization=organization, values=own)
    if values.get("lines"):
        deal = set_lines(actor=actor, deal=deal, lines=values["lines"])
        StageChange.objects.filter(deal=deal).update(amount=deal.amount)
    if values.get("contact_roles"):
        deal = set_contact_roles(actor=actor, deal=deal, roles=values["contact_roles"])
    return deal


def create_deals(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Deal | Refused]:
    """Make a deal of each acceptable row; the others answer why not. In the order of the rows."""
    return records.create(DEALS, actor=actor, organization=organization, rows=rows)


def draft_deals(*, actor: Actor, access: Access, rows: Sequence[Values]) -> list[Deal | Refused]:
    """What `create_deals` would make of the rows, saving nothing."""
    return records.draft(DEALS, actor=actor, access=access, rows=rows)


@transaction.atomic
def update_deal(*, actor: Actor, deal: Deal, values: Values, version: str | None = None) -> Deal:
    """Give a deal new values; `lines` and `contact_roles` replace those it has. A stale `version` raises Conflict."""
    own = {name: value for name, value in values.items() if name not in PARTS}
    if values.get("lines") and own.get("amount") is not None:
        raise stage_moves.amount_is_computed()
    seen: str | None = version
    if "lines" in values:
        deal = set_lines(actor=actor, deal=deal, lines=values["lines"], version=seen)
        seen = None
    if "contact_roles" in values:
        deal = set_contact_roles(actor=actor, deal=deal, roles=values["contact_roles"], version=seen)
        seen = None
    if own or not any(name in values for name in PARTS):
        deal = records.update_one(DEALS, actor=actor, record=deal, values=own, version=seen)
    return deal


def update_deals(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Deal | Refused]:
    """Give each deal (by id) its new values, where acceptable. What nothing changes in is not written."""
    return records.update(DEALS, actor=actor, organization=organization, changes=changes)


def plan_deal_updates(
    *, actor: Actor, access: Access, changes: Sequence[tuple[int, Values]]
) -> list[Planned[Deal] | Refused]:
    """What `update_deals` would change, saving nothing."""
    return records.plan(DEALS, actor=actor, access=access, changes=changes)


def move_deal(
    *, actor: Actor, deal: Deal, stage_id: int, values: Values | None = None, version: str | None = None
) -> Deal:
    """Move a deal to another stage, with what the stage asks for: a lost reason, a closing date.

    Where it already is, nothing is written. A stale `version` raises Conflict.
    """
    refuse_unknown(values or {}, MOVING)
    return records.update_one(
        DEALS, actor=actor, record=deal, values={**(values or {}), "stage_id": stage_id}, version=version
    )


def relocate_deals(*, actor: Actor, organization: Organization, source: Stage, target: Stage) -> int:
    """Move all deals of a stage that is about to go to another one; answers how many. Setup does this, not a seller."""
    ids = list(Deal.objects.of(organization).filter(stage=source).order_by("pk").values_list("pk", flat=True))
    moved = records.update(
        DEALS,
        actor=actor.by(Via.SYSTEM),
        organization=organization,
        changes=[(key, {"stage_id": target.pk}) for key in ids],
    )
    for outcome in moved:
        records.accepted(outcome)
    return len(moved)


def delete_deal(*, actor: Actor, deal: Deal, version: str | None = None) -> None:
    """Delete a deal, with its lines. Its account and its contacts stay."""
    records.delete_one(DEALS, actor=actor, record=deal, version=version)


def delete_deals(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete these deals, as `delete_deal` does; answers the ids of those that existed."""
    return records.delete(DEALS, actor=actor, organization=organization, ids=ids)


def _complete(deal: Deal, around: Surroundings) -> None:
    if not deal.currency:
        held = around.currency_of(Account, deal.account_id)
        deal.currency = held if held and around.fault_of("currency", held) is None else around.home_currency
    if deal.exchange_rate == 1:
        deal.exchange_rate = around.rate_of(deal.currency)
    stage = around.stages.get(deal.stage_id) if deal.stage_id else _first_stage(deal, around)
    if stage is None:
        return
    deal.stage_id = stage.pk
    if deal.pipeline_id is None:
        deal.pipeline_id = stage.pipeline_id
    if deal.probability is None:
        deal.probability = stage.probability
    deal.stage_entered_at = timezone.now()
    if stage.category != StageCategory.OPEN:
        deal.closed_at = deal.stage_entered_at
    if stage.category == StageCategory.WON and deal.closing_date is None:
        deal.closing_date = stage_moves.today_in(around.organization)
    stage_moves.figure(deal, Change(), around.home_currency)


def _first_stage(deal: Deal, around: Surroundings) -> Stage | None:
    """Where a deal begins that nobody put anywhere: the first open stage of its pipeline."""
    pipeline_id = deal.pipeline_id or next(iter(around.pipelines), None)
    return next(
        (
            stage
            for stage in around.stages.values()
            if stage.pipeline_id == pipeline_id and stage.category == StageCategory.OPEN
        ),
        None,
    )


def _faults(deal: Deal, around: Surroundings) -> dict[str, str]:
    found = stage_moves.faults(deal, around)
    if deal.exchange_rate <= 0:
        found["exchange_rate"] = _("The exchange rate must be above zero.")
    elif deal.currency == around.home_currency and deal.exchange_rate != Decimal(1):
        found["exchange_rate"] = _("The exchange rate of the home currency is always 1.")
    if deal.amount is not None and deal.amount < 0:
        found["amount"] = _("The amount can't be negative.")
    if deal.pk is None and (pipeline := around.pipelines.get(deal.pipeline_id)) and not pipeline.is_active:
        found["pipeline_id"] = _("This pipeline is not in use any more. Choose another one.")
    return found


def _followed(actor: Actor, organization: Organization, changes: Any) -> None:
    stage_moves.follow(actor, organization, changes)


DEALS: Kind[Deal] = Kind(
    model=Deal,
    module=Module.DEALS,
    writable=WRITABLE,
    required="name",
    complete=_complete,
    faults=_faults,
    dependents=lambda: (),
    created=DealCreated,
    updated=DealUpdated,
    deleted=DealDeleted,
    settle=stage_moves.settle,
    derived=stage_moves.DERIVED,
    followed=_followed,
)
