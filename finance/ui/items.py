"""The pages of items: the list, one item, the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access
from finance.choices import Extended, ItemKind, Status
from finance.models import Item, Membership
from finance.rights import Right
from finance.selectors import items as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.customers import slice_of
from finance.services import items as services
from finance.ui.custom_filters import custom_filters
from finance.ui.pages import SIZE, actor_of, add_refusal, address_of, known_value, page, show, told_history
from finance.ui.record_forms import ItemForm
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError
from finsuite.kernel.versions import version_of

RELATED = ("sales_tax", "purchase_tax", "vendor")


@page(Right.VIEW)
def item_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The items that pass the filters; htmx gets the next rows alone."""
    filters = selectors.Filters(
        kind=known_value(request.GET.get("kind"), ItemKind.values),
        status=known_value(request.GET.get("status"), Status.values),
        use=known_value(request.GET.get("use"), selectors.USES),
        search=request.GET.get("q", "").strip()[:200],
    )
    sort = known_value(request.GET.get("sort"), selectors.SORTS) or "name"
    custom = custom_filters(request, member.organization, Extended.ITEMS)
    found = custom.apply(selectors.items(member.organization, filters))
    after = request.GET.get("after", "")
    rows, following = slice_of(found, sort=sort, after=after, size=SIZE, sorts=selectors.SORTS)
    context = {"items": rows, "after": following, "filters": filters, "custom": custom, "sort": sort}
    context |= {"kinds": ItemKind.choices, "statuses": Status.choices}
    is_more = request.htmx and "after" in request.GET  # type: ignore[attr-defined]
    return show(request, member, "finance/item_rows.html" if is_more else "finance/item_list.html", context)


@page(Right.VIEW)
def item_detail(request: HttpRequest, member: Membership, item: int) -> HttpResponse:
    """One item at a glance."""
    return _record(request, member, item, "overview", {})


@page(Right.VIEW)
def item_history(request: HttpRequest, member: Membership, item: int) -> HttpResponse:
    """What was done to an item."""
    return _record(request, member, item, "history", told_history(member, Item, item, Extended.ITEMS))


@never_cache
@page(Right.ITEMS_EDIT, "GET", "POST")
def item_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new item."""
    form = ItemForm(request.POST or None, instance=Item(), organization=member.organization)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_item(
                    actor=actor_of(request), organization=member.organization, values=form.values()
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(item)s is created.") % {"item": made.name})
                return redirect(address_of(member, "item_detail", item=made.pk))
    return show(request, member, "finance/item_form.html", {"form": form}, status=status)


@never_cache
@page(Right.ITEMS_EDIT, "GET", "POST")
def item_edit(request: HttpRequest, member: Membership, item: int) -> HttpResponse:
    """An item's fields, to be changed."""
    record = access.item(member.organization, item, related=RELATED)
    form = ItemForm(request.POST or None, instance=record, organization=member.organization)
    version = request.POST.get("version", "") if request.method == "POST" else version_of(record)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = services.update_item(
                    actor=actor_of(request), item=record, values=form.values(), version=version
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(item)s is saved.") % {"item": saved.name})
                return redirect(address_of(member, "item_detail", item=saved.pk))
    context = {"form": form, "item": record, "version": version}
    return show(request, member, "finance/item_form.html", context, status=status)


@page(Right.ITEMS_EDIT, "POST")
def item_status(request: HttpRequest, member: Membership, item: int) -> HttpResponse:
    """Make an item active or inactive."""
    status = Status.ACTIVE if request.POST.get("status") == Status.ACTIVE else Status.INACTIVE
    record = access.item(member.organization, item)
    saved = services.set_status(
        actor=actor_of(request), item=record, status=status, version=request.POST.get("version")
    )
    told = _("%(item)s is active again.") if saved.is_active else _("%(item)s is inactive.")
    messages.success(request, told % {"item": saved.name})
    return redirect(address_of(member, "item_detail", item=saved.pk))


@page(Right.ITEMS_DELETE, "POST")
def item_delete(request: HttpRequest, member: Membership, item: int) -> HttpResponse:
    """Delete an item that no document names."""
    record = access.item(member.organization, item)
    services.delete_item(actor=actor_of(request), item=record, version=request.POST.get("version"))
    messages.success(request, _("%(item)s is deleted.") % {"item": record.name})
    return redirect(address_of(member, "item_list"))


def _record(request: HttpRequest, member: Membership, item_id: int, tab: str, context: dict[str, Any]) -> HttpResponse:
    item = access.item(member.organization, item_id, related=RELATED)
    fields = custom_fields(member.organization, Extended.ITEMS)
    known = {
        "item": item,
        "custom_facts": facts(fields, item.custom, member.organization.base_currency),
        "is_low": item.track_stock and item.reorder_level is not None and item.stock_on_hand <= item.reorder_level,
        "version": version_of(item),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/item_{tab}.html", {**known, **context})
