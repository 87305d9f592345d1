"""The field merge of two whole records: the parent takes part as a field, and unique names are numbered."""

from __future__ import annotations

from integration.core.actions import ParentRef
from integration.core.context import Planning
from integration.core.creation import numbered
from integration.core.diff import Merge, MergeRules, merge
from integration.core.mapping import CannotCarry
from integration.core.pairings import PairingSpec
from integration.core.records import PARENT, Record, Side, Value, Values


def merge_records(
    planning: Planning, spec: PairingSpec, crm: Record, finance: Record, bases: tuple[Values, Values], rules: MergeRules
) -> Merge:
    """Merge the two records over the two bases (CRM's, finance's)."""
    mapping = planning.mapping(spec.pairing)
    pairs, crm_values, finance_values = mapping.merged, crm.values, finance.values
    if spec.parent is not None:
        pairs = (*pairs, planning.parent_pairs[spec.pairing])
        crm_values = {**crm_values, PARENT: crm.parent}
        finance_values = {**finance_values, PARENT: finance.parent}
    merged = merge(pairs, crm_values, finance_values, bases[0], bases[1], rules)
    if merged.refusal is None and merged.to_finance:
        _number_names(planning, spec, finance, merged)
    return merged


def _number_names(planning: Planning, spec: PairingSpec, finance: Record, merged: Merge) -> None:
    for pair in planning.mapping(spec.pairing).merged:
        wanted = merged.to_finance.get(pair.finance_field) if pair.unique else None
        if not isinstance(wanted, str):
            continue
        try:
            name = numbered(planning, spec, pair, wanted, own_pk=finance.key.pk)
        except CannotCarry as problem:
            merged.refusal = problem.refusal
            return
        merged.base_finance[pair.name] = name
        if name == finance.values[pair.finance_field]:
            del merged.to_finance[pair.finance_field]
        else:
            merged.to_finance[pair.finance_field] = name


def merged_fields(merged: Merge, crm: Record, finance: Record) -> dict[str, object]:
    """The fields of an action that carry a merge: writes, values before, bases, conflicts, drift, and a new parent."""
    to_crm, to_finance = dict(merged.to_crm), dict(merged.to_finance)
    fields: dict[str, object] = {"conflicts": tuple(merged.conflicts), "drift": tuple(merged.drift)}
    for side, writes in ((Side.CRM, to_crm), (Side.FINANCE, to_finance)):
        if PARENT in writes:
            fields["side"] = side
            fields["parent"] = _parent(writes.pop(PARENT))
    if not merged.is_frozen:
        fields["base_crm"], fields["base_finance"] = merged.base_crm, merged.base_finance
    fields["to_crm"], fields["was_crm"] = to_crm, {name: crm.values[name] for name in to_crm}
    fields["to_finance"], fields["was_finance"] = to_finance, {name: finance.values[name] for name in to_finance}
    return fields


def _parent(value: Value) -> ParentRef:
    assert isinstance(value, int)
    return ParentRef(value)
