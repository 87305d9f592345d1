"""Lines of the editor that bill what was spent, and those that are billed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages

from finance.billables import columns_of
from finance.models import Customer, Organization
from finance.services.previews import preview_new
from finance.ui.documents.editor_rows import LineRow, row_of
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id

MOST_BILLED = 100


def rows_billing(editor: Any, tokens: Iterable[str], first: int = 0) -> list[LineRow]:
    """The rows that bill these things, filled in; a refusal is told on the page, and there are none."""
    lines = [columns for token in tokens if (columns := columns_of(token))]
    if not lines:
        return []
    try:
        document, drawn = preview_new(
            actor=editor.actor,
            organization=editor.organization,
            kind=editor.pages.kind,
            values=editor.values_of_new_line(),
            lines=lines,
        )
    except Refused as refused:
        for sentence in dict.fromkeys(said for told in refused.fields.values() for said in told):
            messages.error(editor.request, sentence)
        return []
    return [row_of(first + place, line, document) for place, line in enumerate(drawn)]


def name_customers(organization: Organization, rows: Sequence[LineRow]) -> None:
    """Put the names of the customers that rows are billed on to beside their ids, in one query."""
    ids = {found for row in rows if (found := read_id(row.customer_id)) is not None}
    known = Customer.objects.of(organization).in_bulk(ids) if ids else {}
    for row in rows:
        row.customer_name = str(known.get(read_id(row.customer_id) or 0) or "")
