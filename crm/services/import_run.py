"""The run: doing what the dry run has shown, a batch at a time, each with its rows' results in one transaction.

A row is judged again before it is written. What has changed since the dry run is refused, with the reason, rather than
done unseen; a worker that dies leaves whole batches behind, and the next one goes on after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

import audit.services
from crm.access import of_actor
from crm.imports.fields import ACCOUNTS
from crm.imports.judge import CREATE, REFUSE, SKIP, UPDATE, Decision, Rules, Seen, judge
from crm.models import ImportJob, ImportResult, ImportRow, ImportState
from crm.selectors.import_known import Setting, known_of, setting_of
from crm.services import records
from crm.services.deal_lines import add_first_lines
from crm.services.import_changes import Names, actor_of, kind_of, refusals, rules_of, same_changes
from crm.services.import_deals import take_products
from crm.services.import_fields import Table, tables_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.rows import Parsed, thawed

BATCH = 1_000
_WRITTEN = ("result", "record_id", "version", "changes", "problems")

Decided = tuple[ImportRow, Decision]


@dataclass(frozen=True)
class _Run:
    """What stays the same within one batch."""

    job: ImportJob
    actor: Actor
    setting: Setting
    tables: Mapping[str, Table]  # by module


@transaction.atomic
def run_batch(job_id: int) -> bool:
    """Do the next batch of the import. Answers whether there may be more."""
    job = (
        ImportJob.objects.select_for_update(of=("self",))
        .select_related("organization", "acting")
        .filter(pk=job_id, state=ImportState.RUNNING)
        .first()
    )
    if job is None:
        return False
    rows = _next_rows(job)
    with translation.override(job.acting.language if job.acting else None):
        actor = actor_of(job)
        setting = setting_of(of_actor(actor, job.organization), job.module)
        run = _Run(job, actor, setting, tables_of(job))
        for module in run.tables:  # the accounts that others hang on come first
            part = [row for row in rows if row.module == module]
            if part:
                _do(run, module, part)
        update_many(rows, _WRITTEN)
        _advance(run, rows)
    return bool(rows)


def _next_rows(job: ImportJob) -> list[ImportRow]:
    """The next rows that write something: of one wave, and the two of one line together."""
    after = Q(wave=job.wave, line__gt=job.line) | Q(wave__gt=job.wave)
    rows = list(
        ImportRow.objects.filter(after, job=job, wave__gte=job.wave, outcome__in=(CREATE, UPDATE)).order_by(
            "wave", "line", "module"
        )[:BATCH]
    )
    if len(rows) == BATCH:
        end = (rows[-1].wave, rows[-1].line)
        rows = [row for row in rows if (row.wave, row.line) != end]
    return [row for row in rows if row.wave == rows[0].wave]


def _do(run: _Run, module: str, rows: Sequence[ImportRow]) -> None:
    """Judge these rows again and write what still is as it was shown."""
    records.take_turns(run.job.organization)
    rules = _rules(run.job, module)
    table = run.tables[module]
    parsed = [Parsed(row.line, thawed(table, row.values)) for row in rows]
    known = known_of(run.setting, rules, parsed, table)
    seen = Seen()
    decided = [(row, judge(values, rules, known, seen, table)) for row, values in zip(rows, parsed, strict=True)]
    for row, decision in decided:
        if decision.outcome == REFUSE:
            _refuse(row, decision.problems)
        elif decision.outcome == SKIP:
            row.result = ImportResult.SKIPPED if module == run.job.module else ImportResult.UNCHANGED
        elif row.outcome == UPDATE and (decision.outcome != UPDATE or decision.record_id != row.record_id):
            _refuse(row, [Problem("gone")])
    _create(run, module, [pair for pair in decided if not pair[0].result and pair[1].outcome == CREATE])
    _update(run, module, [pair for pair in decided if not pair[0].result and pair[1].outcome == UPDATE])


def _rules(job: ImportJob, module: str) -> Rules:
    """The person's rules. Every account that the file lacks has a row of its own by now, and comes before."""
    if module == job.module:
        return replace(rules_of(job), create_accounts=False)
    return Rules(module=ACCOUNTS, match_by="name", existing="skip")


def _create(run: _Run, module: str, decided: Sequence[Decided]) -> None:
    if not decided:
        return
    products = take_products(run.setting.access, [decision for _row, decision in decided])
    for row, decision in decided:
        if decision.outcome == REFUSE:
            _refuse(row, decision.problems)
    decided = [pair for pair in decided if pair[1].outcome == CREATE]
    made = records.create(
        kind_of(module),
        actor=run.actor,
        organization=run.job.organization,
        rows=[decision.values for _row, decision in decided],
    )
    with_product = [
        (record, products[id(decision)])
        for (_row, decision), record in zip(decided, made, strict=True)
        if id(decision) in products and not isinstance(record, Refused)
    ]
    add_first_lines(actor=run.actor, organization=run.job.organization, pairs=with_product)
    for (row, _decision), record in zip(decided, made, strict=True):
        if isinstance(record, Refused):
            _refuse(row, refusals(record))
        else:
            row.result, row.record_id, row.version = ImportResult.CREATED, record.pk, record.updated_at


def _update(run: _Run, module: str, decided: Sequence[Decided]) -> None:
    """Update the records that would change exactly as shown; those that are already so are left alone."""
    if not decided:
        return
    kind, access = kind_of(module), run.setting.access
    take_products(access, [decision for _row, decision in decided])
    changes = [(decision.record_id or 0, decision.values) for _row, decision in decided]
    ids = [key for key, _values in changes]
    records.hold(kind, access=access, ids=ids)
    plans = records.plan(kind, actor=run.actor, access=access, changes=changes)
    names = Names.of(run.setting, run.tables[module], [plan.change for plan in plans if not isinstance(plan, Refused)])
    agreed: list[Decided] = []
    for (row, decision), plan in zip(decided, plans, strict=True):
        if isinstance(plan, Refused):
            _refuse(row, refusals(plan))
            continue
        now = names.kept(plan.change)
        if not now:
            row.result, row.record_id = ImportResult.UNCHANGED, decision.record_id
        elif row.outcome == CREATE or not same_changes(row.changes, now):
            _refuse(row, [Problem("appeared" if row.outcome == CREATE else "changed")])
        else:
            row.changes = now
            agreed.append((row, decision))
    written = records.update(
        kind,
        actor=run.actor,
        organization=access.organization,
        changes=[(decision.record_id or 0, decision.values) for _row, decision in agreed],
    )
    for (row, _decision), record in zip(agreed, written, strict=True):
        if isinstance(record, Refused):
            _refuse(row, refusals(record))
        else:
            row.result, row.version = ImportResult.UPDATED, record.updated_at


def _refuse(row: ImportRow, problems: Sequence[Problem]) -> None:
    row.result = ImportResult.REFUSED
    row.problems = [problem.as_json() for problem in problems]


def _advance(run: _Run, rows: Sequence[ImportRow]) -> None:
    """Note how far it has come, and what came of it; without rows left, it is done."""
    job = run.job
    counts = Counter(job.results)
    for row in rows:
        if row.module == job.module:
            counts[row.result] += 1
        elif row.result == ImportResult.CREATED:
            counts["accounts"] += 1
    if rows:
        job.wave, job.line = rows[-1].wave, rows[-1].line
        todo = job.counts.get("create", 0) + job.counts.get("update", 0)
        done = sum(counts[result] for result in ImportResult.values)
        job.progress = min(99, done * 100 // max(todo, 1))
    else:
        counts.update(
            unchanged=job.counts.get("unchanged", 0),
            skipped=job.counts.get("skip", 0),
            refused=job.counts.get("refuse", 0),
        )
        job.state, job.progress, job.finished_at = ImportState.DONE, 100, timezone.now()
        audit.services.record(
            actor=run.actor, tenant=job.organization.tenant, subject=job, verb="finished", after=dict(counts)
        )
    job.results = dict(counts)
    job.save()
