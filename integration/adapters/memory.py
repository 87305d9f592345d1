"""A side that lives in memory, for tests: the same promises as the real ones, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from integration.adapters.base import Applied, Change, ChangeKind
from integration.core.mapping import Refusal, refusal
from integration.core.records import Key, Record, Side, Value, Values

MatchKeys = Callable[[Record], tuple[str, ...]]


@dataclass(slots=True, kw_only=True)
class Table:
    """What a model looks like: its columns with their defaults, how it matches, and what hangs on it.

    `unique` is a column whose case-folded value no two live records share. `child` is a model whose records belong to
    this one's: deleting takes them along (`cascades`) or leaves them without a parent.
    """

    columns: Values
    match_keys: MatchKeys = lambda _record: ()
    label: str = ""
    unique: str = ""
    child: str = ""
    cascades: bool = False


@dataclass(slots=True)
class MemoryAdapter:
    """Records by key, with a gapless revision each, counted up by every real change and by nothing else."""

    side: Side
    tables: Mapping[str, Table]
    records: dict[Key, Record] = field(default_factory=dict)
    inactive: set[Key] = field(default_factory=set)
    primary: set[Key] = field(default_factory=set)
    hints: list[Key] = field(default_factory=list)
    _last_pk: int = 0

    def create(self, model: str, values: Values, *, parent: int | None = None, kind: str = "") -> Key:
        """A user makes a record. Its pk is never used again."""
        self._last_pk += 1
        key = Key(self.side, model, self._last_pk)
        table = self.tables[model]
        self._put(Record(key=key, rev=1, values={**table.columns, **values}, parent=parent, kind=kind))
        return key

    def edit(self, key: Key, values: Values, *, parent: int | None = None) -> None:
        """A user writes some columns. Writing what is there already is no change."""
        now = self.records[key]
        new = replace(now, values={**now.values, **values}, parent=now.parent if parent is None else parent)
        self._change(now, new)

    def mark(self, key: Key, **flags: bool) -> None:
        """Set `in_scope` or `has_documents`: circumstances, not changes of the record."""
        self.records[key] = replace(self.records[key], **flags)  # type: ignore[arg-type]

    def delete(self, key: Key) -> None:
        """A user deletes a record; what belongs to it goes, too, or stays without a parent."""
        now = self.records[key]
        table = self.tables[key.model]
        for child in self.children(key):
            if table.cascades:
                self.delete(child.key)
            else:
                self._change(child, replace(child, parent=None))
        self._put(replace(now, rev=now.rev + 1, deleted=True, values={}, match_keys=()))

    def children(self, key: Key) -> list[Record]:
        """The live records that belong to this one."""
        model = self.tables[key.model].child
        return [
            one for one in self.live() if model and one.key.model == model and one.parent == key.pk and not one.deleted
        ]

    def live(self) -> list[Record]:
        """Every record that is not deleted."""
        return [one for one in self.records.values() if not one.deleted]

    def changed(self, *, limit: int) -> Sequence[Key]:
        """What was touched since the last call."""
        found, self.hints = self.hints[:limit], self.hints[limit:]
        return found

    def read(self, keys: Collection[Key]) -> Mapping[Key, Record]:
        """The records as they are."""
        return {key: self.records[key] for key in keys if key in self.records}

    def find(self, model: str, match_keys: Collection[str]) -> Mapping[Key, Record]:
        """The live records with one of these keys."""
        wanted = set(match_keys) - {""}
        return {one.key: one for one in self.live() if one.key.model == model and wanted.intersection(one.match_keys)}

    def apply(self, changes: Sequence[Change]) -> Sequence[Applied]:
        """Do the changes, one by one."""
        return [self._apply(change) for change in changes]

    def _apply(self, change: Change) -> Applied:
        taken = self._taken(change)
        if taken is not None:
            return Applied(ref=change.ref, refusal=taken)
        if change.kind is ChangeKind.CREATE:
            kind = str(change.values.get("kind", ""))
            values = {name: value for name, value in change.values.items() if name != "kind"}
            key = self.create(change.model, values, parent=change.parent, kind=kind)
            if change.primary:
                self.primary.add(key)
            return Applied(ref=change.ref, record=self.records[key])
        now = None if change.key is None else self.records.get(change.key)
        if now is None or now.deleted or now.rev != change.rev:
            return Applied(ref=change.ref, moved=True)
        if change.kind is ChangeKind.UPDATE:
            self.edit(now.key, change.values, parent=change.parent)
        elif change.kind is ChangeKind.DEACTIVATE:
            self.inactive.add(now.key)
            self._put(replace(now, rev=now.rev + 1))
        else:
            self.delete(now.key)
        return Applied(ref=change.ref, record=self.records[now.key])

    def _taken(self, change: Change) -> Refusal | None:
        column = self.tables[change.model].unique
        wanted = change.values.get(column)
        if wanted is None:
            return None
        for one in self.live():
            if one.key.model == change.model and one.key != change.key and _fold(one.values[column]) == _fold(wanted):
                return refusal("name_taken", self.side, column)
        return None

    def _change(self, now: Record, new: Record) -> None:
        if (now.values, now.parent) != (new.values, new.parent):
            self._put(replace(new, rev=now.rev + 1))

    def _put(self, record: Record) -> None:
        table = self.tables[record.key.model]
        if not record.deleted:
            label = str(record.values.get(table.label, ""))
            record = replace(record, label=label, match_keys=table.match_keys(record))
        self.records[record.key] = record
        self.hints.append(record.key)


def _fold(value: Value) -> str:
    return str(value).casefold()
