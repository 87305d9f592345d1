"""The pages of vendors: the list, one vendor, the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access
from finance.choices import Extended, Status
from finance.models import Membership, Vendor
from finance.rights import Right
from finance.selectors import vendors as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.customers import slice_of
from finance.services import vendors as services
from finance.ui.custom_filters import custom_filters
from finance.ui.customers import envelope, web_address
from finance.ui.pages import SIZE, actor_of, add_refusal, address_of, known_value, page, show, told_history
from finance.ui.record_forms import VendorForm
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of


@page(Right.VIEW)
def vendor_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The vendors that pass the filters; htmx gets the next rows alone."""
    filters = selectors.Filters(
        status=known_value(request.GET.get("status"), Status.values),
        search=request.GET.get("q", "").strip()[:200],
    )
    sort = known_value(request.GET.get("sort"), selectors.SORTS) or "name"
    custom = custom_filters(request, member.organization, Extended.VENDORS)
    found = custom.apply(selectors.vendors(member.organization, filters))
    rows, following = slice_of(found, sort=sort, after=request.GET.get("after", ""), size=SIZE)
    context = {
        "vendors": rows,
        "after": following,
        "filters": filters,
        "custom": custom,
        "sort": sort,
        "statuses": Status.choices,
    }
    is_more = request.htmx and "after" in request.GET  # type: ignore[attr-defined]
    return show(request, member, "finance/vendor_rows.html" if is_more else "finance/vendor_list.html", context)


@page(Right.VIEW)
def vendor_detail(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """One vendor at a glance."""
    return show_record(request, member, vendor, "overview", {})


@page(Right.VIEW)
def vendor_history(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """What was done to a vendor."""
    return show_record(request, member, vendor, "history", told_history(member, Vendor, vendor, Extended.VENDORS))


@never_cache
@page(Right.VENDORS_EDIT, "GET", "POST")
def vendor_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new vendor."""
    organization = member.organization
    form = VendorForm(
        request.POST or None, instance=Vendor(currency=organization.base_currency), organization=organization
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_vendor(actor=actor_of(request), organization=organization, values=form.values())
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(vendor)s is created.") % {"vendor": made.display_name})
                return redirect(address_of(member, "vendor_detail", vendor=made.pk))
    return show(request, member, "finance/vendor_form.html", {"form": form}, status=status)


@never_cache
@page(Right.VENDORS_EDIT, "GET", "POST")
def vendor_edit(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """A vendor's fields, to be changed."""
    record = access.vendor(member.organization, vendor, related=("payment_term",))
    form = VendorForm(request.POST or None, instance=record, organization=member.organization)
    version = request.POST.get("version", "") if request.method == "POST" else version_of(record)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = services.update_vendor(
                    actor=actor_of(request), vendor=record, values=form.values(), version=version
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(vendor)s is saved.") % {"vendor": saved.display_name})
                return redirect(address_of(member, "vendor_detail", vendor=saved.pk))
    context = {"form": form, "vendor": record, "version": version}
    return show(request, member, "finance/vendor_form.html", context, status=status)


@page(Right.VENDORS_EDIT, "POST")
def vendor_status(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """Make a vendor active or inactive."""
    status = Status.ACTIVE if request.POST.get("status") == Status.ACTIVE else Status.INACTIVE
    record = access.vendor(member.organization, vendor)
    saved = services.set_status(
        actor=actor_of(request), vendor=record, status=status, version=request.POST.get("version")
    )
    told = _("%(vendor)s is active again.") if saved.is_active else _("%(vendor)s is inactive.")
    messages.success(request, told % {"vendor": saved.display_name})
    return redirect(address_of(member, "vendor_detail", vendor=saved.pk))


@page(Right.VENDORS_DELETE, "POST")
def vendor_delete(request: HttpRequest, member: Membership, vendor: int) -> HttpResponse:
    """Delete a vendor who has no documents."""
    record = access.vendor(member.organization, vendor)
    services.delete_vendor(actor=actor_of(request), vendor=record, version=request.POST.get("version"))
    messages.success(request, _("%(vendor)s is deleted.") % {"vendor": record.display_name})
    return redirect(address_of(member, "vendor_list"))


def show_record(
    request: HttpRequest, member: Membership, vendor_id: int, tab: str, context: dict[str, Any]
) -> HttpResponse:
    """One of the views of a vendor's page."""
    vendor = access.vendor(member.organization, vendor_id, related=("owner", "payment_term"))
    known = {
        "vendor": vendor,
        "custom_facts": facts(custom_fields(member.organization, Extended.VENDORS), vendor.custom, vendor.currency),
        "version": version_of(vendor),
        "website_url": web_address(vendor.website),
        "billing": envelope(vendor, "billing"),
        "shipping": envelope(vendor, "shipping"),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/vendor_{tab}.html", {**known, **context})
