"""What two records of one file can't both be: each was rehearsed without the other. The later one is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from finance.choices import ImportedKind
from finance.models import ImportJob, ImportRow
from finance.services.import_fields import Table
from finsuite.kernel.bulk import update_many
from finsuite.kernel.custom_fields.kinds import TEXTS, FieldDefinition
from finsuite.kernel.custom_fields.tables import LONGEST_INDEXED
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.tables import ImportOutcome
from finsuite.kernel.text import fold, name_key

NAMED_ONCE = (ImportedKind.CUSTOMER, ImportedKind.VENDOR)
EXTENDED = (*NAMED_ONCE, ImportedKind.ITEM)


def refuse_namesakes(job: ImportJob) -> Counter[str]:
    """Refuse what would be a second new customer or vendor of one name; answers how many of which outcome."""
    first: dict[tuple[str, str], int] = {}
    found = []
    created = ImportRow.objects.filter(job=job, outcome=ImportOutcome.CREATE, kind__in=NAMED_ONCE).order_by("line")
    for row in created.only("kind", "label", "line", "outcome").iterator():
        earlier = first.setdefault((row.kind, name_key(row.label)), row.line)
        if earlier != row.line:
            found.append((row, [Problem("duplicate", "", {"line": earlier})]))
    return _refuse(found)


def refuse_same_values(job: ImportJob, table: Table) -> Counter[str]:
    """Refuse what would hold the same as an earlier record of the file in a custom field that no two may share."""
    unique = {kind: [one for one in table.of(kind).definitions.values() if one.is_unique] for kind in EXTENDED}
    if not any(unique.values()):
        return Counter()
    first: dict[tuple[str, str, Any], ImportRow] = {}
    found = []
    written = ImportRow.objects.filter(job=job, outcome__in=(ImportOutcome.CREATE, ImportOutcome.UPDATE))
    rows = written.filter(kind__in=unique).order_by("line").only("kind", "line", "outcome", "values", "record_id")
    for row in rows.iterator():
        held = [
            (row.kind, one.name, _compared(one, row.values.get(one.name))) for one in unique[ImportedKind(row.kind)]
        ]
        problems = [
            Problem("same_value", key[1], {"line": earlier.line})
            for key in held
            if key[2] is not None and (earlier := first.get(key)) is not None and not _is_same(earlier, row)
        ]
        if problems:
            found.append((row, problems))
            continue
        for key in held:
            first.setdefault(key, row)
    return _refuse(found)


def _compared(field: FieldDefinition, value: Any) -> Any:
    """The value as the database compares it: texts without capitals and accents."""
    return fold(value)[:LONGEST_INDEXED] if field.kind in TEXTS and value is not None else value


def _is_same(one: ImportRow, other: ImportRow) -> bool:
    return one.record_id is not None and one.record_id == other.record_id


def _refuse(found: Iterable[tuple[ImportRow, list[Problem]]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    rows = []
    for row, problems in found:
        counts[row.outcome] += 1
        told = [problem.as_json() for problem in problems]
        rows.append(ImportRow(pk=row.pk, outcome=ImportOutcome.REFUSE, values={}, parts=[], problems=told))
    if rows:
        update_many(rows, ("outcome", "values", "parts", "problems"))
    return counts
