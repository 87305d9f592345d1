"""Reading documents in lists: what narrows them, their order, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, DateField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_date

from finance.models import Organization
from finance.models.documents import Document
from finance.selectors.shown import in_status
from finsuite.kernel import terms
from finsuite.kernel.ids import read_id

NEVER = date(9999, 12, 31)  # where what has no such day is sorted
UNCOUNTED = ("void", "cancelled")  # what nobody owes, or ever will

SORTS = ("-date", "date", "number", "-number", "until", "-until", "party", "-party", "total", "-total")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of documents is narrowed to."""

    status: str = ""
    search: str = ""
    party_id: int | None = None
    since: date | None = None
    to: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


@dataclass(frozen=True, kw_only=True)
class CurrencySum:
    """What the listed documents of one currency come to; what is void isn't counted."""

    currency: str
    count: int
    total: Decimal
    balance: Decimal | None
    total_base: Decimal


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a list comes to: a sum for each currency, and all of them in base currency at each document's own rate."""

    currencies: list[CurrencySum]

    @property
    def total_base(self) -> Decimal:
        return sum((one.total_base for one in self.currencies), Decimal(0))

    @property
    def count(self) -> int:
        return sum(one.count for one in self.currencies)


def documents(model: type[Document], organization: Organization, filters: Filters, today: date) -> QuerySet[Any]:
    """The organization's documents of this kind that pass the filters, unsorted, with their customers or vendors."""
    found: QuerySet[Any] = model.objects.of(organization).select_related(model.party_field)  # type: ignore[attr-defined]
    if filters.status:
        found = in_status(found, filters.status, today)
    if filters.party_id is not None:
        found = found.filter(**{f"{model.party_field}_id": filters.party_id})  # type: ignore[attr-defined]
    if filters.since is not None:
        found = found.filter(date__gte=filters.since)
    if filters.to is not None:
        found = found.filter(date__lte=filters.to)
    return search(found, filters.search)


def search(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose number, reference or party hold every word, whatever its case and accents."""
    kept = Q()
    for word in terms.read(text).words:
        kept &= Q(search_text__contains=terms.pattern(word))
    return found.filter(kept)


def sorted_by(found: QuerySet[Any], sort: str) -> QuerySet[Any]:
    """The documents in this order; the last made first among equals."""
    column = _column(found.model, sort)
    if column == "until_key":
        found = found.annotate(until_key=_until(found.model))
    minus = "-" if sort.startswith("-") else ""
    return found.order_by(f"{minus}{column}", f"{minus}id")


def slice_of(found: QuerySet[Any], *, sort: str, after: str, size: int) -> tuple[list[Any], str]:
    """The next so many documents in this order, after the given mark, and the mark to go on from ("" at the end)."""
    column = _column(found.model, sort)
    found = sorted_by(found, sort)
    if after:
        found = _beyond(found, column, after, "lt" if sort.startswith("-") else "gt")
    rows = list(found[: size + 1])
    more = len(rows) > size
    return rows[:size], _mark(rows[size - 1], column) if more else ""


def sums_of(found: QuerySet[Any]) -> Sums:
    """What all of them come to, currency by currency."""
    has_balance = found.model.open_field == "balance"
    counted: dict[str, Any] = {"count": Count("pk"), "sum": Sum("total"), "base": Sum("total_base")}
    if has_balance:
        counted["open"] = Sum("balance")
    rows = found.exclude(status__in=UNCOUNTED).order_by().values("currency").annotate(**counted).order_by("currency")
    return Sums(
        currencies=[
            CurrencySum(
                currency=row["currency"],
                count=row["count"],
                total=row["sum"],
                balance=row.get("open"),
                total_base=row["base"],
            )
            for row in rows
        ]
    )


def find(model: type[Document], organization: Organization, text: str, limit: int) -> list[Any]:
    """The documents that match, the latest first."""
    if not terms.read(text):
        return []
    rows = model.objects.of(organization).select_related(model.party_field)  # type: ignore[attr-defined]
    return list(search(rows, text).order_by("-date", "-id")[:limit])


def without_status(filters: Filters) -> Filters:
    """The same, whatever their state."""
    return replace(filters, status="")


def _column(model: type[Document], sort: str) -> str:
    name = sort.removeprefix("-")
    party: str = model.party_field  # type: ignore[attr-defined]
    return {"until": "until_key", "party": f"{party}__sort_key", "total": "total_base"}.get(name, name)


def _until(model: type[Document]) -> Coalesce:
    return Coalesce(model.until_field, Value(NEVER), output_field=DateField())


def _mark(last: Any, column: str) -> str:
    value = last
    for part in column.split("__"):
        value = getattr(value, part)
    return f"{last.pk}~{value}"


def _beyond(found: QuerySet[Any], column: str, after: str, comparison: str) -> QuerySet[Any]:
    """Those behind the mark; a mark that is none of ours is as if absent."""
    key, _tilde, text = after.partition("~")
    pk, value = read_id(key), _read(column, text)
    if pk is None or value is None:
        return found
    tied = Q(**{column: value, f"id__{comparison}": pk})
    # The second condition says the same once more, in a form that the index can start from.
    return found.filter(tied | Q(**{f"{column}__{comparison}": value}), **{f"{column}__{comparison}e": value})


def _read(column: str, text: str) -> Any:
    if column in ("date", "until_key"):
        try:
            return parse_date(text)
        except ValueError:
            return None
    if column == "total_base":
        try:
            value = Decimal(text)
        except InvalidOperation:
            return None
        return value if value.is_finite() and abs(value) < 10**17 else None
    return text.replace("\x00", "")
