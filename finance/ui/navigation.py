"""What the finance pages offer in the left bar and in the search of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext_lazy as _

from finance.models import Organization
from finance.rights import Right, allows
from finance.selectors import customers as selectors
from finance.selectors import items as item_selectors
from finance.selectors import vendors as vendor_selectors
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
        "finance-items",
        _("Items"),
        icon="package",
        url_name="finance:item_list",
        group=FINANCE,
        kind="finance",
        order=20,
        allowed=_views,
    )
)
add(
    Item(
        "finance-vendors",
        _("Vendors"),
        icon="truck",
        url_name="finance:vendor_list",
        group=FINANCE,
        kind="finance",
        order=60,
        allowed=_views,
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


@register("finance-vendors", label=_("Vendors"), kind="finance", order=32)
def find_vendors(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The vendors that match, by name."""
    found, meant = vendor_selectors.find(Organization(pk=tenant.id), text, limit)
    for vendor in found:
        yield Hit(
            vendor.display_name, _url(tenant, "vendor", vendor.pk), icon="truck", detail=vendor.number, meant=meant
        )


@register("finance-items", label=_("Items"), kind="finance", order=34)
def find_items(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    """The items that match, by name."""
    found, meant = item_selectors.find(Organization(pk=tenant.id), text, limit)
    for item in found:
        yield Hit(item.name, _url(tenant, "item", item.pk), icon="package", detail=item.sku, meant=meant)


@recent("finance-customers", kind="finance")
def opened_customers(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The customers whose pages these are."""
    ids = [match.kwargs["customer"] for match in matches if isinstance(match.kwargs.get("customer"), int)]
    if not ids or not _views(request, tenant):
        return
    for customer in selectors.customers(Organization(pk=tenant.id)).filter(pk__in=ids):
        url = reverse("finance:customer_detail", kwargs={"organization": tenant.id, "customer": customer.pk})
        yield Hit(customer.display_name, url, icon="users", detail=customer.number)


@recent("finance-vendors", kind="finance")
def opened_vendors(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The vendors whose pages these are."""
    ids = _ids(request, tenant, matches, "vendor")
    for vendor in vendor_selectors.vendors(Organization(pk=tenant.id)).filter(pk__in=ids) if ids else ():
        yield Hit(vendor.display_name, _url(tenant, "vendor", vendor.pk), icon="truck", detail=vendor.number)


@recent("finance-items", kind="finance")
def opened_items(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    """The items whose pages these are."""
    ids = _ids(request, tenant, matches, "item")
    for item in item_selectors.items(Organization(pk=tenant.id)).filter(pk__in=ids) if ids else ():
        yield Hit(item.name, _url(tenant, "item", item.pk), icon="package", detail=item.sku)


def _ids(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch], name: str) -> list[int]:
    ids = [match.kwargs[name] for match in matches if isinstance(match.kwargs.get(name), int)]
    return ids if _views(request, tenant) else []


def _url(tenant: Tenant, name: str, pk: int) -> str:
    return reverse(f"finance:{name}_detail", kwargs={"organization": tenant.id, name: pk})


@commands("finance", kind="finance")
def finance_commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    """What the role lets one make."""
    offered = (
        (Right.EDIT_CUSTOMERS, _("New customer"), "customer_create"),
        (Right.ITEMS_EDIT, _("New item"), "item_create"),
        (Right.VENDORS_EDIT, _("New vendor"), "vendor_create"),
    )
    for right, label, name in offered:
        if tenant is not None and allows(tenant.extra["role"], right):
            yield Action(label, reverse(f"finance:{name}", args=[tenant.id]), "plus", words=(_("create"),))


@on_record("finance", kind="finance")
def record_actions(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    """What the role lets one do with the customer, vendor or item whose page is open."""
    offered = (
        ("customer", Right.EDIT_CUSTOMERS, _("Edit this customer")),
        ("vendor", Right.VENDORS_EDIT, _("Edit this vendor")),
        ("item", Right.ITEMS_EDIT, _("Edit this item")),
    )
    for name, right, label in offered:
        pk = match.kwargs.get(name)
        if isinstance(pk, int) and allows(tenant.extra["role"], right):
            url = reverse(f"finance:{name}_edit", kwargs={"organization": tenant.id, name: pk})
            yield Action(label, url, "pencil", words=(_("change"),))
