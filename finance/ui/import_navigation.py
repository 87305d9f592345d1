"""Imports in the left bar and in the search of the whole."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.rights import allows
from finance.services.import_books import RIGHTS
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Action, commands
from finsuite.kernel.tenants import Tenant


def _imports(request: HttpRequest, tenant: Tenant | None) -> bool:
    """Whether the role lets one import anything."""
    if tenant is None:
        return False
    return any(all(allows(tenant.extra["role"], right) for right in rights) for rights in RIGHTS.values())


add(
    Item(
        "finance-imports",
        _("Imports"),
        icon="upload",
        url_name="finance:import_list",
        group=FINANCE,
        kind="finance",
        order=85,
        allowed=_imports,
    )
)


@commands("finance-imports", kind="finance")
def import_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """Bringing contacts, items and invoices over from other books."""
    if tenant is not None and _imports(request, tenant):
        url = reverse("finance:import_new", args=[tenant.id])
        yield Action(_("Import a file"), url, "upload", words=("Zoho", "CSV"))
