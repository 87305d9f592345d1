"""Named slots on a page, so that a record's page can show what another room knows without importing it.

A page says `{% panel "crm.account.tabs" account %}`; integration/panels.py fills the slot.
A slot that nobody fills is empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Renderer = Callable[[HttpRequest, Any], str]

_slots: dict[str, list[tuple[int, Renderer]]] = defaultdict(list)


def fill(slot: str, *, order: int = 100) -> Callable[[Renderer], Renderer]:
    """Render the decorated function's HTML into this slot; lower orders come first."""

    def register(renderer: Renderer) -> Renderer:
        if all(known is not renderer for _order, known in _slots[slot]):
            _slots[slot].append((order, renderer))
            _slots[slot].sort(key=lambda entry: entry[0])
        return renderer

    return register


RowRenderer = Callable[[HttpRequest, Any, Sequence[int]], Mapping[int, str]]

_row_slots: dict[str, list[RowRenderer]] = defaultdict(list)


def fill_rows(slot: str) -> Callable[[RowRenderer], RowRenderer]:
    """Let the decorated function fill this slot of a list's rows: (request, organization, ids) → HTML by id.

    It is called once for a whole page of the list, so that its statements don't grow with the rows.
    """

    def register(renderer: RowRenderer) -> RowRenderer:
        if all(known is not renderer for known in _row_slots[slot]):
            _row_slots[slot].append(renderer)
        return renderer

    return register


def render_rows(slot: str, request: HttpRequest, organization: Any, ids: Sequence[int]) -> dict[int, SafeString]:
    """What fills this slot of these rows, by the row's id. Each renderer answers escaped HTML."""
    found = [renderer(request, organization, ids) for renderer in _row_slots[slot]] if ids else []
    return {key: mark_safe("".join(html.get(key, "") for html in found)) for key in ids if found}  # noqa: S308


def render(slot: str, request: HttpRequest, subject: Any) -> SafeString:
    """Everything that fills this slot for this subject. Each renderer answers escaped HTML (a rendered template)."""
    return mark_safe("".join(renderer(request, subject) for _order, renderer in _slots[slot]))  # noqa: S308
