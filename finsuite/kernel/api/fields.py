"""A record's fields as the API tells them: one table per entity, from which reading, writing, filters, ordering and the
OpenAPI schema all follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.custom_fields.kinds import PREFIX

BIGGEST_ID = 2**63 - 1
LONGEST_TEXT = 32_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_INTEGER = re.compile(r"-?[0-9]{1,19}")


class Kind(StrEnum):
    """How a field is written in JSON."""

    ID = "id"  # a record's number, its own or another's
    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    DECIMAL = "decimal"  # money and rates: a string
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TEXTS = "texts"  # a list of words
    IDS = "ids"  # a list of records' numbers
    OBJECT = "object"  # with fields of its own: `of`
    ROWS = "rows"  # a list of such objects
    JSON = "json"
    CUSTOM = "custom"  # the custom fields of a record, by key


class FieldError(Exception):
    """The value cannot be what the field holds. `inner` are the faults within it, where it has fields of its own."""

    def __init__(self, code: str, message: str, *, inner: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.inner = inner

    def faults(self, pointer: str) -> list[dict[str, str]]:
        """What is wrong with the value that stands there."""
        if not self.inner:
            return [fault(pointer, self.code, self.message)]
        return [{**each, "pointer": pointer + each["pointer"]} for each in self.inner]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `source` is its path for `.values()`, `write_as` the name under which services take it
    (a reference's is `owner_id`); `order_by` another column to sort by (a name's comparison key).

    `money` is the path of the currency that an amount is in: it is answered with that currency's decimals.
    `expand` names what `?expand=` shows in place of an id: the related record's columns. What is read `apart` takes a
    statement of its own (`Resource.attach`): one record carries it, a list does where `?expand=` names it.
    """

    kind: Kind
    source: str = ""
    write_as: str = ""
    writable: bool = False
    required: bool = False
    nullable: bool = False
    filterable: bool = False
    orderable: bool = False
    order_by: str = ""
    expand: tuple[str, ...] = ()
    max_length: int | None = None
    choices: tuple[Any, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    digits: int = 0
    places: int = 0
    money: str = ""
    of: Mapping[str, Field] | None = None  # the fields of an object, or of each row
    most: int = 100  # so many rows or ids
    apart: bool = False
    help: str = ""
    schema: Mapping[str, Any] | None = None  # what a JSON value looks like
    matches: Callable[[str, Any], Q] | None = None  # how a filter finds it that isn't a column's
    ordered: Field | None = None  # how the column is written that it is sorted by, where that is another kind

    def parse(self, value: Any) -> Any:
        """The python value of what JSON says, or FieldError."""
        if value is None:
            if self.nullable:
                return None
            raise FieldError("null", _("This must not be null."))
        return _PARSERS[self.kind](self, value)

    def parse_text(self, text: str) -> Any:
        """The python value of what a query parameter says, or FieldError."""
        if self.kind is Kind.BOOLEAN:
            if text not in ("true", "false"):
                raise FieldError("boolean", _("This must be true or false."))
            return text == "true"
        if self.kind in (Kind.INTEGER, Kind.ID) or (self.kind is Kind.CHOICE and isinstance(self.choices[0], int)):
            if not _INTEGER.fullmatch(text):
                raise FieldError("integer", _("This must be a whole number."))
            return self.parse(int(text))
        return self.parse(text)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise FieldError("text", _("This must be text."))
    if "\x00" in value:
        raise FieldError("character", _("This contains a character that cannot be kept (NUL)."))
    longest = field.max_length or LONGEST_TEXT
    if len(value) > longest:
        message = ngettext(
            "This is longer than %(count)d character.", "This is longer than %(count)d characters.", longest
        )
        raise FieldError("too_long", message % {"count": longest})
    return value


def _choice(field: Field, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int) or value not in field.choices:
        known = ", ".join(str(choice) for choice in field.choices)
        raise FieldError("choice", _("This must be one of: %(choices)s.") % {"choices": known})
    return value


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldError("integer", _("This must be a whole number."))
    least = -BIGGEST_ID if field.minimum is None else field.minimum
    most = BIGGEST_ID if field.maximum is None else field.maximum
    if not least <= value <= most:
        raise FieldError("range", _("This must lie between %(least)d and %(most)d.") % {"least": least, "most": most})
    return value


def _id(field: Field, value: Any) -> int:
    return _integer(replace(field, minimum=1, maximum=BIGGEST_ID), value)


def _decimal(field: Field, value: Any) -> Decimal:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise FieldError("decimal", _('This must be a decimal number in quotes, such as "12.50".'))
    whole, _point, fraction = value.lstrip("-").partition(".")
    if len(fraction.rstrip("0")) > field.places:
        message = ngettext(
            "This has more than %(count)d decimal.", "This has more than %(count)d decimals.", field.places
        )
        raise FieldError("precision", message % {"count": field.places})
    if len(whole.lstrip("0")) > field.digits - field.places:
        raise FieldError("range", _("This number is too large."))
    return Decimal(value)


def _boolean(field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FieldError("boolean", _("This must be true or false."))
    return value


def _date(field: Field, value: Any) -> date:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise FieldError("date", _("This must be a day such as 2026-11-21."))


def _time(field: Field, value: Any) -> datetime:
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise FieldError("time", _("This must be a moment such as 2026-11-21T18:30:00Z."))


def _texts(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > 100:
        raise FieldError("list", _("This must be a list of at most 100 words."))
    return [_text(field, item) for item in value]


def _list(field: Field, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FieldError("list", _("This must be a list."))
    if len(value) > field.most:
        raise FieldError("too_many", _("This names more than %(most)d values.") % {"most": field.most})
    return value


def _ids(field: Field, value: Any) -> list[int]:
    return [_id(field, item) for item in _list(field, value)]


def _object(field: Field, value: Any) -> dict[str, Any]:
    table = field.of or {}
    if not isinstance(value, dict):
        raise FieldError("object", _("This must be a JSON object."))
    values, found = _read_object(value, table, [name for name, inner in table.items() if inner.required])
    if found:
        raise FieldError("invalid", _("What was sent has errors."), inner=found)
    return values


def _rows(field: Field, value: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    found: list[dict[str, str]] = []
    for place, row in enumerate(_list(field, value)):
        try:
            rows.append(_object(field, row))
        except FieldError as error:
            found += error.faults(f"/{place}")
    if found:
        raise FieldError("invalid", _("What was sent has errors."), inner=found)
    return rows


def _json(field: Field, value: Any) -> Any:
    if _holds_nul(value):
        raise FieldError("character", _("This contains a character that cannot be kept (NUL)."))
    return value


def _custom(field: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FieldError("object", _("This must be an object: the custom fields' values by key."))
    return {f"{PREFIX}{key}": inner for key, inner in value.items()}


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(inner) for pair in value.items() for inner in pair)
    return isinstance(value, list) and any(_holds_nul(inner) for inner in value)


_PARSERS: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.ID: _id,
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.TEXTS: _texts,
    Kind.IDS: _ids,
    Kind.OBJECT: _object,
    Kind.ROWS: _rows,
    Kind.JSON: _json,
    Kind.CUSTOM: _custom,
}

_WHOLE = (Kind.TEXTS, Kind.IDS, Kind.OBJECT, Kind.ROWS, Kind.JSON, Kind.CUSTOM)  # nothing to compare with one value
_RANGED = (Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.TIME, Kind.ID)


def comparators(field: Field) -> tuple[str, ...]:
    """The suffixes that a filter on this field may carry; the empty one is equality."""
    if not field.filterable:
        return ()
    suffixes = [""] if field.kind not in _WHOLE else []
    if field.kind in _RANGED:
        suffixes += ["gte", "lte"]
    if suffixes and field.kind is not Kind.BOOLEAN:
        suffixes.append("in")
    if field.matches and field.kind is Kind.TEXT:
        suffixes.append("contains")
    if field.nullable:
        suffixes.append("isnull")
    return tuple(suffixes)


def of_model(
    model: type[models.Model],
    *,
    read: Collection[str] = ("id", "created_at", "updated_at"),
    write: Collection[str] = (),
    required: Collection[str] = (),
    orderable: Collection[str] = (),
    unfiltered: Collection[str] = (),
    expand: Mapping[str, tuple[str, ...]] | None = None,
    order_by: Mapping[str, str] | None = None,
) -> dict[str, Field]:
    """The table of a model's fields: `read` are shown, `write` are shown and writable, in this order.

    Everything but long text and lists can be filtered by, save what `unfiltered` names. `expand` says, for a
    reference, which columns of the other record `?expand=` shows. `order_by` gives a name's comparison key.
    """
    table: dict[str, Field] = {}
    for name in (*read, *write):
        column: Any = model._meta.get_field(name)
        known = _of_column(column)
        table[name] = replace(
            known,
            source=name,
            write_as=column.attname,
            writable=name in write,
            required=name in required,
            nullable=bool(column.null),
            filterable=name not in unfiltered and known.kind not in _WHOLE and not isinstance(column, models.TextField),
            orderable=name in orderable or name in ("id", "created_at", "updated_at"),
            order_by=(order_by or {}).get(name, ""),
            money="currency" if name in getattr(model, "money", ()) else "",
            expand=(expand or {}).get(name, ()),
            help=str(column.help_text or column.verbose_name),
        )
    return table


def _of_column(column: Any) -> Field:
    if column.is_relation or column.primary_key:
        return Field(kind=Kind.ID)
    if column.choices:
        known = tuple(value for value, _label in column.choices)
        return Field(kind=Kind.CHOICE, choices=("", *known) if column.blank and "" not in known else known)
    if isinstance(column, ArrayField) and isinstance(column.base_field, models.IntegerField):
        return Field(kind=Kind.IDS)
    if isinstance(column, ArrayField):
        return Field(kind=Kind.TEXTS, max_length=column.base_field.max_length)
    if isinstance(column, models.DecimalField):
        return Field(kind=Kind.DECIMAL, digits=column.max_digits or 0, places=column.decimal_places or 0)
    if isinstance(column, models.IntegerField):
        least, most = _RANGES.get(column.get_internal_type(), (-BIGGEST_ID, BIGGEST_ID))
        return Field(kind=Kind.INTEGER, minimum=least, maximum=most)
    if isinstance(column, models.BooleanField):
        return Field(kind=Kind.BOOLEAN)
    if isinstance(column, models.DateTimeField):
        return Field(kind=Kind.TIME)
    if isinstance(column, models.DateField):
        return Field(kind=Kind.DATE)
    if isinstance(column, models.JSONField):
        return Field(kind=Kind.JSON)
    return Field(kind=Kind.TEXT, max_length=getattr(column, "max_length", None))


_RANGES = {
    "PositiveIntegerField": (0, 2**31 - 1),
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "PositiveBigIntegerField": (0, BIGGEST_ID),
    "IntegerField": (-(2**31), 2**31 - 1),
    "SmallIntegerField": (-(2**15), 2**15 - 1),
}


def read_body(body: Any, table: Mapping[str, Field], *, required: Collection[str] = ()) -> dict[str, Any]:
    """The values that a request's body sets, by name; every fault at once, named.

    Unknown and read-only names are refused, and so is the absence of a required one.
    """
    if not isinstance(body, dict):
        raise invalid([fault("", "object", _("The body must be a JSON object."))])
    values, found = _read_object(body, table, required)
    if found:
        raise invalid(found)
    return values


def _read_object(
    given: Mapping[str, Any], table: Mapping[str, Field], required: Collection[str]
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The values that an object sets, and what is wrong with it."""
    values: dict[str, Any] = {}
    found: list[dict[str, str]] = []
    for name, value in given.items():
        field = table.get(name)
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        if field is None:
            found.append(fault(pointer, "unknown", _("There is no such field.")))
        elif not field.writable:
            found.append(fault(pointer, "read_only", _("This field cannot be set.")))
        else:
            try:
                parsed = field.parse(value)
                values |= parsed if field.kind is Kind.CUSTOM else {field.write_as or name: parsed}
            except FieldError as error:
                found += error.faults(pointer)
    found += [fault(f"/{name}", "required", _("This field is required.")) for name in required if name not in given]
    return values, found


def api_name(table: Mapping[str, Field], name: str) -> str:
    """A field as the API names it, where a service says `owner_id`, or `lines/0/item_id` of a row."""
    first, _slash, rest = name.partition("/")
    for told, field in table.items():
        if field.write_as == first:
            place, _slash, inner = rest.partition("/")
            if field.of and inner:
                rest = f"{place}/{api_name(field.of, inner)}"
            return f"{told}/{rest}" if rest else told
    return f"custom_fields/{name.removeprefix(PREFIX)}" if name.startswith(PREFIX) else name
