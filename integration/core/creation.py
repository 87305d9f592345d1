"""What the counterpart of a record is made of."""

from __future__ import annotations

from dataclasses import dataclass

from integration.core.actions import Action, FieldConflict, Kind, ParentRef, Reason
from integration.core.context import Planning
from integration.core.links import Exclusion, LinkState, Unmatched
from integration.core.mapping import CannotCarry, FieldPair, Refusal, refusal
from integration.core.pairings import PairingSpec
from integration.core.records import PARENT, Record, Side, Value, is_blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The link in whose place a record is made: its id, the pk at its old end, and what becomes of it."""

    link: int
    state: LinkState
    other_pk: int | None = None
    seen: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What a record is made for, as its action tells it."""

    kind: Kind
    reason: Reason
    parent: ParentRef | None = None
    replaced: Replaced | None = None
    exclusion: Exclusion | None = None
    marks: tuple[Unmatched, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()


def plan_creation(planning: Planning, spec: PairingSpec, source: Record, why: Why) -> Action:
    """The action that makes `source`'s counterpart and links the two, or that says why it cannot be made."""
    to = source.key.side.other
    mapping = planning.mapping(spec.pairing)
    writes: dict[str, Value] = dict(spec.constants(to))
    base_source: dict[str, Value] = {PARENT: source.parent} if spec.parent else {}
    base_made: dict[str, Value] = {PARENT: why.parent.pk if why.parent else None} if spec.parent else {}
    values = source.values
    try:
        for lane in mapping.lanes[to]:
            value = made = values[lane.source]
            if not lane.reaches:
                made = None
            elif not (lane.plain and (value is None or (type(value) is str and len(value) <= lane.max_length))):
                made = _made(planning, spec, lane.pair, value, to)
            if made is not None and made != "":
                writes[lane.target] = made
            if not lane.pair.create_only:
                base_source[lane.name] = value
                base_made[lane.name] = made
    except CannotCarry as problem:
        return _refused(planning, spec, source, problem.refusal, why)
    replaced_rev = why.replaced.seen if why.replaced else -1
    bases = (base_source, base_made) if to is Side.FINANCE else (base_made, base_source)
    action = Action(
        id=planning.next_id,
        kind=why.kind,
        pairing=spec.pairing,
        reason=why.reason,
        side=to,
        link=why.replaced.link if why.replaced else None,
        crm_pk=source.key.pk if to is Side.FINANCE else None,
        finance_pk=source.key.pk if to is Side.CRM else None,
        seen_crm=source.rev if to is Side.FINANCE else replaced_rev,
        seen_finance=source.rev if to is Side.CRM else replaced_rev,
        to_crm=writes if to is Side.CRM else {},
        to_finance=writes if to is Side.FINANCE else {},
        parent=why.parent,
        primary=planning.takes_primary(spec.pairing, to, why.parent),
        base_crm=bases[0],
        base_finance=bases[1],
        generation=mapping.generation,
        state=LinkState.ACTIVE,
        closes=why.replaced.state if why.replaced else None,
        exclusion=why.exclusion,
        marks=why.marks,
        conflicts=why.conflicts,
        label=source.label,
    )
    planning.ends.forget(spec.pairing, to, why.replaced.other_pk if why.replaced else None)
    planning.ends.add(action)
    return action


def _made(planning: Planning, spec: PairingSpec, pair: FieldPair, value: Value, to: Side) -> Value:
    """One value of the record to be made: carried, or the default, or numbered where names are unique."""
    if is_blank(value) and not is_blank(pair.default):
        return pair.default
    made = pair.carry(value, to)
    if pair.unique and to is Side.FINANCE and isinstance(made, str):
        return numbered(planning, spec, pair, made, own_pk=None)
    return made


def numbered(planning: Planning, spec: PairingSpec, pair: FieldPair, wanted: str, *, own_pk: int | None) -> str:
    """A finance name that no other record has. Raises CannotCarry if the number makes it too long."""
    name = planning.free_name(spec.finance_model, wanted, own_pk)
    limit = pair.finance_limit.max_length
    if limit is not None and len(name) > limit:
        raise CannotCarry(refusal("name_taken", Side.FINANCE, pair.finance_field, limit=limit, length=len(name)))
    return name


def _refused(planning: Planning, spec: PairingSpec, source: Record, found: Refusal, why: Why) -> Action:
    is_crm = source.key.side is Side.CRM
    other_pk = why.replaced.other_pk if why.replaced else None
    other_seen = why.replaced.seen if why.replaced else -1
    return Action(
        id=planning.next_id,
        kind=Kind.REFUSE,
        pairing=spec.pairing,
        reason=Reason.CANNOT_CARRY,
        side=found.side,
        link=why.replaced.link if why.replaced else None,
        crm_pk=source.key.pk if is_crm else other_pk,
        finance_pk=other_pk if is_crm else source.key.pk,
        seen_crm=source.rev if is_crm else other_seen,
        seen_finance=other_seen if is_crm else source.rev,
        refusal=found,
        label=source.label,
    )
