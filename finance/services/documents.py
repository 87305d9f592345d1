"""The one way in which documents with lines are written: made, changed, deleted. Every kind goes through here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import audit.services
from finance import workflow
from finance.access import require
from finance.billables import links_of_line
from finance.choices import DocumentKind as Kind
from finance.events import DocumentCreated, DocumentDeleted, DocumentUpdated
from finance.models import Organization
from finance.models.documents import Document, DocumentLine
from finance.selectors.custom_fields import fields_to_write
from finance.services import billing, numbering
from finance.services.beginning import Given, begin, set_search, with_addresses, with_due_date
from finance.services.customer_rules import constraint_of
from finance.services.document_checks import (
    cannot_delete,
    check_editable,
    check_kept,
    check_lines_given,
    check_references,
    check_taken,
    check_total,
    in_use,
)
from finance.services.document_kinds import SPECS, Spec
from finance.services.drafting import compute, draw_lines, read_around
from finance.services.settling import refresh_balance
from finance.services.tax_treatment import follow_customer
from finance.services.versions import keep_version
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign
from finsuite.kernel.versions import require_version

BEFORE_CREATING: list[Callable[[Document], None]] = []
"""Called with a document that is about to be made, its figures known: may refuse it."""

BEFORE_UPDATING: list[Callable[[Document, Change], None]] = []
"""Called with a locked document and the change of its own fields that is about to be saved: may refuse it."""

BEFORE_DELETING: list[Callable[[Actor, Document], None]] = []
"""Called with a locked document that is about to be deleted: what it had taken of others goes back."""


@contextmanager
def refusing_number_clashes() -> Iterator[None]:
    """Word the database's refusal of a number that another document of the kind bears."""
    try:
        yield
    except IntegrityError as error:
        if not (constraint_of(error) or "").endswith("_number"):
            raise
        sentence = _("The number %(number)s is taken already.") % {"number": _taken_number(error)}
        raise Refused(sentence, code="duplicate_number", fields={"number": [sentence]}) from error


def _taken_number(error: IntegrityError) -> str:
    """The number that the database names as the last of the key that exists: `(organization_id, number)=(7, INV-2)`."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    named = re.search(r"\)=\(\d+,(?: \d+,)? (.*)\)", getattr(diagnosis, "message_detail", None) or "")
    return named[1] if named else ""


@refusing_number_clashes()
@transaction.atomic
def create_document(
    *,
    actor: Actor,
    organization: Organization,
    kind: Kind,
    values: Given,
    lines: Sequence[Given],
    drawn_from: Given | None = None,
) -> Any:
    """Make a document, as a draft; every figure of it is computed here.

    `drawn_from` is for services that make it of something else: the columns that tell of what. Required custom fields
    are asked of people who type, not of these. A line's amounts are in the document's currency; what a row of `lines`
    leaves out comes from its item.
    """
    spec = SPECS[kind]
    require(actor, organization, spec.edit)
    custom = fields_to_write(actor, organization, spec.extended, values)
    custom.is_strict = custom.is_strict and drawn_from is None
    own, extra = custom.split(values)
    document = begin(spec, organization, own)
    for name, value in (drawn_from or {}).items():
        setattr(document, name, value)
    check_lines_given(lines)
    lines = billing.fill(actor, document, lines)
    around = read_around(document, lines)
    drawn = draw_lines(spec, document, lines, around, {})
    compute(document, drawn, around.taxes)
    check_total(document)
    custom.apply(document, extra, currency=document.currency)
    refresh_balance(document)
    for check in BEFORE_CREATING:
        check(document)
    taking = billing.hold(actor, document, frozenset(), drawn)
    _set_number(spec, document)
    with custom.saving(document):
        document.save(force_insert=True)
    _insert_lines(spec, document, drawn)
    billing.book(actor, document, taking)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=document,
        verb="created",
        after=_told(spec, document, drawn),
    )
    emit(DocumentCreated(**facts_of(document, actor)))
    return document


@refusing_number_clashes()
@transaction.atomic
def update_document(
    *,
    actor: Actor,
    document: Document,
    values: Given,
    lines: Sequence[Given] | None = None,
    version: str | None = None,
) -> Any:
    """Change some of a document's fields, or its lines (None leaves them): those that no row names any more go.

    What was sent may be changed where the organization's preferences say so, and leaves a version of what it said.
    """
    spec = SPECS[document.kind]
    organization = document.organization
    require(actor, organization, spec.edit)
    document = lock(document)
    require_version(document, version)
    check_editable(document)
    if "currency" in values and values["currency"] != document.currency:
        sentence = _("A document stays in its currency, %(currency)s.") % {"currency": document.currency}
        raise Refused(sentence, code="fixed", fields={"currency": [sentence]})
    custom = fields_to_write(actor, organization, spec.extended, values)
    own, extra = custom.split(values)
    change = with_due_date(document, assign(document, own, allowed=spec.writable), own)
    check_references(spec, document, change)
    change = with_addresses(document, change, own)
    change = change.and_(follow_customer(document))
    says_more = custom.apply(document, extra, currency=document.currency)
    kept = {line.pk: line for line in lines_of(document)}
    before, was = [_line_told(line) for line in kept.values()], billing.linked(kept.values())
    if lines is None:
        lines = [{"id": pk} for pk in kept]
    check_lines_given(lines)
    lines = billing.fill(actor, document, lines)
    around = read_around(document, lines, kept.values())
    drawn = draw_lines(spec, document, lines, around, kept)
    gone = [line for pk, line in kept.items() if pk not in {line.pk for line in drawn}]
    check_kept(gone)
    check_taken(drawn)
    compute(document, drawn, around.taxes)
    check_total(document)
    after = [_line_told(line) for line in drawn]
    if not change and not says_more and before == after:
        return document
    for check in BEFORE_UPDATING:
        check(document, change)
    taking = billing.hold(actor, document, was, drawn)
    refresh_balance(document)
    if before != after:
        change = change.and_(Change({"lines": before}, {"lines": after}))
    says_otherwise = bool(change)  # custom fields are not printed
    change = change.and_(says_more)
    set_search(document)
    with custom.saving(document):
        document.save()
    _save_lines(spec, document, drawn, gone)
    billing.book(actor, document, taking)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=document,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    if document.is_issued and says_otherwise:
        keep_version(actor=actor, document=document, lines=drawn)
    emit(DocumentUpdated(**facts_of(document, actor), fields=frozenset(change.after)))
    return document


@transaction.atomic
def delete_document(*, actor: Actor, document: Document, version: str | None = None) -> None:
    """Delete a document that nothing else was made of. Its number is not given again; the history keeps it."""
    spec = SPECS[document.kind]
    require(actor, document.organization, spec.delete)
    document = lock(document)
    require_version(document, version)
    if document.status not in workflow.DELETABLE[document.kind]:
        raise Refused(cannot_delete(document), code="not_deletable")
    lines = list(lines_of(document))
    check_kept(lines)
    for give_back in BEFORE_DELETING:
        give_back(actor, document)
    facts = facts_of(document, actor)
    audit.services.record(
        actor=actor,
        tenant=document.organization.tenant,
        subject=document,
        verb="deleted",
        before=_told(spec, document, lines),
    )
    try:
        with transaction.atomic():
            spec.line.objects.filter(document=document).delete()  # type: ignore[attr-defined]
            document.delete()
    except IntegrityError as error:
        raise Refused(in_use(document), code="in_use") from error
    emit(DocumentDeleted(**facts))


def lock(document: Document) -> Document:
    """The same document as it is now, held until this transaction ends."""
    rows = type(document).objects.of(document.organization_id)
    found = rows.select_for_update(of=("self",)).select_related(type(document).party_field).filter(pk=document.pk)  # type: ignore[attr-defined]
    one = found.first()
    if one is None:
        raise NotFound(_("There is no such document."))
    one.organization = document.organization
    return one


def lines_of(document: Document) -> Sequence[DocumentLine]:
    """Its lines, in their order."""
    return list(document.lines.order_by("position", "pk"))  # type: ignore[attr-defined]


def facts_of(document: Document, actor: Actor) -> dict[str, Any]:
    """What every event of a document tells."""
    return {
        "organization_id": document.organization_id,
        "actor": actor,
        "kind": document.kind.value,
        "record_id": document.pk,
        "deal_id": document.deal_id,
        "project_id": document.project_id,
    }


def _set_number(spec: Spec, document: Document) -> None:
    """Take the next number, last of all: everybody else who makes one waits from here."""
    if document.number:
        return
    if spec.kind is Kind.BILL:
        sentence = _("Give the number that the vendor has put on the bill.")
        raise Refused(sentence, code="required", fields={"number": [sentence]})
    document.number = numbering.take_free(organization=document.organization, series=spec.series, model=spec.model)
    set_search(document)


def _insert_lines(spec: Spec, document: Document, lines: Sequence[DocumentLine]) -> None:
    for line in lines:
        line.document = document  # type: ignore[attr-defined]
    spec.line.objects.bulk_create(lines)  # type: ignore[attr-defined]


def _save_lines(spec: Spec, document: Document, lines: Sequence[DocumentLine], gone: Sequence[DocumentLine]) -> None:
    rows = spec.line.objects  # type: ignore[attr-defined]
    if gone:
        rows.filter(pk__in=[line.pk for line in gone]).delete()
    old = [line for line in lines if line.pk]
    if old:
        columns = [field.name for field in spec.line._meta.concrete_fields if field.name not in ("id", "document")]
        rows.bulk_update(old, columns)
    _insert_lines(spec, document, [line for line in lines if not line.pk])


def _told(spec: Spec, document: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """What the history tells of a document that came or went."""
    told = {name: getattr(document, name) for name in sorted(spec.writable)}
    told = {name: value for name, value in told.items() if value not in ("", None, [], {}, Decimal(0))}
    told |= named(document.custom)
    return {**told, "total": document.total, "lines": [_line_told(line) for line in lines]}


def _line_told(line: DocumentLine) -> dict[str, Any]:
    return {
        "position": line.position,
        "name": line.name,
        **({"header": line.header} if line.header else {}),
        **({"description": line.description} if line.description else {}),
        "quantity": f"{line.quantity.normalize():f}",
        "rate": f"{line.rate.normalize():f}",
        **({"discount": line.discount} if line.discount else {}),
        **({"taxes": [tax["name"] for tax in line.taxes]} if line.taxes else {}),
        **({"bills": [f"{key} {pk}" for key, pk in links]} if (links := links_of_line(line)) else {}),
        "item_total": f"{line.item_total.normalize():f}",
    }
