"""What applies while a file's records are entered: whose import it is, what was chosen, and how one record ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from finance.choices import ImportedKind
from finance.imports.fields import CONTACTS, INVOICES, ITEMS
from finance.imports.reading import Entry
from finance.models import ImportedRecord, ImportJob, Organization
from finance.rights import Right
from finance.selectors.import_known import Known
from finance.services.import_fields import Table, table_of
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.errors import Conflict, DomainError, NotPermitted, Refused, TransitionRefused
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.said import said
from finsuite.kernel.imports.tables import ImportOutcome
from finsuite.kernel.text import name_key

REFUSALS = (Refused, NotPermitted, TransitionRefused, Conflict)
Changes = dict[str, dict[str, Any]]

RIGHTS: dict[str, tuple[Right, ...]] = {
    CONTACTS: (Right.EDIT_CUSTOMERS, Right.VENDORS_EDIT),
    ITEMS: (Right.ITEMS_EDIT,),
    INVOICES: (Right.SALES_EDIT,),
}
"""What it takes to import at all; what the choices take besides is in `rights_of`."""


@dataclass(frozen=True)
class Books:
    """One import at work: under whose name, into which books, by which choices."""

    job: ImportJob
    actor: Actor
    organization: Organization

    @cached_property
    def table(self) -> Table:
        """What the file can fill, read once for all the records that are entered together."""
        return table_of(self.organization, self.job.module)

    @cached_property
    def known(self) -> Known:
        """What the records of a batch ask over and over."""
        return Known(self.organization)


@dataclass
class Applied:
    """What became of one record; in a dry run, what would. `made` is what was made besides, `notes` what to know."""

    outcome: str
    kind: ImportedKind
    record: Any = None
    changes: Changes = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


class Unfit(Exception):
    """The record can't be entered, for these reasons."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(problems[0].code)
        self.problems = list(problems)


def books_of(job: ImportJob) -> Books:
    """The import, acting for the person who started what is under way."""
    if job.acting is None:
        raise NotPermitted(_("The person who started this import no longer exists."))
    return Books(job, Actor.person(job.acting, Via.IMPORT), job.organization)


def rights_of(job: ImportJob) -> list[Right]:
    """The rights that the import takes, with the choices made."""
    rights = list(RIGHTS[job.module])
    if job.module == INVOICES and job.creates_customers:
        rights.append(Right.EDIT_CUSTOMERS)
    if job.module == INVOICES and job.records_payments:
        rights.append(Right.PAYMENTS)
    if job.module != CONTACTS and job.creates_taxes:
        rights.append(Right.TAXES)
    return rights


def remember(books: Books, kind: ImportedKind, source_id: str, record: Any) -> None:
    """Keep by which id other books know the record. One that is kept already is not written again."""
    if not source_id:
        return
    rows = ImportedRecord.objects.of(books.organization).filter(kind=kind, source_id=source_id)
    known = rows.values_list("record_id", flat=True).first()
    if known is None:
        ImportedRecord.objects.create(
            organization=books.organization, kind=kind, source_id=source_id, record_id=record.pk
        )
    elif known != record.pk:
        rows.update(record_id=record.pk)


def member_of(books: Books, entry: Entry, name: str, notes: list[Problem]) -> int | None:
    """The member whom the file names in this field; who is none, or one of several, is told of and left out."""
    told = entry.values.get(name, "")
    if not told:
        return None
    found = books.known.members.get(name_key(told), [])
    if len(found) != 1:
        notes.append(Problem("no_such_person", name, {"value": told[:60]}))
        return None
    return found[0]


def one(found: Any, code: str, name: str, value: str) -> Any:
    """The only one of those found; None where there is none. Several are refused."""
    if len(found) > 1:
        raise Unfit(Problem(code, name, {"value": value[:60], "count": len(found)}))
    return found[0] if found else None


def snapshot(record: Any, names: Any) -> dict[str, Any]:
    """What the record says in these fields, as it is kept beside the row; what it refers to by its name."""
    return {name: _told(record, name) for name in names}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """The fields in which two snapshots differ."""
    return {name: {"before": before[name], "after": after[name]} for name in after if before[name] != after[name]}


def changed_outcome(changes: Changes) -> str:
    """Whether a record that is there is changed."""
    return ImportOutcome.UPDATE if changes else ImportOutcome.UNCHANGED


@contextmanager
def on_lines(lines: list[int]) -> Iterator[None]:
    """Tell what a service has against one of the lines by where it stands in the file."""
    try:
        yield
    except Refused as refused:
        raise Unfit(*_problems(refused, lines)) from refused


def problems_of(refusal: DomainError) -> list[Problem]:
    """What a record's own rules have against it."""
    return _problems(refusal, [])


def _problems(refusal: DomainError, lines: list[int]) -> list[Problem]:
    if not isinstance(refusal, Refused) or not refusal.fields:
        return [said(refusal.message)]
    found: list[Problem] = []
    for name, sentences in refusal.fields.items():
        part, _slash, rest = name.partition("/")
        place, _slash, own = rest.partition("/")
        on = {"on_line": lines[int(place)]} if part == "lines" and place.isdecimal() and int(place) < len(lines) else {}
        field_name = own.removesuffix("_ids").removesuffix("_id") if on else name.removesuffix("_id")
        found += [said(sentence, field_name, **on) for sentence in sentences]
    return found


def _told(record: Any, name: str) -> Any:
    if name.startswith(PREFIX):
        return record.custom.get(name.removeprefix(PREFIX))
    value = getattr(record, name)
    if name.endswith("_id"):
        return None if value is None else {"id": value, "name": str(getattr(record, name.removesuffix("_id")))}
    if isinstance(value, Decimal):
        return f"{(value + 0).normalize():f}"
    return value.isoformat() if isinstance(value, date) else value
