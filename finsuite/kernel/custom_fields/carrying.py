"""Which custom values a record takes over from those that it is made of. No query, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from finsuite.kernel.custom_fields.kinds import CHOOSING, FieldDefinition, Kind, value_of
from finsuite.kernel.custom_fields.values import clean
from finsuite.kernel.errors import Refused
from finsuite.kernel.text import fold


def carried(
    target: Iterable[FieldDefinition],
    source: Iterable[FieldDefinition],
    held: Sequence[Mapping[str, Any]],
    *,
    currency: str,
    theirs: str,
) -> dict[str, Any]:
    """By `cf_…` name, what a new record of the `target` fields takes over from records that hold this.

    That is what both kinds have in use under one key and as one kind, as far as no two may not share it, the records
    agree, and the new one can hold it. An empty field says nothing, an unticked box says no. Amounts are carried where
    the new record's `currency` is `theirs`.
    """
    known = {field.key: field for field in source if field.is_active}
    found: dict[str, Any] = {}
    for field in target:
        own = known.get(field.key)
        if own is None or own.kind != field.kind or not field.is_active or field.is_unique:
            continue
        if field.kind == Kind.MONEY and currency != theirs:
            continue
        value = _fitting(field, own, _agreed(own, held), currency)
        if value is not None:
            found[field.name] = value
    return found


def _agreed(field: FieldDefinition, held: Sequence[Mapping[str, Any]]) -> Any:
    """What all the records say that say something; None where they say nothing, or not the same."""
    said = [value for custom in held if (value := value_of(field, custom)) not in (None, [])]
    return said[0] if said and all(value == said[0] for value in said) else None


def _fitting(field: FieldDefinition, own: FieldDefinition, value: Any, currency: str) -> Any:
    """The value as the other field holds it; None where it can't."""
    if value is None or field.kind == Kind.YES_NO:
        return value
    if field.kind in CHOOSING:
        keys = [_choice(field, own, key) for key in ([value] if field.kind == Kind.CHOICE else value)]
        value = [key for key in field.options if key in keys]
        return (value or None) if field.kind == Kind.CHOICES else next(iter(value), None)
    try:
        return clean(field, value, currency=currency)
    except Refused:
        return None


def _choice(field: FieldDefinition, own: FieldDefinition, key: str) -> str | None:
    """The choice with this key, else the one that is called the same; only one that can still be chosen."""
    offered = {choice.key: fold(choice.label) for choice in field.open_options}
    if key in offered or key not in own.options:
        return key if key in offered else None
    label = fold(own.options[key].label)
    return next((other for other, called in offered.items() if called == label), None)
