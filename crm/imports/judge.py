"""What to do with each row: create, update, skip or refuse; told from the row and what is there.

The same function judges the dry run and, again, the run itself, so that nothing is done that was not shown. Whether an
update changes anything is for the record's own rules to say, which know when two values are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.imports.fields import ACCOUNTS, CONTACTS
from finsuite.kernel.imports.fields import CURRENCY, LISTED, PERSON, RECORD, Field, Fields
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.rows import Parsed
from finsuite.kernel.text import name_key

CREATE = "create"
UPDATE = "update"
UNCHANGED = "unchanged"
SKIP = "skip"
REFUSE = "refuse"
OUTCOMES = (CREATE, UPDATE, UNCHANGED, SKIP, REFUSE)

UPDATE_EXISTING = "update"
SKIP_EXISTING = "skip"

WON, LOST = "won", "lost"
# What others call a stage that says no more than how the deal ended.
CLOSED = {
    **dict.fromkeys(("won", "closed won", "gagné", "gagnée", "gagne", "conclu"), WON),
    **dict.fromkeys(("lost", "closed lost", "perdu", "perdue"), LOST),
}

BY_NAME = frozenset({"name", "full_name"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person chose: how records are recognised, and what becomes of those that are there already."""

    module: str
    match_by: str
    existing: str = UPDATE_EXISTING
    create_accounts: bool = False
    by_account: bool = False  # whether the account is part of what a contact's or a deal's name means
    constants: Mapping[str, str] = field(default_factory=dict)  # what fields hold that no cell of the row fills


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
class Stage:
    """A stage of a pipeline, under the keys of their names. The default pipeline's come first."""

    id: int
    key: str
    category: str
    pipeline_id: int
    pipeline_key: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows about a batch of rows. `awaited` are accounts that the file itself will have made."""

    by_key: Mapping[str, Sequence[Match]]
    records: Mapping[str, Mapping[str, Sequence[int]]]  # module → name key → ids
    people: Mapping[str, Sequence[int]]  # e-mail or full name, as a name key → user ids of members
    currencies: frozenset[str]
    stages: Sequence[Stage] = ()
    lost_reasons: Mapping[str, int] = field(default_factory=dict)  # name key → id
    awaited: frozenset[str] = frozenset()
    hidden: frozenset[tuple[str, str]] = frozenset()  # (module, name key) of what is there, but not for them to see


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
    if rules.module == CONTACTS:
        by_name = "who:" + name_key(full_name(values))
    else:
        by_name = "name:" + name_key(values.get("name") or "")
    if rules.by_account:
        by_name += f"|{account or ''}"
    if rules.match_by in BY_NAME:
        return Keys(main=by_name, name=by_name)
    value = values.get(rules.match_by) or ""
    shape = site_key(value) if rules.match_by == "website" else name_key(value)
    return Keys(main=f"{rules.match_by}:{shape}" if shape else "", name=by_name)


def judge(row: Parsed, rules: Rules, known: Known, seen: Seen, fields: Fields) -> Decision:
    """Decide one row, and note in `seen` what it claims."""
    decision = Decision(REFUSE, problems=list(row.problems))
    if row.problems:
        return decision
    account = _resolve(row, rules, known, decision, fields)
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


def _resolve(row: Parsed, rules: Rules, known: Known, decision: Decision, fields: Fields) -> str | int | None:
    """Turn the names in a row's values into ids. Answers what identifies its account."""
    account: str | int | None = None
    for name, value in row.values.items():
        spec = fields.get(name)
        if spec is None:
            decision.problems.append(Problem("no_such_field", name))
        elif spec.kind == PERSON:
            found = known.people.get(name_key(value), ()) if value else ()
            decision.values[spec.column] = _one(found, "member", name, value, decision) if value else None
        elif spec.kind == RECORD:
            linked = _linked(spec, value, rules, known, decision) if value else None
            account = linked if name == "account" else account
            if isinstance(linked, str):
                decision.awaits = name
            else:
                decision.values[spec.column] = linked
        elif spec.kind == CURRENCY and value not in known.currencies:
            decision.problems.append(Problem("currency_not_in_use", name, {"value": value}))
        elif spec.kind != LISTED:
            decision.values[name] = value
    if "stage" in fields:
        _place(row, rules, known, decision)
    return account


def _linked(spec: Field, value: str, rules: Rules, known: Known, decision: Decision) -> str | int | None:
    """The id of the record that a name means, or the key of an account that is yet to be created."""
    key = name_key(value)
    found = known.records.get(spec.to, {}).get(key, ())
    if not found and spec.to == ACCOUNTS and key in known.awaited:
        return f"new:{key}"
    if not found and (spec.to, key) in known.hidden:
        decision.problems.append(Problem("not_visible", spec.name, {}))
        return None
    if not found and spec.to == ACCOUNTS and rules.create_accounts and rules.module != ACCOUNTS:
        decision.new_account = value
        return f"new:{key}"
    return _one(found, spec.to.removesuffix("s"), spec.name, value, decision)


def _place(row: Parsed, rules: Rules, known: Known, decision: Decision) -> None:
    """Where a deal stands: its pipeline, its stage, and, if it is lost, why."""

    def said(name: str) -> str:
        return row.values.get(name) or rules.constants.get(name) or ""

    stages = known.stages
    if pipeline := said("pipeline"):
        stages = [stage for stage in stages if stage.pipeline_key == name_key(pipeline)]
        if not stages:
            decision.problems.append(Problem("no_such_pipeline", "pipeline", {"value": pipeline[:60]}))
            return
        decision.values["pipeline_id"] = stages[0].pipeline_id
    stage: Stage | None = None
    if wanted := said("stage"):
        stage = _stage(stages, wanted)
        if stage is None:
            decision.problems.append(Problem("no_such_stage", "stage", {"value": wanted[:60]}))
            return
        decision.values["stage_id"] = stage.id
    reason = row.values.get("lost_reason") or ""
    if not reason and stage is not None and stage.category == LOST:
        reason = rules.constants.get("lost_reason", "")
    if reason:
        found = known.lost_reasons.get(name_key(reason))
        if found is None:
            decision.problems.append(Problem("no_such_lost_reason", "lost_reason", {"value": reason[:60]}))
        else:
            decision.values["lost_reason_id"] = found


def _stage(stages: Sequence[Stage], wanted: str) -> Stage | None:
    """The stage of that name; else the only won, or the only lost one of its pipeline, if the name just says so."""
    key = name_key(wanted)
    named = next((stage for stage in stages if stage.key == key), None)
    if named is not None or not stages:
        return named
    category = CLOSED.get(key)
    of_first = [stage for stage in stages if stage.pipeline_id == stages[0].pipeline_id]
    meant = [stage for stage in of_first if stage.category == category]
    return meant[0] if len(meant) == 1 else None


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
