"""Payments in the left bar and in the search of the whole."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from finance.models import Organization
from finance.rights import Right, allows
from finance.selectors import document_lists
from finance.selectors import payments as selectors
from finance.ui.payments import settling, statements  # noqa: F401 – fill their panels
from finance.ui.payments.pages import PAGES, PaymentPages
from finsuite.kernel import terms
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Hit, Provider, register
from finsuite.kernel.tenants import Tenant


def _views(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.VIEW)


def _finder(pages: PaymentPages) -> Provider:
    def find(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
        if not _views(request, tenant) or not terms.read(text):
            return
        rows = selectors.payments(Organization(pk=tenant.id), pages.kind)
        for one in document_lists.search(rows, text).order_by("-date", "-id")[:limit]:
            party = str(getattr(one, pages.flow.party))
            yield Hit(f"{one.number} · {party}", pages.url(tenant.id, "detail", one.pk), icon=pages.icon)

    return find


for _pages in PAGES.values():
    add(
        Item(
            f"finance-{_pages.segment}",
            _pages.label,
            icon=_pages.icon,
            url_name=f"finance:{_pages.kind}_list",
            group=FINANCE,
            kind="finance",
            order=_pages.order,
            allowed=_views,
        )
    )
    register(f"finance-{_pages.segment}", label=_pages.label, kind="finance", order=32 + _pages.order)(_finder(_pages))
