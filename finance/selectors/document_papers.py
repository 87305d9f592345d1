"""What hangs on a document: its lines, comments, files, and what it said when it left the house."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

from finance.choices import DocumentKind
from finance.models import (
    Attachment,
    Bill,
    BillLine,
    Comment,
    ContactPerson,
    CreditNote,
    Customer,
    DocumentVersion,
    Draft,
    Estimate,
    Invoice,
    Organization,
    PurchaseOrder,
    SalesOrder,
)
from finance.models.documents import Document, DocumentLine
from finance.services.document_kinds import SPECS
from finsuite.kernel.errors import NotFound


def lines_of(document: Document) -> list[Any]:
    """Its lines, in their order, with their items."""
    rows = document.lines.select_related("item").order_by("position", "pk")  # type: ignore[attr-defined]
    return list(rows)


def billed_on(document: Document, lines: Sequence[Any]) -> list[tuple[Any, Customer]]:
    """The lines of a bill that customers are billed for, each with whom; no query where there are none."""
    found = [line for line in lines if getattr(line, "is_billable", False) and line.customer_id]
    ids = {line.customer_id for line in found}
    known = Customer.objects.of(document.organization).in_bulk(ids) if ids else {}
    return [(line, known[line.customer_id]) for line in found]


def all_lines(model: type[Document], document_ids: Collection[int]) -> QuerySet[Any]:
    """The lines of these documents of one kind, each one's in their order."""
    rows: QuerySet[Any] = SPECS[model.kind].line.objects.filter(document_id__in=document_ids)  # type: ignore[attr-defined]
    return rows.order_by("document_id", "position", "pk")


def lines_of_many(model: type[Document], documents: Sequence[Any]) -> dict[int, list[Any]]:
    """The lines of many documents of one kind, by the document's id, in one query."""
    found: dict[int, list[Any]] = {document.pk: [] for document in documents}
    for line in all_lines(model, found):
        found[line.document_id].append(line)
    return found


def persons_of(document: Any) -> list[ContactPerson]:
    """The customer's contact persons whom it goes to, the primary one first; no query where there are none."""
    chosen = getattr(document, "contact_person_ids", None)
    if not chosen:
        return []
    rows = ContactPerson.objects.of(document.organization).filter(customer_id=document.customer_id, pk__in=chosen)
    return list(rows.order_by("-is_primary", "id"))


def comments_of(document: Document) -> QuerySet[Comment]:
    """What was said about it, the first first."""
    rows = Comment.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk)
    return rows.select_related("author").order_by("created_at", "pk")


def counts_of(document: Document) -> dict[str, int]:
    """How many comments and files it has, in one query."""
    mine = {"organization": document.organization_id, "kind": document.kind, "record_id": document.pk}
    comments = Comment.objects.filter(**mine).values_list(Value("comments"), "pk")
    files = Attachment.objects.filter(**mine).values_list(Value("files"), "pk")
    told = [name for name, _pk in comments.union(files, all=True)]
    return {name: told.count(name) for name in ("comments", "files")}


def comment(organization: Organization, kind: str, document_id: int, comment_id: int) -> Comment:
    """One comment on this document."""
    rows = Comment.objects.of(organization).filter(kind=kind, record_id=document_id, pk=comment_id)
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such comment."))
    found.organization = organization
    return found


def files_of(document: Document) -> QuerySet[Attachment]:
    """Its files, the last first."""
    rows = Attachment.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk)
    return rows.select_related("uploaded_by").order_by("-created_at", "-pk")


def attachment(organization: Organization, kind: str, document_id: int, attachment_id: int) -> Attachment:
    """One file of this document."""
    rows = Attachment.objects.of(organization).filter(kind=kind, record_id=document_id, pk=attachment_id)
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such file."))
    found.organization = organization
    return found


def versions_of(document: Document) -> QuerySet[DocumentVersion]:
    """What it said when it was issued and after each later change, the last first."""
    rows = DocumentVersion.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk)
    return rows.order_by("-position")


def version_at(document: Document, position: int) -> tuple[DocumentVersion, Any, list[Any]]:
    """One version, and the document with its lines as it then was."""
    version = versions_of(document).filter(position=position).first()
    if version is None:
        raise NotFound(_("There is no such version."))
    return version, *as_it_was(document, version.content)


def as_it_was(document: Document, content: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The document and its lines, unsaved, with the columns that a version has kept of them."""
    spec = SPECS[document.kind]
    then: Any = spec.model(**_columns(spec.model, content))
    then.pk, then.updated_at = document.pk, document.updated_at
    then.organization = document.organization
    party = getattr(document, spec.party)
    if content.get("party", {}).get("id") == party.pk:
        party.display_name = content["party"]["name"]
        party.tax_number = content["party"]["tax_number"]
    setattr(then, spec.party, party)
    return then, [spec.line(**_columns(spec.line, row)) for row in content["lines"]]


def _columns(model: type[Document] | type[DocumentLine], content: dict[str, Any]) -> dict[str, Any]:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return {
        name: value if value is None else columns[name].to_python(value)
        for name, value in content.items()
        if name in columns
    }


def draft_of(organization: Organization, user_id: int, kind: DocumentKind, record_id: int) -> Draft | None:
    """What this person has typed into the editor and not saved."""
    rows = Draft.objects.of(organization).filter(user_id=user_id, kind=kind, record_id=record_id)
    return rows.first()


def sources_of(document: Any) -> list[Document]:
    """What this document was made of, or corrects."""
    organization = document.organization
    if isinstance(document, SalesOrder):
        return [document.estimate] if document.estimate else []
    if isinstance(document, Invoice):
        orders = SalesOrder.objects.of(organization).filter(lines__invoice_lines__document=document)
        return [*([document.estimate] if document.estimate else []), *orders.distinct().order_by("pk")]
    if isinstance(document, CreditNote):
        return [document.invoice] if document.invoice else []
    if isinstance(document, Bill):
        orders_billed = PurchaseOrder.objects.of(organization).filter(lines__bill_lines__document=document)
        return list(orders_billed.distinct().order_by("pk"))
    return []


def made_of(document: Any) -> list[Document]:
    """What was made of this document, or corrects it."""
    organization = document.organization
    if isinstance(document, Estimate):
        return [*document.sales_orders.order_by("pk"), *document.invoices.order_by("pk")]
    if isinstance(document, SalesOrder):
        rows = Invoice.objects.of(organization).filter(lines__sales_order_line__document=document)
        return list(rows.distinct().order_by("pk"))
    if isinstance(document, Invoice):
        return list(document.credit_notes.order_by("pk"))
    if isinstance(document, PurchaseOrder):
        lines = BillLine.objects.filter(purchase_order_line__document=document)
        return list(Bill.objects.of(organization).filter(pk__in=lines.values("document_id")).order_by("pk"))
    return []
