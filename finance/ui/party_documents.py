"""The documents of one customer or vendor: the latest of each kind on their own page, and where one begins another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Customer, Membership, Vendor
from finance.rights import Right, allows
from finance.selectors import document_lists, payments
from finance.selectors.days import today
from finance.ui.customers import show_record as show_customer
from finance.ui.documents.pages import PAGES as DOCUMENT_PAGES
from finance.ui.documents.pages import DocumentPages
from finance.ui.documents.shown import Shown, shown
from finance.ui.pages import page
from finance.ui.payments.pages import PAGES as PAYMENT_PAGES
from finance.ui.vendors import show_record as show_vendor
from finsuite.kernel import panels

LATEST = 5


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One document or payment."""

    url: str
    number: str
    day: date
    until: date | None
    shown: Shown | None
    currency: str
    total: Any
    left: Any  # unpaid of a document, unused of a payment


@dataclass(frozen=True, kw_only=True)
class Group:
    """The latest of one kind; `all_url` where there are more."""

    label: Any
    icon: str
    entries: list[Entry]
    all_url: str
    new_url: str
    new_label: Any
    until_label: str
    left_label: str


@page(Right.VIEW)
def customer_documents(request: HttpRequest, member: Membership, customer: int) -> HttpResponse:
    """A customer's estimates, orders, invoices, credit notes and payments, the latest first."""
    found = access.customer(member.organization, customer)
    return show_customer(request, member, customer, "documents", {"groups": list(_groups(member, "customer", found))})


@page(Right.VIEW)
def vendor_documents(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """A vendor's purchase orders, bills and payments, the latest first."""
    found = access.vendor(member.organization, vendor)
    return show_vendor(request, member, vendor, "documents", {"groups": list(_groups(member, "vendor", found))})


def _groups(member: Membership, party: str, record: Customer | Vendor) -> Iterator[Group]:
    """The kinds in the order of the left bar; those of which there is nothing, too, to begin one."""
    made: list[tuple[int, Callable[[], Group]]] = [
        (pages.order, lambda pages=pages: _documents(member, pages, record))  # type: ignore[misc]
        for pages in DOCUMENT_PAGES.values()
        if pages.spec.party == party
    ]
    kind = Kind.PAYMENT if party == "customer" else Kind.VENDOR_PAYMENT
    made.append((PAYMENT_PAGES[kind].order, lambda: _payments(member, kind, record)))
    for _order, make in sorted(made, key=lambda each: each[0]):
        yield make()


def _documents(member: Membership, pages: DocumentPages, record: Customer | Vendor) -> Group:
    organization = member.organization
    now = today(organization)
    filters = document_lists.Filters(party_id=record.pk)
    found = document_lists.sorted_by(document_lists.documents(pages.model, organization, filters, now), "-date")
    rows = list(found[: LATEST + 1])
    entries = [
        Entry(
            url=pages.url(organization.pk, "detail", row.pk),
            number=row.number,
            day=row.date,
            until=row.until if pages.has_until else None,
            shown=shown(row, now),
            currency=row.currency,
            total=row.total,
            left=row.balance if pages.has_balance else None,
        )
        for row in rows[:LATEST]
    ]
    may_begin = record.is_active and allows(member.role, pages.spec.edit)
    return Group(
        label=pages.label,
        icon=pages.icon,
        entries=entries,
        all_url=_narrowed(pages.url(organization.pk, "list"), record) if len(rows) > LATEST else "",
        new_url=f"{pages.url(organization.pk, 'new')}?{urlencode({pages.spec.party: record.pk})}" if may_begin else "",
        new_label=pages.new,
        until_label=pages.until_label if pages.has_until else "",
        left_label="balance" if pages.has_balance else "",
    )


def _payments(member: Membership, kind: Kind, record: Customer | Vendor) -> Group:
    organization, pages = member.organization, PAYMENT_PAGES[kind]
    found = payments.payments(organization, kind, payments.Filters(party_id=record.pk)).order_by("-date", "-id")
    rows = list(found[: LATEST + 1])
    entries = [
        Entry(
            url=pages.url(organization.pk, "detail", row.pk),
            number=row.number,
            day=row.date,
            until=None,
            shown=None,
            currency=row.currency,
            total=row.amount,
            left=row.balance,
        )
        for row in rows[:LATEST]
    ]
    new_url = f"{pages.url(organization.pk, 'new')}?{urlencode({pages.flow.party: record.pk})}"
    return Group(
        label=pages.label,
        icon=pages.icon,
        entries=entries,
        all_url=_narrowed(pages.url(organization.pk, "list"), record) if len(rows) > LATEST else "",
        new_url=new_url if allows(member.role, Right.PAYMENTS) else "",
        new_label=pages.new,
        until_label="",
        left_label="unused",
    )


def _narrowed(url: str, record: Customer | Vendor) -> str:
    return f"{url}?{urlencode({'party': record.pk})}"


@panels.fill("finance.customer.tabs", order=10)
def customer_tab(request: HttpRequest, customer: Customer) -> str:
    return _tab(request, "customer", customer)


@panels.fill("finance.vendor.tabs", order=10)
def vendor_tab(request: HttpRequest, vendor: Vendor) -> str:
    return _tab(request, "vendor", vendor)


def _tab(request: HttpRequest, party: str, record: Customer | Vendor) -> str:
    url = reverse(f"finance:{party}_documents", kwargs={"organization": record.organization_id, party: record.pk})
    context = {"url": url, "current": request.path == url}
    return render_to_string("finance/party_documents_tab.html", context, request)


urlpatterns: list[URLPattern] = [
    path("customers/<id:customer>/documents/", customer_documents, name="customer_documents"),
    path("vendors/<id:vendor>/documents/", vendor_documents, name="vendor_documents"),
]
