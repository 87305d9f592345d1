"""The lists of payments."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date

from finance.choices import DocumentKind as Kind
from finance.choices import PaymentMode
from finance.models import Customer, Membership, Vendor
from finance.rights import Right, allows
from finance.selectors import document_lists
from finance.selectors import payments as selectors
from finance.ui.custom_filters import custom_filters
from finance.ui.pages import page, show
from finance.ui.payments.pages import PAGES
from finsuite.kernel.ids import read_id

SIZE = 50
SORTS = ("-date", "date", "number", "-number", "party", "-party")


@page(Right.VIEW)
def payment_list(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """The payments that pass the filters; htmx gets the next rows alone."""
    pages, organization = PAGES[kind], member.organization
    filters = _filters(request)
    asked = request.GET.get("sort", "")
    sort = asked if asked in SORTS else "-date"
    custom = custom_filters(request, organization, pages.flow.extended)
    found = custom.apply(selectors.payments(organization, kind, filters))
    after = request.GET.get("after", "")
    rows, following = document_lists.slice_of(found, sort=sort, after=after, size=SIZE)
    context: dict[str, Any] = {
        "pages": pages,
        "rows": [(row, getattr(row, pages.flow.party), pages.url(organization.pk, "detail", row.pk)) for row in rows],
        "after": following,
    }
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/payments/more.html", context)
    model: Any = Customer if pages.flow.party == "customer" else Vendor
    party = model.objects.of(organization).filter(pk=filters.party_id).first() if filters.party_id else None
    context |= {
        "filters": filters,
        "custom": custom,
        "sort": sort,
        "sums": selectors.sums_of(found) if rows else [],
        "party": party,
        "modes": PaymentMode.choices,
        "list_url": pages.url(organization.pk, "list"),
        "new_url": pages.url(organization.pk, "new") if allows(member.role, Right.PAYMENTS) else "",
        "lookup_url": reverse(f"finance:{pages.flow.party}_lookup", kwargs={"organization": organization.pk}),
    }
    return show(request, member, "finance/payments/list.html", context)


def _filters(request: HttpRequest) -> selectors.Filters:
    mode = request.GET.get("mode", "")
    return selectors.Filters(
        search=request.GET.get("q", "").strip()[:200],
        party_id=read_id(request.GET.get("party", "")),
        mode=mode if mode in PaymentMode.values else "",
        since=read_day(request.GET.get("since", "")),
        to=read_day(request.GET.get("to", "")),
        is_unused=request.GET.get("unused") == "1",
    )


def read_day(text: str) -> date | None:
    """The day that was typed; None for none, and for what is no day."""
    try:
        return parse_date(text)
    except ValueError:
        return None
