"""Lists: filters, order, search, expansion and pages by cursor, each checked against the entity's table of fields.

A page is a keyset: the rows after the last one seen, in the list's order. It costs the same at the end of a large table
as at its start, and rows that are added meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from finsuite.kernel.api.fields import Field, FieldError, Kind, comparators
from finsuite.kernel.api.formats import dumps
from finsuite.kernel.api.problems import fault, invalid

PAGE = 50
BIGGEST_PAGE = 200
BIGGEST_CHOICE = 100
MOST_ORDERINGS = 3
_CONTROLS = ("limit", "cursor", "count", "search", "ordering", "expand", "deleted")


@dataclass(frozen=True)
class Order:
    """One column of the list's order."""

    name: str
    column: str
    field: Field
    descending: bool

    @property
    def term(self) -> str:
        """As a program writes it: `-updated_at`."""
        return f"-{self.name}" if self.descending else self.name

    def reversed(self) -> Order:
        """The same column, the other way."""
        return Order(self.name, self.column, self.field, not self.descending)


@dataclass(frozen=True)
class Filter:
    """One parameter that says which rows are kept, understood."""

    name: str
    field: Field
    suffix: str
    value: Any

    @property
    def kept(self) -> Q:
        """The rows that it keeps."""
        matches = self.field.matches
        if matches is None:
            return Q(**{f"{self.field.source}__{self.suffix}" if self.suffix else self.field.source: self.value})
        if self.suffix == "isnull":
            empty = matches("empty", None)
            return empty if self.value else ~empty
        return matches(_OPERATIONS.get(self.suffix, self.suffix), self.value)


_OPERATIONS = {"": "equal", "in": "among"}
_ENDS = ("gte", "lte")


@dataclass(frozen=True)
class Query:
    """What a program asks of a list, understood and checked."""

    limit: int
    orders: tuple[Order, ...]
    position: tuple[Any, ...] | None
    backwards: bool
    filters: Q
    search: str
    expand: frozenset[str]
    wants_count: bool


@dataclass(frozen=True)
class Page:
    """The rows of one page, with the cursors of the pages beside it."""

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None


def wants_deleted(parameters: QueryDict) -> bool:
    """Whether the tombstones are asked for in place of the records."""
    return bool(_flag(parameters, "deleted"))


def read_query(
    parameters: QueryDict, table: Mapping[str, Field], *, ordering: str, can_search: Collection[str]
) -> Query:
    """Understand a list's parameters; every unknown or wrong one is named in one refusal.

    `can_search` is ("search",) where the list has a search, else empty.
    """
    found: list[dict[str, str]] = []
    filters: list[Filter] = []
    for name in parameters:
        try:
            _single(parameters, name)
            if name in _CONTROLS and (name != "search" or "search" in can_search):
                continue
            filters.append(_read_filter(name, str(parameters[name]), table))
        except FieldError as error:
            found.append(fault(f"?{name}", error.code, error.message))
    if found:
        raise invalid(found, _("The list cannot be asked for like this."))
    orders = _read_ordering(parameters.get("ordering") or ordering, table)
    position, backwards = _read_cursor(parameters.get("cursor"), orders)
    return Query(
        limit=read_limit(parameters),
        orders=orders,
        position=position,
        backwards=backwards,
        filters=_filtered(filters),
        search=_read_search(parameters),
        expand=_read_expand(parameters, table),
        wants_count=bool(_flag(parameters, "count")),
    )


def read_page(rows: QuerySet[Any], query: Query, columns: Sequence[str]) -> Page:
    """One page of the rows, as plain dicts of these columns: one statement."""
    orders = tuple(order.reversed() for order in query.orders) if query.backwards else query.orders
    if query.position is not None:
        rows = rows.filter(_beyond(orders, query.position))
    keys = [order.column for order in orders]
    terms = [F(order.column).desc() if order.descending else F(order.column).asc() for order in orders]
    found = list(rows.order_by(*terms).values(*dict.fromkeys([*columns, *keys]))[: query.limit + 1])
    more = len(found) > query.limit
    del found[query.limit :]
    if query.backwards:
        found.reverse()
    before = more if query.backwards else query.position is not None
    after = query.position is not None if query.backwards else more
    return Page(
        rows=found,
        next=_write_cursor("n", query.orders, found[-1]) if found and after else None,
        previous=_write_cursor("p", query.orders, found[0]) if found and before else None,
    )


def page_url(request: HttpRequest, cursor: str | None) -> str | None:
    """The address of the page at this cursor, with the list's other parameters."""
    if cursor is None:
        return None
    others = [(name, value) for name, value in request.GET.items() if name not in ("cursor", "count")]
    return request.build_absolute_uri(f"{request.path}?{urlencode([*others, ('cursor', cursor)])}")


def read_limit(parameters: QueryDict) -> int:
    """How many rows a page has."""
    text = parameters.get("limit")
    if text is None:
        return PAGE
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= BIGGEST_PAGE):
        message = _("This must be a whole number from 1 to %(most)d.") % {"most": BIGGEST_PAGE}
        raise invalid([fault("?limit", "range", message)])
    return int(text)


def refuse_unknown(parameters: QueryDict, known: Collection[str]) -> None:
    """Raise for the first parameters that this address does not know, naming each."""
    found = [fault(f"?{name}", "unknown", _("There is no such parameter.")) for name in parameters if name not in known]
    for name in parameters:
        try:
            _single(parameters, name)
        except FieldError as error:
            found.append(fault(f"?{name}", error.code, error.message))
    if found:
        raise invalid(found)


def _single(parameters: QueryDict, name: str) -> None:
    if len(parameters.getlist(name)) > 1:
        raise FieldError("repeated", _("This parameter is given more than once."))
    if "\x00" in parameters[name]:
        raise FieldError("character", _("This contains a character that cannot be kept (NUL)."))


def _flag(parameters: QueryDict, name: str) -> bool:
    value = parameters.get(name, "false")
    if value not in ("true", "false"):
        raise invalid([fault(f"?{name}", "boolean", _("This must be true or false."))])
    return value == "true"


def _read_search(parameters: QueryDict) -> str:
    text = parameters.get("search", "").strip()
    if len(text) > 200:
        raise invalid([fault("?search", "too_long", _("This is longer than 200 characters."))])
    return text


def _read_expand(parameters: QueryDict, table: Mapping[str, Field]) -> frozenset[str]:
    names = [name for name in parameters.get("expand", "").split(",") if name]
    unknown = [name for name in names if name not in table or not (table[name].expand or table[name].apart)]
    if unknown:
        message = _("This cannot be expanded: %(names)s.") % {"names": ", ".join(unknown)}
        raise invalid([fault("?expand", "unknown", message)])
    return frozenset(names)


def _read_filter(parameter: str, text: str, table: Mapping[str, Field]) -> Filter:
    name, _sep, suffix = parameter.partition("__")
    field = table.get(name)
    if field is None or suffix not in comparators(field) or parameter.endswith("__"):
        raise FieldError("unknown", _("There is no such parameter."))
    if suffix == "isnull":
        if text not in ("true", "false"):
            raise FieldError("boolean", _("This must be true or false."))
        return Filter(name, field, suffix, text == "true")
    if suffix == "in":
        parts = text.split(",")
        if len(parts) > BIGGEST_CHOICE:
            raise FieldError("too_many", _("This names more than %(most)d values.") % {"most": BIGGEST_CHOICE})
        return Filter(name, field, suffix, [field.parse_text(part) for part in parts])
    return Filter(name, field, suffix, field.parse_text(text))


def _filtered(filters: Sequence[Filter]) -> Q:
    """What all of them keep. Both ends of a range are one question where a field is matched in its own way."""
    kept = Q()
    ranges: dict[str, list[Filter]] = {}
    for each in filters:
        if each.field.matches and each.suffix in _ENDS:
            ranges.setdefault(each.name, []).append(each)
        else:
            kept &= each.kept
    for ends in ranges.values():
        matches: Any = ends[0].field.matches
        kept &= matches("within", [(end.suffix, end.value) for end in ends])
    return kept


def _read_ordering(text: str, table: Mapping[str, Field]) -> tuple[Order, ...]:
    orders: list[Order] = []
    for term in text.split(","):
        name = term.removeprefix("-")
        field = table.get(name)
        if field is None or not field.orderable or any(order.name == name for order in orders):
            raise invalid([fault("?ordering", "unknown", _("The list cannot be ordered like this."))])
        held = field.ordered or (Field(kind=Kind.TEXT) if field.order_by else field)
        orders.append(Order(name, field.order_by or field.source, held, term.startswith("-")))
    if len(orders) > MOST_ORDERINGS:
        raise invalid([fault("?ordering", "too_many", _("The list cannot be ordered like this."))])
    if orders[-1].column != "id":
        orders.append(Order("id", "id", Field(kind=Kind.ID), orders[-1].descending))
    return tuple(orders)


def _beyond(orders: Sequence[Order], position: Sequence[Any]) -> Q:
    """The rows that come after the position. PostgreSQL puts nulls last going up and first going down."""
    beyond = Q()
    equal = Q()
    for order, value in zip(orders, position, strict=True):
        beyond |= equal & _past(order, value)
        equal &= Q(**{f"{order.column}__isnull": True}) if value is None else Q(**{order.column: value})
    first, value = orders[0], position[0]
    if value is not None and not first.field.nullable and len(orders) > 1:
        # Says the same once more, in a form that an index can start from.
        beyond &= Q(**{f"{first.column}__{'lte' if first.descending else 'gte'}": value})
    return beyond


def _past(order: Order, value: Any) -> Q:
    if value is None:
        return Q(**{f"{order.column}__isnull": False}) if order.descending else Q(pk__in=[])
    if order.descending:
        return Q(**{f"{order.column}__lt": value})
    past = Q(**{f"{order.column}__gt": value})
    return past | Q(**{f"{order.column}__isnull": True}) if order.field.nullable else past


def _write_cursor(direction: str, orders: Sequence[Order], row: Mapping[str, Any]) -> str:
    told = [direction, ",".join(order.term for order in orders), *(_tell(row[order.column]) for order in orders)]
    return base64.urlsafe_b64encode(dumps(told)).rstrip(b"=").decode()


def _read_cursor(text: str | None, orders: Sequence[Order]) -> tuple[tuple[Any, ...] | None, bool]:
    """The position that a cursor marks and whether it looks back. Nothing in it is believed before it is checked."""
    if text is None:
        return None, False
    try:
        told = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        direction, terms, *values = told
        if direction not in ("n", "p") or terms != ",".join(order.term for order in orders):
            raise ValueError
        position = tuple(_untell(order, value) for order, value in zip(orders, values, strict=True))
    except (ValueError, TypeError, KeyError, FieldError, binascii.Error) as error:
        message = _("This cursor does not belong to this list.")
        raise invalid([fault("?cursor", "invalid", message)]) from error
    return position, direction == "p"


def _tell(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _untell(order: Order, value: Any) -> Any:
    if value is None and not order.field.nullable:
        raise ValueError
    return order.field.parse(value)
