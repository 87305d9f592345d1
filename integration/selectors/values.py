"""Stored values as people read them."""

from __future__ import annotations

from typing import Any


def readable(value: Any) -> Any:
    """The value itself; numbers and days are stored with their type, as {"decimal": …} and {"date": …}."""
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.values()))
    return value
