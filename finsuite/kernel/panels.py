"""Named slots on a page, so that a record's page can show what another room knows without importing it.

A page says `{% panel "crm.account.tabs" account %}`; integration/panels.py fills the slot.
A slot that nobody fills is empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
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


def render(slot: str, request: HttpRequest, subject: Any) -> SafeString:
    """Everything that fills this slot for this subject. Each renderer answers escaped HTML (a rendered template)."""
    return mark_safe("".join(renderer(request, subject) for _order, renderer in _slots[slot]))  # noqa: S308
