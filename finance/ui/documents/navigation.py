"""Documents in the left bar and in the search of the whole: to open, to find by number, reference or party, to make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import Organization
from finance.rights import Right, allows
from finance.selectors import document_lists as selectors
from finance.ui.documents.pages import PAGES, DocumentPages
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Action, Hit, Provider, commands, on_record, recent, register
from finsuite.kernel.tenants import Tenant


def _views(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.VIEW)


def _hit(pages: DocumentPages, tenant: Tenant, document: Any) -> Hit:
    party = str(getattr(document, pages.spec.party))
    return Hit(f"{document.number} · {party}", pages.url(tenant.id, "detail", document.pk), icon=pages.icon)


def _finder(pages: DocumentPages) -> Provider:
    def find(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
        if _views(request, tenant):
            for document in selectors.find(pages.model, Organization(pk=tenant.id), text, limit):
                yield _hit(pages, tenant, document)

    return find


def _namer(pages: DocumentPages) -> Callable[[HttpRequest, Tenant, Sequence[ResolverMatch]], Iterable[Hit]]:
    def named(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
        mine = [match for match in matches if match.url_name == f"{pages.kind}_detail"]
        ids = [match.kwargs["document"] for match in mine]
        if ids and _views(request, tenant):
            rows = pages.model.objects.of(tenant.id).select_related(pages.spec.party)
            for document in rows.filter(pk__in=ids):
                yield _hit(pages, tenant, document)

    return named


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
    recent(f"finance-{_pages.segment}", kind="finance")(_namer(_pages))


@commands("finance-documents", kind="finance")
def document_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """The documents that the role lets one make."""
    for pages in PAGES.values():
        if tenant is not None and allows(tenant.extra["role"], pages.spec.edit):
            yield Action(pages.new, pages.url(tenant.id, "new"), "plus", words=(gettext_lazy("create"),))


@on_record("finance-documents", kind="finance")
def document_actions(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    """What can be done with the document whose page is open."""
    kind, document = match.kwargs.get("kind"), match.kwargs.get("document")
    if kind not in PAGES or not isinstance(document, int) or not _views(request, tenant):
        return
    pages = PAGES[kind]
    yield Action(_("Open the PDF"), pages.url(tenant.id, "pdf", document), "file-text", words=(_("print"),))
    if allows(tenant.extra["role"], pages.spec.edit):
        yield Action(_("Edit this document"), pages.url(tenant.id, "edit", document), "pencil", words=(_("change"),))
        yield Action(_("Copy this document"), f"{pages.url(tenant.id, 'new')}?copy={document}", "copy")
