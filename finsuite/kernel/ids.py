"""Ids as they come from outside: in addresses, forms, cookies and files."""

from __future__ import annotations

_MOST_DIGITS = 18  # all of them fit a bigint


def read_id(text: str) -> int | None:
    """The id that the text is; None for what can't be the id of any record."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
