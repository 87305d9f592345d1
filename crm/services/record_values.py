"""Giving records values without saving them: what may be written, what it refers to, what has to fit together.

Every fault of a record is told at once. services/records.py saves what comes out of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.access import Access
from crm.models import Record
from crm.models.modules import references, referred
from crm.selectors.records import named
from crm.services.record_kinds import Kind
from crm.services.surroundings import Surroundings, Values, ancestors
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.sets import refuse_taken
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign
from finsuite.kernel.text import fold

R = TypeVar("R", bound=Record)

MOST_TAGS = 50


@dataclass(frozen=True)
class Planned(Generic[R]):
    """A record with its new values set but not saved, and what they change."""

    record: R
    change: Change


def drafted(kind: Kind[R], actor: Actor, around: Surroundings, rows: Sequence[Values]) -> list[R | Refused]:
    """The records that the rows would make, in their order."""
    made = [_drafted(kind, actor, around, row) for row in rows]
    return refuse_taken(around.custom, made, lambda entry: entry)


def _drafted(kind: Kind[R], actor: Actor, around: Surroundings, row: Values) -> R | Refused:
    record = kind.model(organization=around.organization)
    try:
        _assigned(kind, record, row, around)
        if "owner_id" not in row and actor.user_id in around.members:
            record.owner_id = actor.user_id
        kind.complete(record, around)
        _check_whole(kind, record, around)
    except Refused as refused:
        return refused
    record.set_keys()
    return record


def planned(
    kind: Kind[R], around: Surroundings, found: Mapping[int, R], changes: Sequence[tuple[int, Values]]
) -> list[Planned[R] | Refused]:
    """The records that were found, with their new values, in the order of the changes."""
    changes = _without_unseen(kind, around.access, found, changes)
    hung_on = _mentioned(kind, changes) if kind.tree else []
    above = ancestors(kind.model, kind.tree, hung_on) if hung_on else {}
    told: list[Planned[R] | Refused] = []
    seen: set[int] = set()
    for key, values in changes:
        record = found.get(key)
        if record is None:
            told.append(Refused(_("There is no such record."), code="not_found"))
        elif key in seen:
            told.append(Refused(_("This record is to be changed twice at once."), code="duplicate"))
        else:
            told.append(_replanned(kind, record, values, around, above))
        seen.add(key)
    return refuse_taken(around.custom, told, lambda entry: entry.record if entry.change else None)


def _without_unseen(
    kind: Kind[R], access: Access, found: Mapping[int, R], changes: Sequence[tuple[int, Values]]
) -> Sequence[tuple[int, Values]]:
    """The changes without those that would empty a reference because whoever makes them can't see what is there.

    One statement for each such module, and only where one is to be emptied.
    """
    for column in references(kind.model):
        module = referred(kind.model, column)
        if module is None or module not in access.owners:
            continue
        emptied = {
            key: getattr(found[key], column)
            for key, values in changes
            if key in found and column in values and values[column] is None
        }
        held = {target for target in emptied.values() if target is not None}
        seen = set(named(access, module, held))
        changes = [
            (key, {name: value for name, value in values.items() if name != column})
            if emptied.get(key) is not None and emptied[key] not in seen
            else (key, values)
            for key, values in changes
        ]
    return changes


def _replanned(
    kind: Kind[R], record: R, values: Values, around: Surroundings, above: dict[int, int | None]
) -> Planned[R] | Refused:
    try:
        change = _assigned(kind, record, values, around)
        if kind.settle and change:
            kind.settle(record, change, around)
        if kind.tree and kind.tree in change:
            _check_tree(kind, record, above)
        _check_whole(kind, record, around)
    except Refused as refused:
        return refused
    if kind.tree and kind.tree in change:
        above[record.pk] = getattr(record, kind.tree)
    return Planned(record, change)


def _assigned(kind: Kind[R], record: R, values: Values, around: Surroundings) -> Change:
    """Set the values and check what they refer to; every fault is told at once."""
    held = {name: getattr(record, name) for name in (*around.references, "currency") if name in values}
    faults: dict[str, list[str]] = {}
    change = added = Change()
    own, custom = around.custom.split(values)
    try:
        change = assign(record, _prepared(own), allowed=kind.writable)
    except Refused as refused:
        if refused.code == "unknown_field":
            raise
        faults = refused.fields
    for name, before in held.items():
        given = getattr(record, name)
        if given == before or name in faults:
            continue
        if name == "currency" and record.pk is not None:
            faults[name] = [_("The currency can't be changed once the record exists.")]
        elif fault := around.fault_of(name, given):
            faults[name] = [fault]
    try:
        added = around.custom.apply(record, custom, currency=record.currency or around.home_currency)
    except Refused as refused:
        faults = {**faults, **refused.fields}
    if faults:
        raise _refusal(faults)
    return change.and_(added)


def _check_whole(kind: Kind[R], record: R, around: Surroundings) -> None:
    faults = {name: [fault] for name, fault in kind.faults(record, around).items()}
    if not getattr(record, kind.required):
        faults.setdefault(kind.required, [_required_fault(kind)])
    if faults:
        raise _refusal(faults)


def _prepared(values: Values) -> Values:
    """Tags in their one form, currency codes in capitals."""
    prepared = dict(values)
    if "tags" in values:
        prepared["tags"] = _tags(values["tags"])
    if isinstance(values.get("currency"), str):
        prepared["currency"] = values["currency"].strip().upper()
    return prepared


def _tags(given: Any) -> list[str]:
    """Trimmed, each once, in the order given."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(tag, str) for tag in given):
        raise _refusal({"tags": [_("Tags are a list of texts.")]})
    tags: dict[str, str] = {}
    for tag in given:
        if tag.strip():
            tags.setdefault(fold(tag), " ".join(tag.split()))
    kept = list(tags.values())
    if len(kept) > MOST_TAGS:
        raise _refusal({"tags": [_("A record can have at most %(limit)d tags.") % {"limit": MOST_TAGS}]})
    if any(len(tag) > 50 or "\x00" in tag for tag in kept):
        raise _refusal({"tags": [_("A tag can have at most %(limit)d characters.") % {"limit": 50}]})
    return kept


def _check_tree(kind: Kind[R], record: R, above: Mapping[int, int | None]) -> None:
    """Refuse to hang a record on itself or on one that hangs on it."""
    step: int | None = getattr(record, kind.tree)
    seen: set[int] = set()
    while step is not None and step not in seen:
        if step == record.pk:
            raise _refusal({kind.tree: [kind.tree_fault()]})
        seen.add(step)
        step = above.get(step)


def _mentioned(kind: Kind[R], changes: Sequence[tuple[int, Values]]) -> list[int]:
    """What these changes hang records on."""
    values = (row.get(kind.tree) for _key, row in changes)
    return sorted({value for value in values if type(value) is int and 0 < value < 2**63})


def _required_fault(kind: Kind[R]) -> str:
    label = capfirst(str(kind.model._meta.get_field(kind.required).verbose_name))  # type: ignore[union-attr]
    return _("%(field)s is required.") % {"field": label}


def _refusal(faults: Mapping[str, Sequence[str]]) -> Refused:
    count = len(faults)
    if count == 1:
        return Refused(next(iter(faults.values()))[0], fields=faults)
    return Refused(
        ngettext("%(count)d field can't be saved as it is.", "%(count)d fields can't be saved as they are.", count)
        % {"count": count},
        fields=faults,
    )
