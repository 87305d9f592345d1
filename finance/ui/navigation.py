"""What the finance pages offer in the left bar and in the search of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext_lazy as _

from finance.models import Organization
from finance.rights import Right, allows
from finance.selectors import customers as selectors
from finsuite.kernel.navigation import FINANCE, SETUP, Item, add
from finsuite.kernel.search import Action, Hit, commands, on_record, recent, register
from finsuite.kernel.tenants import Tenant


def _views(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.VIEW)


def _sets_up(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.SETTINGS)


def _writes_emails(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and allows(tenant.extra["role"], Right.EMAIL)


def _keeps_rates(request: HttpRequest, tenant: Tenant | None) -> bool:
    """Whoever keeps the rates without being an administrator, who finds them in the settings."""
    if tenant is None or _sets_up(request, tenant):
        return False
    return allows(tenant.extra["role"], Right.CURRENCIES)


add(
    Item(
        "finance-customers",
        _("Customers"),
        icon="users",
        url_name="finance:customer_list",
        group=FINANCE,
        kind="finance",
        order=10,
        allowed=_views,
    )
)
add(
    Item(
        "finance-emails",
        _("E-mails"),
        icon="mail",
        url_name="finance:email_list",
        group=FINANCE,
        kind="finance",
        order=80,
        allowed=_writes_emails,
    )
)
add(
    Item(
        "finance-settings",
        _("Finance settings"),
        icon="settings-2",
        url_name="finance:organization_settings",
        group=SETUP,
        kind="finance",
        order=50,
        allowed=_sets_up,
    )
)
add(
    Item(
        "finance-currencies",
        _("Currencies"),
        icon="coins",
        url_name="finance:currency_settings",
        group=FINANCE,
        kind="finance",
        order=90,
        allowed=_keeps_rates,
    )
)


@register("finance-customers", label=_("Customers"), kind="finance", order=30)
def find_customers(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The customers that match, by name."""
    found, meant = selectors.find(Organization(pk=tenant.id), text, limit)
    for customer in found:
        url = reverse("finance:customer_detail", kwargs={"organization": tenant.id, "customer": customer.pk})
        yield Hit(customer.display_name, url, icon="users", detail=customer.number, meant=meant)


@recent("finance-customers", kind="finance")
def opened_customers(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The customers whose pages these are."""
    ids = [match.kwargs["customer"] for match in matches if isinstance(match.kwargs.get("customer"), int)]
    if not ids or not _views(request, tenant):
        return
    for customer in selectors.customers(Organization(pk=tenant.id)).filter(pk__in=ids):
        url = reverse("finance:customer_detail", kwargs={"organization": tenant.id, "customer": customer.pk})
        yield Hit(customer.display_name, url, icon="users", detail=customer.number)


@commands("finance", kind="finance")
def finance_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """What the role lets one do with customers."""
    if tenant is not None and allows(tenant.extra["role"], Right.EDIT_CUSTOMERS):
        yield Action(
            _("New customer"), reverse("finance:customer_create", args=[tenant.id]), "plus", words=(_("create"),)
        )


@on_record("finance", kind="finance")
def customer_actions(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    """What the role lets one do with the customer whose page is open."""
    customer = match.kwargs.get("customer")
    if isinstance(customer, int) and allows(tenant.extra["role"], Right.EDIT_CUSTOMERS):
        url = reverse("finance:customer_edit", kwargs={"organization": tenant.id, "customer": customer})
        yield Action(_("Edit this customer"), url, "pencil", words=(_("change"),))
