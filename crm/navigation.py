"""What the CRM offers in the left bar and in the command palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.records import find_records
from crm.ui.addresses import page_name
from crm.ui.modules import PAGES
from crm.ui.records import Pages, seen
from finsuite.kernel import navigation
from finsuite.kernel.search import Hit, Provider, register
from finsuite.kernel.tenants import Tenant


def may_view(tenant: Tenant, module: Module) -> bool:
    """Does the person's profile in this organization show the module at all?"""
    return int(tenant.rights["levels"].get(module, Level.NONE)) >= Level.VIEW


def _access(tenant: Tenant) -> Access:
    """The person's access to their organization; what it takes is asked once a request."""
    found: Access = tenant.rights["access"]()
    return found


def _viewers_of(module: Module) -> Callable[[HttpRequest, Tenant | None], bool]:
    return lambda request, tenant: tenant is not None and may_view(tenant, module)


def _importers(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and any(
        tenant.rights["levels"].get(module, 0) >= Level.CREATE for module in Module.values
    )


def _viewers_of_any(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and any(may_view(tenant, module) for module in Module)


def _administrators(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and bool(tenant.rights["can_setup"])


def add_entries() -> None:
    """Called once, when the app is ready."""
    for place, (module, pages) in enumerate(PAGES.items()):
        navigation.add(
            navigation.Item(
                str(module),
                module.label,
                icon=pages.icon,
                url_name=page_name(module, "list"),
                group=navigation.CRM,
                kind="crm",
                order=10 + place * 10,
                allowed=_viewers_of(module),
            )
        )
        register(f"crm-{module}", label=module.label, kind="crm", order=10 + place * 10)(_finder(pages))
    for item in (
        navigation.Item(
            "imports",
            _("Imports"),
            icon="upload",
            url_name="crm:import_list",
            group=navigation.CRM,
            kind="crm",
            order=90,
            allowed=_importers,
        ),
        navigation.Item(
            "exports",
            _("Exports"),
            icon="download",
            url_name="crm:export_list",
            group=navigation.CRM,
            kind="crm",
            order=95,
            allowed=_viewers_of_any,
        ),
        navigation.Item(
            "crm-setup",
            _("CRM setup"),
            icon="settings-2",
            url_name="crm:setup",
            group=navigation.SETUP,
            kind="crm",
            order=10,
            allowed=_administrators,
        ),
    ):
        navigation.add(item)


def _finder(pages: Pages) -> Provider:
    """What the command palette finds of one module."""

    def find(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
        if not may_view(tenant, pages.module):
            return []
        access = _access(tenant)
        found = find_records(access, pages.module, text)
        if pages.detail_needs:
            found = found.select_related(*pages.detail_needs)
        return [
            Hit(
                record.label,
                pages.address("detail", access, record),
                icon=pages.icon,
                detail=pages.detail(seen(access, record)),
            )
            for record in found[:limit]
        ]

    return find
