"""What the CRM offers in the left bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.choices import Level, Module
from crm.ui.addresses import address, page_name
from crm.ui.modules import PAGES
from finsuite.kernel import navigation
from finsuite.kernel.tenants import Tenant


def may_view(tenant: Tenant, module: Module) -> bool:
    """Does the person's profile in this organization show the module at all?"""
    return int(tenant.rights["levels"].get(module, Level.NONE)) >= Level.VIEW


def _viewers_of(module: Module) -> Callable[[HttpRequest, Tenant | None], bool]:
    return lambda request, tenant: tenant is not None and may_view(tenant, module)


def _pinned_in(module: Module) -> navigation.Below:
    """The list views that the person has pinned, below their module."""

    def pinned(request: HttpRequest, tenant: Tenant | None) -> list[tuple[str, str]]:
        pins = tenant.rights.get("pins", ()) if tenant else ()
        return [
            (gettext(pin["name"]) if pin["is_system"] else pin["name"], f"{place}?view={pin['id']}")
            for pin in pins
            if pin["module"] == module and tenant is not None
            for place in [address(module, "list", tenant.id)]
        ]

    return pinned


def _importers(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and any(
        tenant.rights["levels"].get(module, 0) >= Level.CREATE for module in Module.values
    )


def _viewers_of_any(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and any(may_view(tenant, module) for module in Module)


def _administrators(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and bool(tenant.rights["can_setup"])


# name, label, icon, the name of its page, its group, its place, who finds it there
_ENTRIES: tuple[tuple[str, Any, str, str, navigation.Group, int, navigation.Predicate], ...] = (
    ("work", _("My work"), "list-checks", "work", navigation.CRM, 5, navigation.everyone),
    ("imports", _("Imports"), "upload", "import_list", navigation.CRM, 90, _importers),
    ("exports", _("Exports"), "download", "export_list", navigation.CRM, 95, _viewers_of_any),
    ("bulk-changes", _("Bulk changes"), "list-checks", "bulk_list", navigation.CRM, 97, _viewers_of_any),
    ("crm-setup", _("CRM setup"), "settings-2", "setup", navigation.SETUP, 10, _administrators),
)


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
                below=_pinned_in(module),
            )
        )
    for name, label, icon, page, group, order, allowed in _ENTRIES:
        navigation.add(
            navigation.Item(name, label, icon, f"crm:{page}", group, kind="crm", order=order, allowed=allowed)
        )
