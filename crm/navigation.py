"""What the CRM offers in the left bar and in the command palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.search import find_accounts, find_contacts
from finsuite.kernel import navigation
from finsuite.kernel.search import Hit, register
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
    for item in (
        navigation.Item(
            "accounts",
            _("Accounts"),
            icon="building-2",
            url_name="crm:account_list",
            group=navigation.CRM,
            kind="crm",
            order=10,
            allowed=_viewers_of(Module.ACCOUNTS),
        ),
        navigation.Item(
            "contacts",
            _("Contacts"),
            icon="contact",
            url_name="crm:contact_list",
            group=navigation.CRM,
            kind="crm",
            order=20,
            allowed=_viewers_of(Module.CONTACTS),
        ),
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


@register("crm-accounts", label=_("Accounts"), kind="crm", order=10)
def _accounts(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    if not may_view(tenant, Module.ACCOUNTS):
        return []
    return [
        Hit(
            found.name,
            reverse("crm:account_detail", kwargs={"organization": tenant.id, "account_id": found.pk}),
            icon="building-2",
            detail=found.billing_city,
        )
        for found in find_accounts(_access(tenant), text)[:limit]
    ]


@register("crm-contacts", label=_("Contacts"), kind="crm", order=20)
def _contacts(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    if not may_view(tenant, Module.CONTACTS):
        return []
    return [
        Hit(
            found.full_name,
            reverse("crm:contact_detail", kwargs={"organization": tenant.id, "contact_id": found.pk}),
            icon="contact",
            detail=found.email or (found.account.name if found.account else ""),
        )
        for found in find_contacts(_access(tenant), text)[:limit]
    ]
