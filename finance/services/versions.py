"""Keeping what a document said when it left the house, and after each change since."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Max

from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.models import DocumentVersion, Organization
from finance.models.documents import Document, DocumentLine
from finance.services import chain
from finsuite.kernel.actors import Actor

LEFT_OUT = frozenset({"id", "organization", "search_text", "created_at", "updated_at", "custom"})
LINE_LEFT_OUT = frozenset({"id", "document", "custom"})


def keep_version(
    *, actor: Actor, document: Document, lines: Sequence[DocumentLine], event: ChainEvent = ChainEvent.CHANGED
) -> DocumentVersion:
    """Keep the document as it is now: its fields, its party, the organization, its lines."""
    return keep_content(
        actor=actor,
        organization=document.organization,
        kind=document.kind,
        record_id=document.pk,
        number=document.number,
        content=content_of(document, lines),
        event=event,
    )


def keep_content(
    *,
    actor: Actor,
    organization: Organization,
    kind: Kind,
    record_id: int,
    number: str,
    content: dict[str, Any],
    event: ChainEvent,
) -> DocumentVersion:
    """Keep what a record says, and chain it to what was issued before it where its kind is chained."""
    last = 0
    if event != ChainEvent.ISSUED:  # which is always the first
        rows = DocumentVersion.objects.of(organization).filter(kind=kind, record_id=record_id)
        last = rows.aggregate(last=Max("position"))["last"] or 0
    version = DocumentVersion.objects.create(
        organization=organization,
        kind=kind,
        record_id=record_id,
        position=last + 1,
        user_id=actor.user_id,
        actor_label=actor.label[:250],
        content=content,
    )
    if kind in chain.CHAINED:
        chain.append(version=version, number=number, event=event)
    return version


def content_of(document: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """Everything that the document says, as text: what a hash can be taken of and a page can be drawn from."""
    organization, party = document.organization, getattr(document, type(document).party_field)  # type: ignore[attr-defined]
    return {
        "issuer": {"name": organization.name, "country": organization.country},
        "party": {"id": party.pk, "name": party.display_name, "tax_number": party.tax_number},
        **columns_of(document, LEFT_OUT),
        "lines": [columns_of(line, LINE_LEFT_OUT) for line in lines],
    }


def columns_of(record: Any, left_out: frozenset[str]) -> dict[str, Any]:
    """The record's columns but these, as a version keeps them: the same whether just written or read again."""
    return {
        field.attname: plain(field, getattr(record, field.attname))
        for field in record._meta.concrete_fields
        if field.name not in left_out
    }


def plain(field: models.Field[Any, Any], value: Any) -> Any:
    """A column's value as a version keeps it."""
    if isinstance(field, models.DecimalField) and value is not None:
        return f"{(Decimal(value) + 0).normalize():f}"  # 150, whatever the decimals it is kept with
    return value if value is None or isinstance(value, (bool, int, str, list, dict)) else str(value)
