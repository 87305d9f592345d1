"""What to do with each row: create, update, skip or refuse; told from the row and what is there.

The same function judges the dry run and, again, the run itself, so that nothing is done that was not shown. Whether an
update changes anything is for the record's own rules to say, which know when two values are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.imports.fields import ACCOUNT, ACCOUNTS, CURRENCY, FIELDS, PERSON
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

BY_NAME = frozenset({"name", "full_name"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person chose: how records are recognised, and what becomes of those that are there already."""

    module: str
    match_by: str
    existing: str = UPDATE_EXISTING
    create_accounts: bool = False
    by_account: bool = False  # whether a contact's account is part of what its name means


@dataclass(frozen=True, slots=True)
class Keys:
    """What a row is recognised by: the chosen key, and the name for rows that leave that key blank."""

    main: str
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """A record that is there under some key. `has_main` tells whether it has a value of the chosen key at all.

    One that the person may not see (`is_hidden`) is neither shown nor changed: the row that would is refused.
    """

    id: int
    has_main: bool
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about a batch of rows. `awaited` are accounts that the file itself will have made."""

    by_key: Mapping[str, Sequence[Match]]
    accounts: Mapping[str, Sequence[int]]  # name key → account ids
    people: Mapping[str, Sequence[int]]  # e-mail or full name, as a name key → user ids of members
    currencies: frozenset[str]
    awaited: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()  # name keys of accounts that are there, but not for this person to see


@dataclass(slots=True)
class Seen:
    """What earlier lines of the same file have claimed."""

    keys: dict[str, int] = field(default_factory=dict)
    records: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class Decision:
    """What becomes of one row. `values` are the row's with references resolved to ids, as far as they exist."""

    outcome: str
    record_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    new_account: str = ""  # the name of the account that has to be created first
    awaits: str = ""  # the field whose account the import itself has yet to make


def full_name(values: Mapping[str, Any]) -> str:
    """First and last name, as far as given."""
    return f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()


def site_key(website: str) -> str:
    """The form under which two web addresses are the same site."""
    key = website.strip().casefold()
    for prefix in ("https://", "http://", "www."):
        key = key.removeprefix(prefix)
    return key.rstrip("/")


def site_spellings(key: str) -> list[str]:
    """Every way in which a record may have written that site."""
    hosts = [scheme + www + key for scheme in ("", "http://", "https://") for www in ("", "www.")]
    return [host + end for host in hosts for end in ("", "/")]


def keys_of(values: Mapping[str, Any], rules: Rules, account: str | int | None = None) -> Keys:
    """The keys of a row, or of a record that is there. `account` identifies a contact's account."""
    if rules.module == ACCOUNTS:
        by_name = "name:" + name_key(values.get("name") or "")
    else:
        by_name = "who:" + name_key(full_name(values))
        if rules.by_account:
            by_name += f"|{account or ''}"
    if rules.match_by in BY_NAME:
        return Keys(main=by_name, name=by_name)
    value = values.get(rules.match_by) or ""
    shape = site_key(value) if rules.match_by == "website" else name_key(value)
    return Keys(main=f"{rules.match_by}:{shape}" if shape else "", name=by_name)


def judge(row: Parsed, rules: Rules, known: Known, seen: Seen) -> Decision:
    """Decide one row, and note in `seen` what it claims."""
    decision = Decision(REFUSE, problems=list(row.problems))
    if row.problems:
        return decision
    account = _resolve(row, rules, known, decision)
    if decision.problems:
        return decision
    keys = keys_of(row.values, rules, account)
    main = keys.main or keys.name
    if main in seen.keys:
        decision.problems.append(Problem("duplicate", "", {"line": seen.keys[main]}))
        return decision
    existing = _find(keys, rules, known, decision)
    if existing is not None:
        _judge_existing(existing, rules, row.line, seen, decision)
    if decision.problems:
        return decision
    if existing is None:
        decision.outcome = CREATE
    seen.keys.setdefault(main, row.line)
    seen.keys.setdefault(keys.name, row.line)
    if decision.outcome == SKIP:
        decision.new_account = ""
    return decision


def _judge_existing(existing: Match, rules: Rules, line: int, seen: Seen, decision: Decision) -> None:
    """The row is about a record that is there."""
    first = seen.records.setdefault(existing.id, line)
    if first != line:
        decision.problems.append(Problem("duplicate", "", {"line": first}))
        return
    decision.record_id = existing.id
    decision.outcome = SKIP if rules.existing == SKIP_EXISTING else UPDATE


def _resolve(row: Parsed, rules: Rules, known: Known, decision: Decision) -> str | int | None:
    """Turn the names in a row's values into ids. Answers what identifies its account."""
    fields = FIELDS[rules.module]
    account: str | int | None = None
    for name, value in row.values.items():
        kind = fields[name].kind
        if kind == PERSON:
            found = known.people.get(name_key(value), ()) if value else ()
            decision.values["owner_id"] = _one(found, "member", name, value, decision) if value else None
        elif kind == ACCOUNT:
            account = _account(name, value, rules, known, decision) if value else None
            if isinstance(account, str):
                decision.awaits = name
            else:
                decision.values[f"{name}_id"] = account
        elif kind == CURRENCY and value not in known.currencies:
            decision.problems.append(Problem("currency_not_in_use", name, {"value": value}))
        else:
            decision.values[name] = value
    return account


def _account(name: str, value: str, rules: Rules, known: Known, decision: Decision) -> str | int | None:
    """The id of the account that a name means, or its key if it is yet to be created."""
    key = name_key(value)
    found = known.accounts.get(key, ())
    if not found:
        if key in known.awaited:
            return f"new:{key}"
        if key in known.hidden:
            decision.problems.append(Problem("not_visible", name, {}))
            return None
        if rules.create_accounts and rules.module != ACCOUNTS:
            decision.new_account = value
            return f"new:{key}"
    return _one(found, "account", name, value, decision)


def _one(found: Sequence[int], what: str, name: str, value: str, decision: Decision) -> int | None:
    if len(found) == 1:
        return found[0]
    if found:
        decision.problems.append(Problem(f"several_{what}s", name, {"value": value[:60], "count": len(found)}))
    else:
        decision.problems.append(Problem(f"no_such_{what}", name, {"value": value[:60]}))
    return None


def _find(keys: Keys, rules: Rules, known: Known, decision: Decision) -> Match | None:
    """The one record that the row is about, if any. Among namesakes, a row without the key means the one without."""
    there = known.by_key.get(keys.main or keys.name, ())
    found: Sequence[Match] = [match for match in there if not match.is_hidden]
    if there and not found:
        decision.problems.append(Problem("not_visible", rules.match_by, {}))
        return None
    if not keys.main and len(found) > 1:
        without = [match for match in found if not match.has_main]
        found = without if len(without) == 1 else found
    if len(found) > 1:
        particulars: dict[str, str | int] = {
            "count": len(found),
            "ids": ", ".join(str(match.id) for match in found[:5]),
        }
        decision.problems.append(Problem("several_records", rules.match_by, particulars))
        return None
    return found[0] if found else None
