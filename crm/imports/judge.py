"""What to do with each row: create, update, leave unchanged, skip or refuse; told from the row and what is there.

The same function judges the dry run and, again, the run itself: what was shown is compared with what would be done now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.imports.fields import ACCOUNT, ACCOUNTS, CURRENCY, FIELDS, PERSON, TAGS
from crm.imports.problems import Problem
from crm.imports.rows import Parsed
from finsuite.kernel.text import name_key

CREATE = "create"
UPDATE = "update"
UNCHANGED = "unchanged"
SKIP = "skip"
REFUSE = "refuse"
OUTCOMES = (CREATE, UPDATE, UNCHANGED, SKIP, REFUSE)

UPDATE_EXISTING = "update"
SKIP_EXISTING = "skip"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person chose: how records are recognised, and what becomes of those that are there already."""

    module: str
    match_by: str
    existing: str = UPDATE_EXISTING
    create_accounts: bool = False
    has_account_column: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """What a row is recognised by: the chosen key, and the name for rows that leave that key blank."""

    main: str
    name: str


@dataclass(slots=True)
class Known:
    """What the database knows about a batch of rows."""

    by_key: Mapping[str, Sequence[Record]]
    accounts: Mapping[str, Sequence[int]]  # name key → account ids
    people: Mapping[str, Sequence[int]]  # e-mail or full name, folded → user ids of members
    currencies: frozenset[str]


@dataclass(slots=True)
class Seen:
    """What earlier lines of the same file have claimed."""

    keys: dict[str, int] = field(default_factory=dict)
    records: dict[int, int] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)  # name key → line that creates the account


@dataclass(slots=True)
class Decision:
    """What becomes of one row. `values` are ready for the service; `changes` are (before, after) by field."""

    outcome: str
    record_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    new_account: str = ""  # the name of the account to create first


def full_name(values: Mapping[str, Any]) -> str:
    """First and last name, as far as given."""
    return f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()


def site_key(website: str) -> str:
    """The form under which two web addresses are the same site."""
    key = website.strip().casefold()
    for prefix in ("https://", "http://", "www."):
        key = key.removeprefix(prefix)
    return key.rstrip("/")


def keys_of(values: Mapping[str, Any], rules: Rules, account: str | int | None = None) -> Keys:
    """The keys of a row, or of a record that is there (then `account` is its account's id)."""
    if rules.module == ACCOUNTS:
        by_name = "name:" + name_key(values.get("name") or "")
    else:
        by_name = f"who:{name_key(full_name(values))}"
        if rules.has_account_column:
            by_name += f"|{account or ''}"
    if rules.match_by in ("name", "full_name"):
        return Keys(main=by_name, name=by_name)
    value = values.get(rules.match_by) or ""
    shape = site_key(value) if rules.match_by == "website" else name_key(value)
    return Keys(main=f"{rules.match_by}:{shape}" if shape else "", name=by_name)


def judge(row: Parsed, rules: Rules, known: Known, seen: Seen) -> Decision:
    """Decide one row, and note in `seen` what it claims."""
    decision = Decision(REFUSE, problems=list(row.problems))
    if row.problems:
        return decision
    values, account_key = _resolve(row, rules, known, seen, decision)
    if decision.problems:
        return decision
    keys = keys_of(row.values, rules, account_key)
    first = seen.keys.get(keys.main or keys.name)
    if first is not None:
        decision.problems.append(Problem("duplicate", "", {"line": first}))
        return decision
    existing = _find(keys, rules, known, decision)
    if decision.problems:
        return decision
    if existing is None:
        decision.outcome, decision.values = CREATE, values
    else:
        _judge_existing(existing, values, rules, seen, decision)
        if decision.problems:
            return decision
    seen.keys.setdefault(keys.main, row.line)
    seen.keys.setdefault(keys.name, row.line)
    if decision.new_account:
        seen.accounts.setdefault(name_key(decision.new_account), row.line)
    return decision


def _judge_existing(existing: Record, values: dict[str, Any], rules: Rules, seen: Seen, decision: Decision) -> None:
    """The row is about a record that is there."""
    decision.record_id = existing["id"]
    line = seen.records.get(existing["id"])
    if line is not None:
        decision.problems.append(Problem("duplicate", "", {"line": line}))
        return
    if rules.existing == SKIP_EXISTING:
        decision.outcome, decision.new_account = SKIP, ""
        return
    decision.changes = {
        name: (existing[name], value)
        for name, value in values.items()
        if not _same(existing[name], value, FIELDS[rules.module][name].kind)
    }
    decision.values = {name: after for name, (_before, after) in decision.changes.items()}
    decision.outcome = UPDATE if decision.changes else UNCHANGED


def _same(before: Any, after: Any, kind: str) -> bool:
    if kind == TAGS:
        return sorted(tag.casefold() for tag in before) == sorted(tag.casefold() for tag in after)
    return bool(before == after)


def _resolve(
    row: Parsed, rules: Rules, known: Known, seen: Seen, decision: Decision
) -> tuple[dict[str, Any], str | int | None]:
    """The row's values with names turned into records; also what identifies its account."""
    values = dict(row.values)
    account_key: str | int | None = None
    for name, value in row.values.items():
        kind = FIELDS[rules.module][name].kind
        if kind == PERSON and value:
            values[name] = _one(
                known.people.get(name_key(value), ()), "no_such_member", "several_members", name, value, decision
            )
        elif kind == CURRENCY and value not in known.currencies:
            decision.problems.append(Problem("currency_not_in_use", name, {"value": value}))
        elif kind == ACCOUNT and value:
            values[name], account_key = _account(name, value, rules, known, decision)
    return values, account_key


def _account(name: str, value: str, rules: Rules, known: Known, decision: Decision) -> tuple[Any, str | int | None]:
    """The account that a name means: one that is there, or one to be created."""
    key = name_key(value)
    found = known.accounts.get(key, ())
    if not found and rules.create_accounts and rules.module != ACCOUNTS:
        decision.new_account = value
        return value, f"new:{key}"
    account = _one(found, "no_such_account", "several_accounts", name, value, decision)
    return account, account


def _one(found: Sequence[int], none: str, several: str, name: str, value: str, decision: Decision) -> int | None:
    if len(found) == 1:
        return found[0]
    if found:
        decision.problems.append(Problem(several, name, {"value": value, "count": len(found)}))
    else:
        decision.problems.append(Problem(none, name, {"value": value}))
    return None


def _find(keys: Keys, rules: Rules, known: Known, decision: Decision) -> Record | None:
    """The one record that the row is about, if any. Among namesakes, a row without the key means the one without."""
    found = known.by_key.get(keys.main or keys.name, ())
    if not keys.main and len(found) > 1:
        without = [record for record in found if not record[rules.match_by]]
        found = without if len(without) == 1 else found
    if len(found) > 1:
        decision.problems.append(Problem("several_records", rules.match_by, {"count": len(found)}))
        return None
    return found[0] if found else None


def departs(shown: Decision, now: Decision) -> bool:
    """Whether doing it now would do what the dry run did not show."""
    if now.outcome in (UNCHANGED, SKIP, REFUSE):
        return False
    if now.outcome != shown.outcome or now.record_id != shown.record_id:
        return True
    return any(shown.changes.get(name) != change for name, change in now.changes.items())
