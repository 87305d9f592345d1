"""An invoice as it would be, without making it: what comes next, whoever looks, and totals while somebody types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from finance.choices import DocumentKind
from finance.models import Organization
from finance.services.previews import preview_new
from finsuite.kernel.actors import Actor


def rehearse_invoice(
    *, organization: Organization, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> tuple[Any, list[Any]]:
    """The invoice and its lines as the clock would make them, unsaved; refused for what would be refused of them."""
    clock = Actor.system("rehearsal")
    return preview_new(actor=clock, organization=organization, kind=DocumentKind.INVOICE, values=values, lines=lines)
