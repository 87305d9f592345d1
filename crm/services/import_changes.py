"""What an import would change in a record, or has changed: kept beside the row, shown to people, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.imports.fields import ACCOUNTS, CONTACTS
from crm.imports.judge import Rules
from crm.imports.problems import Problem
from crm.imports.rows import frozen, thawed
from crm.models import ImportJob
from crm.selectors.import_known import Setting, account_names
from crm.services import records
from crm.services.accounts import ACCOUNTS as ACCOUNT_KIND
from crm.services.contacts import CONTACTS as CONTACT_KIND
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.records import Change

KINDS: dict[str, records.Kind[Any]] = {ACCOUNTS: ACCOUNT_KIND, CONTACTS: CONTACT_KIND}

_REFERENCES = {"owner_id": "owner", "account_id": "account", "parent_id": "parent"}
_COLUMNS = {field: column for column, field in _REFERENCES.items()}

Changes = dict[str, dict[str, Any]]


def rules_of(job: ImportJob) -> Rules:
    """What the person chose, for the judge."""
    return Rules(
        module=job.module,
        match_by=job.match_by,
        existing=job.existing,
        create_accounts=job.create_accounts,
        by_account="account" in job.mapping.values(),
    )


@dataclass(frozen=True)
class Names:
    """How the records that changes refer to are called."""

    accounts: Mapping[int, str]
    people: Mapping[int, str]

    @classmethod
    def of(cls, setting: Setting, changes: Iterable[Change]) -> Names:
        """One query at most."""
        ids = {
            value
            for change in changes
            for values in (change.before, change.after)
            for column, value in values.items()
            if column in ("account_id", "parent_id") and value is not None
        }
        return cls(account_names(setting.access, ids), setting.labels)

    def kept(self, change: Change) -> Changes:
        """The change as it is kept beside the row: field → before and after, references with id and name."""
        return {
            _REFERENCES.get(column, column): {
                "before": self._value(column, change.before[column]),
                "after": self._value(column, after),
            }
            for column, after in change.after.items()
        }

    def current(self, record: Any, name: str) -> Any:
        """What the record refers to now, as it is kept."""
        column = _COLUMNS[name]
        return self._value(column, getattr(record, column))

    def _value(self, column: str, value: Any) -> Any:
        if column not in _REFERENCES:
            return frozen({column: value})[column]
        if value is None:
            return None
        called = self.people if column == "owner_id" else self.accounts
        return {"id": value, "name": called.get(value, f"#{value}")}


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
        Problem("said", _REFERENCES.get(column, column), {"sentence": sentence})
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


def restored(module: str, changes: Mapping[str, Any], record: Any) -> tuple[dict[str, Any], list[str]]:
    """What to write so that the record is as before, and the fields that were changed again since, which stay."""
    back: dict[str, Any] = {}
    stays: list[str] = []
    for name, change in changes.items():
        column = _COLUMNS.get(name, name)
        before, after = (_raw(module, name, change[side]) for side in ("before", "after"))
        if getattr(record, column) == after:
            back[column] = before
        elif getattr(record, column) != before:
            stays.append(name)
    return back, stays


def _raw(module: str, name: str, kept: Any) -> Any:
    if name in _COLUMNS:
        return kept["id"] if kept else None
    return thawed(module, {name: kept})[name]
