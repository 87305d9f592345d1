"""Reports in the left bar and in the search of the whole, for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.rights import Right, allows
from finance.selectors.reports.catalogue import REPORTS
from finsuite.kernel.navigation import FINANCE, Item, add
from finsuite.kernel.search import Action, commands
from finsuite.kernel.tenants import Tenant


def _sees_reports(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.REPORTS)


add(
    Item(
        "finance-reports",
        _("Reports"),
        icon="chart-column",
        url_name="finance:report_index",
        group=FINANCE,
        kind="finance",
        order=70,
        allowed=_sees_reports,
    )
)


@commands("finance-reports", kind="finance")
def report_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """Each report by its name."""
    if tenant is not None and _sees_reports(request, tenant):
        for definition in REPORTS.values():
            url = reverse(f"finance:{definition.route}", args=[tenant.id])
            yield Action(definition.title, url, definition.icon, words=(_("report"),))
