"""finsuite doesn't start while changes could go unseen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from integration import capture


@register(Tags.database)
def every_change_is_captured(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """integration.E001: a trigger of the change capture is missing or differs."""
    if not databases or sys.argv[1:2] in (["migrate"], ["sync_doctor"]):  # these two are what mends it
        return []
    found = capture.faults()
    if not found:
        return []
    return [
        Error(
            "The change capture is incomplete, so the sync would miss changes: " + "; ".join(found) + ".",
            hint="Run `manage.py sync_doctor`.",
            id="integration.E001",
        )
    ]
