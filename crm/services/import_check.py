"""The dry run: what each row of the file would do, found out by the records' own rules, and nothing written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils import timezone, translation

from crm.access import of_actor
from crm.imports.families import Families
from crm.imports.fields import ACCOUNTS
from crm.imports.judge import CREATE, REFUSE, UNCHANGED, UPDATE, Decision, Rules, Seen, full_name, judge
from crm.models import ImportJob, ImportRow, ImportState
from crm.selectors.import_known import Setting, known_of, setting_of
from crm.services import records
from crm.services.import_changes import Changes, Names, actor_of, kind_of, refusals, rules_of, to_come
from crm.services.import_deals import take_products
from crm.services.import_fields import Table, table_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.files import chunks_of, fault_of, rows_of
from finsuite.kernel.imports.mapping import mapping_of
from finsuite.kernel.imports.problems import FileBroken, Problem
from finsuite.kernel.imports.reader import MOST_ROWS, Row, fitted
from finsuite.kernel.imports.rows import Parsed, Plan, frozen, parse_row, plan_columns
from finsuite.kernel.text import name_key

BATCH = 1_000


class Superseded(Exception):
    """A later dry run of the same import has begun; this one's findings are no use any more."""


@dataclass
class _Check:
    """One dry run on its way through the file."""

    job: ImportJob
    actor: Actor
    table: Table
    plan: Plan
    rules: Rules
    setting: Setting
    families: Families | None
    seen: Seen = field(default_factory=Seen)
    accounts: dict[str, int] = field(default_factory=dict)  # accounts to create: name key → line
    counts: Counter[str] = field(default_factory=Counter)
    read: int = 0


def check(job_id: int) -> None:
    """Do the whole dry run, from the first row. Done again after a crash, it begins again and the rest is dropped."""
    job = _claimed(job_id)
    if job is None:
        return
    with translation.override(job.acting.language if job.acting else None):
        try:
            _go_through(_prepared(job))
        except FileBroken as broken:
            _end(job, ImportState.BROKEN, broken)
        except Superseded:
            return


def _go_through(state: _Check) -> None:
    rows = rows_of(state.job, _counted(state))
    next(rows, None)
    while batch := list(islice(rows, BATCH)):
        _check_batch(state, batch)
    if not state.counts["rows"]:
        raise FileBroken("no_rows")
    _end(state.job, ImportState.CHECKED, counts=state.counts)


@transaction.atomic
def _claimed(job_id: int) -> ImportJob | None:
    """The import, if its dry run is still wanted. Whoever claimed it before writes no more."""
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("organization", "acting")
        .filter(pk=job_id, state=ImportState.CHECKING)
        .first()
    )
    if job is None:
        return None
    ImportRow.objects.filter(job=job).delete()
    job.attempt += 1
    job.save(update_fields=["attempt", "updated_at"])
    return job


def _prepared(job: ImportJob) -> _Check:
    mapping = mapping_of(job)
    width = len(job.headers)
    actor = actor_of(job)
    access = of_actor(actor, job.organization)
    table = table_of(job.organization, job.module)
    return _Check(
        job=job,
        actor=actor,
        table=table,
        plan=plan_columns(table, mapping, job.formats, width=width, blanks=job.blanks),
        rules=rules_of(job),
        setting=setting_of(access, job.module),
        families=_families(job, mapping, width) if "parent" in mapping.values() else None,
    )


def _families(job: ImportJob, mapping: dict[int, str], width: int) -> Families:
    """Who hangs on whom: read beforehand, because a parent may stand below its children."""
    column_of = {name: column for column, name in mapping.items()}
    rows = rows_of(job)
    next(rows, None)
    cells = (fitted(row, width) for row in rows)
    return Families.of(
        (name_key(found[column_of["name"]]), name_key(found[column_of["parent"]])) for found in cells if found
    )


def _counted(state: _Check) -> Iterator[bytes]:
    for chunk in chunks_of(state.job):
        state.read += len(chunk)
        yield chunk


@transaction.atomic
def _check_batch(state: _Check, batch: list[Row]) -> None:
    job = state.job
    if not ImportJob.objects.select_for_update().filter(pk=job.pk, attempt=job.attempt, state="checking").exists():
        raise Superseded
    state.counts["rows"] += len(batch)
    if state.counts["rows"] > MOST_ROWS:
        raise FileBroken("too_many_rows", most=MOST_ROWS)
    width = state.plan.width
    parsed = [parse_row(row.line, fitted(row, width), len(row.cells), state.plan) for row in batch]
    awaited = state.families.awaited if state.families else frozenset()
    known = known_of(state.setting, state.rules, parsed, state.table, awaited)
    rows = _judged(state, [(row, judge(row, state.rules, known, state.seen, state.table)) for row in parsed])
    insert_many(rows)
    state.counts.update(row.outcome for row in rows if row.module == job.module)
    progress = min(99, state.read * 100 // max(job.size, 1))
    ImportJob.objects.filter(pk=job.pk).update(progress=progress, updated_at=timezone.now())


def _judged(state: _Check, decided: list[tuple[Parsed, Decision]]) -> list[ImportRow]:
    """The rows to keep, after the records' own rules have been asked as well."""
    kind, access = kind_of(state.job.module), state.setting.access
    take_products(access, [decision for _row, decision in decided])
    new = [decision for _row, decision in decided if decision.outcome == CREATE]
    drafts = records.draft(kind, actor=state.actor, access=access, rows=[d.values for d in new])
    for decision, draft in zip(new, drafts, strict=True):
        if isinstance(draft, Refused):
            decision.outcome, decision.problems = REFUSE, refusals(draft)
    kept: dict[int, Changes] = {id(decision): {} for _row, decision in decided}
    old = [(row, decision) for row, decision in decided if decision.outcome == UPDATE]
    changes = [(decision.record_id or 0, decision.values) for _row, decision in old]
    plans = records.plan(kind, actor=state.actor, access=access, changes=changes)
    names = Names.of(state.setting, state.table, [plan.change for plan in plans if not isinstance(plan, Refused)])
    for (row, decision), plan in zip(old, plans, strict=True):
        if isinstance(plan, Refused):
            decision.outcome, decision.problems = REFUSE, refusals(plan)
            continue
        found = names.kept(plan.change)
        if decision.awaits:
            found[decision.awaits] = to_come(names.current(plan.record, decision.awaits), row.values[decision.awaits])
        kept[id(decision)] = found
        decision.outcome = UPDATE if found else UNCHANGED
    return [made for row, decision in decided for made in _rows(state, row, decision, kept[id(decision)])]


def _rows(state: _Check, row: Parsed, decision: Decision, changes: Changes) -> Iterable[ImportRow]:
    """The row to keep, after that of the account that it is the first to need."""
    job, wave = state.job, 0
    if state.families and decision.outcome == CREATE:
        found = state.families.wave(name_key(row.values["name"]))
        if found is None:
            decision.outcome, decision.problems = REFUSE, [Problem("parent_loop", "parent")]
        wave = found or 0
    writes = decision.outcome in (CREATE, UPDATE)
    account = decision.new_account if writes else ""
    if account and name_key(account) not in state.accounts:
        state.accounts[name_key(account)] = row.line
        state.counts["accounts"] += 1
        yield ImportRow(
            job=job, line=row.line, module=ACCOUNTS, label=account, outcome=CREATE, values={"name": account}
        )
    yield ImportRow(
        job=job,
        wave=wave,
        line=row.line,
        module=job.module,
        label=(row.values.get("name") or full_name(row.values))[:160],
        outcome=decision.outcome,
        values=frozen(row.values) if writes else {},
        changes=changes,
        problems=[problem.as_json() for problem in decision.problems],
        record_id=decision.record_id,
    )


@transaction.atomic
def _end(
    job: ImportJob, state: ImportState, broken: FileBroken | None = None, counts: Counter[str] | None = None
) -> None:
    held = ImportJob.objects.select_for_update().filter(pk=job.pk, attempt=job.attempt, state="checking").first()
    if held is None:
        return
    held.state, held.progress, held.counts = state, 100, dict(counts or {})
    if broken is not None:
        held.fault = fault_of(broken)
        ImportRow.objects.filter(job=held).delete()
    else:
        held.checked_at = timezone.now()
    held.save()
