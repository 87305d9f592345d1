"""What an import would change in a record, or has changed: kept beside the row, shown to people, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.choices import Module
from crm.imports.judge import Rules
from crm.models import ImportJob
from crm.selectors.import_known import Setting, link_names
from crm.services.import_fields import Table
from crm.services.kinds import KINDS
from crm.services.record_kinds import Kind
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.imports.fields import LINKS
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.rows import frozen, thawed
from finsuite.kernel.records import Change

Changes = dict[str, dict[str, Any]]


def rules_of(job: ImportJob) -> Rules:
    """What the person chose, for the judge."""
    return Rules(
        module=job.module,
        match_by=job.match_by,
        existing=job.existing,
        create_accounts=job.create_accounts,
        by_account="account" in job.mapping.values(),
        constants=job.constants,
    )


def kind_of(module: str) -> Kind[Any]:
    """How the records of a module are written."""
    return KINDS[Module(module)]


def field_of(table: Table, column: str) -> str:
    """The field whose value is kept in this column of a record: `owner` for `owner_id`."""
    name = column.removesuffix("_id")
    return name if name in table and table[name].column == column else column


@dataclass(frozen=True)
class Names:
    """How what changes refer to is called."""

    table: Table
    links: Mapping[tuple[str, int], str]  # (column, id) → name
    people: Mapping[int, str]

    @classmethod
    def of(cls, setting: Setting, table: Table, changes: Iterable[Change]) -> Names:
        """A query for each module that is referred to."""
        ids: dict[str, set[int]] = {}
        for change in changes:
            for values in (change.before, change.after):
                for column, value in values.items():
                    if column.endswith("_id") and value is not None:
                        ids.setdefault(column, set()).add(value)
        return cls(table, {**setting.listed, **link_names(setting.access, table, ids)}, setting.labels)

    def kept(self, change: Change) -> Changes:
        """The change as it is kept beside the row: field → before and after, references with id and name.

        What follows from others, and is not for an import to write, is left out.
        """
        kept = {field_of(self.table, column): column for column in change.after}
        return {
            name: {
                "before": self._value(name, column, change.before[column]),
                "after": self._value(name, column, change.after[column]),
            }
            for name, column in kept.items()
            if name in self.table
        }

    def current(self, record: Any, name: str) -> Any:
        """What the record refers to now, as it is kept."""
        column = self.table[name].column
        return self._value(name, column, getattr(record, column))

    def _value(self, name: str, column: str, value: Any) -> Any:
        if self.table[name].kind not in LINKS:
            return frozen({column: value})[column]
        if value is None:
            return None
        called = self.people.get(value) if column in ("owner_id", "handler_id") else self.links.get((column, value))
        return {"id": value, "name": called or f"#{value}"}


def actor_of(job: ImportJob) -> Actor:
    """The person behind the import's background work, acting through the import."""
    if job.acting is None:
        raise NotPermitted(_("The person who started this import no longer exists."))
    return Actor.person(job.acting, Via.IMPORT)


def refusals(refused: Refused) -> list[Problem]:
    """What a record's own rules have against its values, field by field, as problems of the row."""
    if not refused.fields:
        return [Problem("said", "", {"sentence": refused.message})]
    return [
        Problem("said", column.removesuffix("_id"), {"sentence": sentence})
        for column, sentences in refused.fields.items()
        for sentence in sentences
    ]


def to_come(before: Any, name: str) -> dict[str, Any]:
    """A change to an account that the import itself has yet to make."""
    return {"before": before, "after": {"id": None, "name": name}}


def same_changes(shown: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether everything that would change now was shown to change like that."""
    return all(name in shown and _comparable(shown[name]) == _comparable(change) for name, change in now.items())


def _comparable(change: Mapping[str, Any]) -> Sequence[Any]:
    return [side.get("name") if isinstance(side, dict) else side for side in (change["before"], change["after"])]


def restored(table: Table, changes: Mapping[str, Any], record: Any) -> tuple[dict[str, Any], list[str]]:
    """What to write so that the record is as before, and the fields that were changed again since, which stay."""
    back: dict[str, Any] = {}
    stays: list[str] = []
    for name, change in changes.items():
        if name not in table:  # a custom field that has been taken away since
            stays.append(name)
            continue
        column = table[name].column
        before, after = (_raw(table, name, change[side]) for side in ("before", "after"))
        held = _held(record, column)
        if held == after:
            back[column] = before
        elif held != before:
            stays.append(name)
    return back, stays


def _held(record: Any, column: str) -> Any:
    """What the record says in a column, a custom one included."""
    return record.custom.get(column.removeprefix(PREFIX)) if column.startswith(PREFIX) else getattr(record, column)


def _raw(table: Table, name: str, kept: Any) -> Any:
    if table[name].kind in LINKS:
        return kept["id"] if kept else None
    return thawed(table, {name: kept})[name]
