"""A custom value in words: as pages show it, as its control holds it, as files hold it; and read back from a file."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from finsuite.kernel import formats
from finsuite.kernel.custom_fields.kinds import NUMBERS, FieldDefinition, Kind
from finsuite.kernel.custom_fields.values import fault, python_of
from finsuite.kernel.errors import Refused

# How a column of a file writes its numbers and days; "" where each cell must speak for itself.
POINT, COMMA = ".", ","
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"

_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f'’]")
_DAY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)
_YES = frozenset({"1", "yes", "y", "true", "t", "x", "oui", "o", "vrai", "v", "on"})
_NO = frozenset({"0", "no", "n", "false", "f", "non", "faux", "off"})


def shown(field: FieldDefinition, value: Any, *, currency: str = "") -> str:
    """The value as a page says it; "" where there is none."""
    if field.kind == Kind.YES_NO:
        return _("Yes") if value else _("No")
    if value is None or value == []:
        return ""
    told = python_of(field, value)
    match field.kind:
        case Kind.INTEGER:
            return formats.number(told)
        case Kind.MONEY if currency:
            return formats.amount(told, currency)
        case Kind.DECIMAL | Kind.MONEY:
            return formats.exact(told)
        case Kind.DATE:
            return formats.day(told)
        case Kind.MOMENT:
            return formats.moment(told)
    return told_plainly(field, value)


def told_plainly(field: FieldDefinition, value: Any) -> str:
    """The value as a file holds it: choices by their labels, numbers and days as programs write them.

    `read_text` reads it as the same value.
    """
    if field.kind == Kind.YES_NO:
        return "true" if value else "false"
    if value is None:
        return ""
    if field.kind == Kind.CHOICES:
        return "; ".join(_label(field, key) for key in value)
    return _label(field, value) if field.kind == Kind.CHOICE else str(value)


def cell_of(field: FieldDefinition, value: Any) -> Any:
    """A value in a file: numbers, days and moments as such; the rest in words that an import reads back."""
    if value is not None and (field.kind in NUMBERS or field.kind in (Kind.DATE, Kind.MOMENT)):
        return python_of(field, value)
    return told_plainly(field, value) if value is not None else ""


def typed(field: FieldDefinition, value: Any) -> str:
    """The value as its control sends it; several choices with commas between them."""
    if value is None or value is False or value == []:
        return ""
    if value is True:
        return "on"
    if field.kind in NUMBERS:
        return formats.typed(Decimal(value))
    if field.kind == Kind.MOMENT:
        local = timezone.localtime(python_of(field, value)).replace(tzinfo=None)
        return local.isoformat(timespec="seconds" if local.second else "minutes")
    return ",".join(value) if field.kind == Kind.CHOICES else str(value)


def read_text(field: FieldDefinition, text: str, way: str = "") -> Any:
    """What a cell of a file says, ready for `values.clean`; None for an empty cell, Refused for what is none.

    `way` is how the column writes: for numbers its decimal mark, for days and moments the order of day and month.
    Without it, a cell that can be read two ways is refused, not guessed. Choices are told by label or by key.
    """
    text = text.strip()
    if not text:
        return None
    match field.kind:
        case Kind.INTEGER | Kind.DECIMAL | Kind.MONEY:
            return _number(field, text, way)
        case Kind.DATE:
            return _day_of(field, text, way)
        case Kind.MOMENT:
            return _moment_of(field, text, way)
        case Kind.YES_NO:
            word = text.casefold()
            if word not in _YES | _NO:
                raise fault(field, _("%(field)s must be yes or no; “%(text)s” is neither."), text=_short(text))
            return word in _YES
        case Kind.CHOICE:
            return _key(field, text)
        case Kind.CHOICES:
            return _keys(field, text)
    return text


def _label(field: FieldDefinition, key: Any) -> str:
    option = field.options.get(key)
    return option.label if option else str(key)


def _number(field: FieldDefinition, text: str, mark: str) -> Decimal:
    core = _SPACES.sub("", text)
    try:
        if mark in (POINT, COMMA):
            group = COMMA if mark == POINT else POINT
            whole, _mark, fraction = core.partition(mark)
            if not re.fullmatch(rf"[+-]?(\d+|\d{{1,3}}(\{group}\d{{2,3}})*\{group}\d{{3}})", whole, re.ASCII):
                raise ValueError
            if fraction and not (fraction.isascii() and fraction.isdigit()):
                raise ValueError
            return Decimal(f"{whole.replace(group, '')}.{fraction or '0'}")
        return formats.parse_amount(text)
    except Refused as refused:
        raise fault(field, f"%(field)s: {refused.message.replace('%', '%%')}", refused.code) from refused
    except ValueError:
        raise fault(field, _("%(field)s: “%(text)s” is not a number."), "number", text=_short(text)) from None


def _day_of(field: FieldDefinition, text: str, order: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return _dated(field, text, order)[0]


def _moment_of(field: FieldDefinition, text: str, order: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        day, clock = _dated(field, text, order)
        moment = dt.datetime.combine(day, clock or dt.time.min)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _dated(field: FieldDefinition, text: str, order: str) -> tuple[dt.date, dt.time | None]:
    found = _DAY.fullmatch(text)
    try:
        if not found:
            raise ValueError
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if not order and first <= 12 and second <= 12 and first != second:
            sentence = _("%(field)s: “%(text)s” can be two days. Say whether the day or the month comes first.")
            raise fault(field, sentence, "ambiguous_date", text=_short(text))
        month_first = order == MONTH_FIRST or (not order and second > 12)
        day, month = (second, first) if month_first else (first, second)
        clock = dt.time.fromisoformat(found[5].zfill(5 if found[5].count(":") == 1 else 8)) if found[5] else None
        return dt.date(year, month, day), clock
    except ValueError:
        raise fault(field, _("%(field)s: “%(text)s” is not a date."), "date", text=_short(text)) from None


def _key(field: FieldDefinition, text: str) -> str:
    option = field.option_named(text)
    if option is None:
        raise fault(field, _("%(field)s has no choice “%(text)s”."), "choice", text=_short(text))
    return option.key


def _keys(field: FieldDefinition, text: str) -> list[str]:
    """A label that holds a comma is read whole; between several there are semicolons, else commas."""
    if whole := field.option_named(text):
        return [whole.key]
    parts = text.split(";") if ";" in text else text.split(",")
    return [_key(field, part.strip()) for part in parts if part.strip()]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"
