"""Keeping what a document said when it left the house, and after each change since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from finance.models import DocumentVersion
from finance.models.documents import Document, DocumentLine
from finsuite.kernel.actors import Actor

LEFT_OUT = frozenset({"id", "organization", "search_text", "created_at", "updated_at", "custom"})
LINE_LEFT_OUT = frozenset({"id", "document", "custom"})


def keep_version(*, actor: Actor, document: Document, lines: Sequence[DocumentLine]) -> DocumentVersion:
    """Keep the document as it is now: its fields, its party, the organization, its lines."""
    rows = DocumentVersion.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk)
    last = rows.aggregate(last=Max("position"))["last"] or 0
    return DocumentVersion.objects.create(
        organization=document.organization,
        kind=document.kind,
        record_id=document.pk,
        position=last + 1,
        user_id=actor.user_id,
        actor_label=actor.label[:250],
        content=content_of(document, lines),
    )


def content_of(document: Document, lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """Everything that the document says, as text: what a hash can be taken of and a page can be drawn from."""
    organization, party = document.organization, getattr(document, type(document).party_field)  # type: ignore[attr-defined]
    return {
        "issuer": {"name": organization.name, "country": organization.country},
        "party": {"id": party.pk, "name": party.display_name, "tax_number": party.tax_number},
        **{name: _plain(value) for name, value in _columns(document, LEFT_OUT)},
        "lines": [{name: _plain(value) for name, value in _columns(line, LINE_LEFT_OUT)} for line in lines],
    }


def _columns(record: Any, left_out: frozenset[str]) -> list[tuple[str, Any]]:
    return [
        (field.attname, getattr(record, field.attname))
        for field in record._meta.concrete_fields
        if field.name not in left_out
    ]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, list, dict)) else str(value)
