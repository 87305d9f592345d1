"""Reading customers: lists, search, one customer, and what is free or taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When
from django.utils.dateparse import parse_datetime

from finance.choices import CustomerKind, Status
from finance.models import ContactPerson, Customer, Item, Organization, SearchWord, Vendor
from finance.selectors.documents import customer_ids_with_documents
from finsuite.kernel import terms, words
from finsuite.kernel.ids import read_id
from finsuite.kernel.text import fold, name_key

N = TypeVar("N", Customer, Vendor, Item)

MOST_WORDS = 8
BEGINNING, RECENT, OTHERS = 60, 500, 300  # so many of each sort are looked at for the best

SORTS = {
    "name": ("sort_key", "id"),
    "-name": ("-sort_key", "-id"),
    "number": ("id",),  # numbers are given in order, and as text they sort wrong beyond 99999
    "-number": ("-id",),
    "updated": ("updated_at", "id"),
    "-updated": ("-updated_at", "-id"),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list of customers is narrowed to."""

    kind: str = ""
    status: str = ""
    search: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.kind or self.status or self.search)


def customers(organization: Organization, filters: Filters = Filters()) -> QuerySet[Customer]:
    """The organization's customers that pass the filters, unsorted."""
    found = Customer.objects.of(organization)
    if filters.kind in CustomerKind.values:
        found = found.filter(kind=filters.kind)
    if filters.status in Status.values:
        found = found.filter(status=filters.status)
    return search(found, filters.search)


def slice_of(
    found: QuerySet[N], *, sort: str, after: str, size: int, sorts: Mapping[str, Sequence[str]] = SORTS
) -> tuple[list[N], str]:
    """The next so many records in this order, after the given mark, and the mark to go on from ("" at the end)."""
    columns = sorts[sort]
    if after:
        found = _beyond(found, columns, after)
    rows = list(found.order_by(*columns)[: size + 1])
    more = len(rows) > size
    return rows[:size], _mark(rows[size - 1], columns) if more else ""


def _mark(last: Customer | Vendor | Item, columns: Sequence[str]) -> str:
    first = getattr(last, columns[0].removeprefix("-"))
    told = first.isoformat() if isinstance(first, datetime) else str(first)
    return f"{last.pk}~{told}"


def _beyond(found: QuerySet[N], columns: Sequence[str], after: str) -> QuerySet[N]:
    """Those behind the mark; a mark that is none of ours is as if absent."""
    key, _tilde, value = after.partition("~")
    name, comparison = columns[0].removeprefix("-"), "lt" if columns[0].startswith("-") else "gt"
    pk = read_id(key)
    if pk is None:
        return found
    if name == "id":
        return found.filter(**{f"id__{comparison}": pk})
    if name == "updated_at" and parse_datetime(value) is None:
        return found
    tied = Q(**{name: value, f"id__{comparison}": pk})
    # The second condition says the same once more, in a form that the index can start from.
    return found.filter(tied | Q(**{f"{name}__{comparison}": value}), **{f"{name}__{comparison}e": value})


def search(found: QuerySet[N], text: str) -> QuerySet[N]:
    """Those whose search text (names, e-mail, number, telephone…) holds every word, whatever its case and accents."""
    return found.filter(_holding(terms.read(text)))


def find(organization: Organization, text: str, limit: int) -> tuple[list[Customer], str]:
    """The customers that match, the best first; where none does, those that match what was meant, and what that is."""
    return find_named(Customer.objects.of(organization), organization, text, limit)


def find_named(rows: QuerySet[N], organization: Organization, text: str, limit: int) -> tuple[list[N], str]:
    """The same of any records with a name and a search text: customers, vendors, items."""
    typed = terms.read(text)
    if not typed:
        return [], ""
    if found := list(_ranked(rows, typed, _holding(typed))[:limit]):
        return found, ""
    near = words.meant(SearchWord, organization.pk, typed.words)
    kept = terms.corrected(typed, near)
    if not near or kept == typed:
        return [], ""
    found = list(_ranked(rows, kept, _holding(kept))[:limit])
    return found, kept.folded if found else ""


def _holding(typed: terms.Terms) -> Q:
    kept = Q()
    for word in typed.words:
        kept &= Q(search_text__contains=terms.pattern(word))
    return kept | Q(search_text__contains=typed.number) if typed.number else kept


def _ranked(rows: QuerySet[N], typed: terms.Terms, kept: Q) -> QuerySet[N]:
    """Those whose name begins so, and a bounded number of the others; the last touched first among equals."""
    begins = Q(sort_key__startswith=typed.folded)
    bare = rows.order_by().values("pk")
    candidates = (
        bare.filter(begins)
        .order_by("sort_key", "id")[:BEGINNING]
        .union(
            bare.filter(kept, pk__in=rows.order_by("-updated_at", "-id").values("pk")[:RECENT]),
            bare.filter(kept)[:OTHERS],
            all=True,
        )
    )
    rank = Case(
        When(sort_key=typed.folded, then=Value(0)),
        When(begins, then=Value(1)),
        When(sort_key__contains=f" {typed.folded}", then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return rows.filter(pk__in=candidates).order_by(rank, "-updated_at", "-id")


def contact_persons(customer: Customer) -> QuerySet[ContactPerson]:
    """The customer's contact persons, the primary one first."""
    return ContactPerson.objects.of(customer.organization_id).filter(customer=customer).order_by("-is_primary", "id")


def all_contact_persons(organization: Organization) -> QuerySet[ContactPerson]:
    """Every contact person of the organization, with their customer."""
    return ContactPerson.objects.of(organization).select_related("customer")


def search_contact_persons(found: QuerySet[ContactPerson], text: str) -> QuerySet[ContactPerson]:
    """Those whose name, e-mail, telephone or customer hold every word, whatever its case."""
    for word in name_key(text).split(" ")[:MOST_WORDS]:
        if word:
            found = found.filter(
                Q(name_key__contains=word)
                | Q(email__icontains=word)
                | Q(phone__contains=word)
                | Q(mobile__contains=word)
                | Q(customer__search_text__contains=fold(word))
            )
    return found


def ids_with_documents(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these customers that have documents: they can't be deleted, and keep their currency."""
    return customer_ids_with_documents(organization, ids)


def free_display_name(organization: Organization, name: str, *, taken: Collection[str] = ()) -> str:
    """The name itself, or with " (2)", " (3)"… the first that no customer bears where names must be unique.

    `taken` holds name keys that are about to be used besides those in the database.
    """
    if organization.allows_duplicate_names:
        return name
    width = Customer._meta.get_field("display_name").max_length or 0
    known = set(taken)
    ours = Customer.objects.of(organization)
    if name_key(name) not in known and not ours.filter(unique_key=name_key(name)).exists():
        return name
    stem = name_key(name[: width - 8])
    known |= {key for key in ours.filter(unique_key__startswith=stem).values_list("unique_key", flat=True) if key}
    for number in range(2, len(known) + 3):
        suffix = f" ({number})"
        candidate = name[: width - len(suffix)].rstrip() + suffix
        if name_key(candidate) not in known:
            return candidate
    raise AssertionError("one more candidate than known names is always free")


def customers_named(organization: Organization, name: str) -> QuerySet[Customer]:
    """Those who bear this display name, compared as matching compares it."""
    return Customer.objects.of(organization).filter(name_key=name_key(name))


def clashing_names(of: type[Customer | Vendor], organization: Organization, *, limit: int) -> list[str]:
    """The first few display names that several customers, or vendors, bear."""
    return list(
        of.objects.of(organization)
        .values("name_key")
        .annotate(bearers=Count("id"), shown=Min("display_name"))
        .filter(bearers__gt=1)
        .order_by("name_key")
        .values_list("shown", flat=True)[:limit]
    )
