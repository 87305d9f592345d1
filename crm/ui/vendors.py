"""The pages of vendors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Vendor
from crm.selectors.products import products
from crm.ui import records, sections
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.cells import Column, Look, website_link
from crm.ui.lists import Listing
from finsuite.kernel.api.fields import of_model

MOST_PRODUCTS = 200

COLUMNS = (
    Column("category", gettext_lazy("Category"), sort="category"),
    Column("email", gettext_lazy("E-mail"), Look.EMAIL, sort="email"),
    Column("phone", gettext_lazy("Phone"), Look.PHONE),
    Column("website", gettext_lazy("Website"), Look.WEBSITE),
    Column("city", gettext_lazy("City"), sort="city"),
    Column("country", gettext_lazy("Country"), sort="country"),
    Column("owner", gettext_lazy("Owner"), Look.PERSON),
    Column("tax_number", gettext_lazy("Tax number"), sort="tax_number"),
    Column("gl_account", gettext_lazy("Ledger account"), sort="gl_account"),
    Column("currency", gettext_lazy("Currency"), sort="currency"),
    Column("tags", gettext_lazy("Tags"), Look.TAGS),
    Column("created_at", gettext_lazy("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", gettext_lazy("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("name", *(column.sort for column in COLUMNS if column.sort))


def _around(access: Access, vendor: Any) -> dict[str, Any]:
    tabs, stays = [], []
    if access.may(Module.PRODUCTS, Level.VIEW):
        count = products(access).filter(vendor=vendor).count()
        place = address(Module.VENDORS, "products", access.organization.pk, vendor.pk)
        tabs.append(records.Tab("products", Module.PRODUCTS.label, place, count))
        stay = ngettext("%(n)d product stays, without a vendor.", "%(n)d products stay, without a vendor.", count)
        stays += [stay % {"n": count}] if count else []
    return {"tabs": tabs, "stays": stays, "website": website_link(vendor.website) if vendor.website else ""}


def _detail(vendor: Any) -> str:
    return str(vendor.category or vendor.city)


PAGES = records.Pages(
    module=Module.VENDORS,
    icon="store",
    sections=sections.VENDOR,
    listing=Listing(
        module=Module.VENDORS,
        columns=COLUMNS,
        shown=("category", "email", "phone", "city", "owner", "updated_at"),
        order=of_model(Vendor, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"name": "sort_key"}),
        ordering="name",
    ),
    words=records.Words(
        name=gettext_lazy("Vendor"),
        new=gettext_lazy("New vendor"),
        none_yet=gettext_lazy("No vendors yet"),
        why_none=gettext_lazy("A vendor is a company that you buy from. The products that you get from it name it."),
        none_match=gettext_lazy("No vendor matches"),
        show_all=gettext_lazy("Show all vendors"),
        look_only=gettext_lazy("Your profile lets you look at vendors, not make them."),
        nobody=gettext_lazy("Nobody owns this vendor"),
        views=gettext_lazy("Views of the vendor"),
        about=gettext_lazy("About this vendor"),
        kept=gettext_lazy("What the vendor says is kept in the history. The vendor itself does not come back."),
        delete=gettext_lazy("Delete the vendor"),
        delete_many=gettext_lazy("Delete the selected vendors?"),
        delete_these=gettext_lazy("Delete the selected vendors"),
        let_go=gettext_lazy("Their products stay, without a vendor. What the vendors say is kept in the history."),
    ),
    detail=_detail,
    around=_around,
)


@require_safe
@in_organization
def vendor_products(request: HttpRequest, access: Access, vendor_id: int) -> HttpResponse:
    """What is bought from the vendor."""
    context = records.frame(PAGES, request, access, vendor_id, "products")
    access.require(Module.PRODUCTS, Level.VIEW)
    rows = products(access).filter(vendor=context["vendor"]).order_by("sort_key", "id")
    context |= {
        "products": rows[:MOST_PRODUCTS],
        "may_create": access.may(Module.PRODUCTS, Level.CREATE),
        "new_product": f"{address(Module.PRODUCTS, 'create', access.organization.pk)}?vendor={vendor_id}",
    }
    return render(request, "crm/vendor_products.html", context)
