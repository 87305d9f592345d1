"""The Contacts tab of a deal: who has a say in it, and which one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.deals import contact_roles_of
from crm.selectors.records import get_record, named
from crm.services.deal_contacts import MOST_ROLES, SUGGESTED, set_contact_roles
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.deals import frame
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.ids import read_id


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def deal_contacts(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """The people; for whoever may edit, with their roles to be chosen or typed."""
    access.require(Module.CONTACTS, Level.VIEW)
    context = frame(request, access, deal_id, "contacts")
    if request.method != "POST":
        roles = contact_roles_of(access, context["deal"])
        rows = [
            {"index": place, "contact": each.contact, "id": each.contact_id, "shown": each.contact, "role": each.role}
            for place, each in enumerate(roles)
        ]
        if context["may_edit"]:
            rows.append(_blank(len(rows)))
        return _answer(request, context, rows)
    access.require(Module.DEALS, Level.EDIT)
    rows = _rows(request, access)
    try:
        set_contact_roles(
            actor=actor_of(request),
            deal=get_record(access, Module.DEALS, deal_id),
            roles=[{"contact_id": row["id"], "role": row["role"]} for row in rows],
            version=request.POST.get("version") or None,
        )
    except Refused as refused:
        return _answer(request, context | {"fault": refused.message}, [*rows, _blank(MOST_ROLES + 1)], 422)
    except Conflict as conflict:
        return _answer(request, context | {"fault": conflict.message}, [*rows, _blank(MOST_ROLES + 1)], 409)
    messages.success(request, _("The contacts of the deal are saved."))
    return redirect(address(Module.DEALS, "contacts", access.organization.pk, deal_id))


@require_safe
@in_organization
def deal_contact(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """One more row."""
    access.require(Module.DEALS, Level.EDIT)
    deal = get_record(access, Module.DEALS, deal_id)
    index = read_id(request.GET.get("index", ""))
    if index is None or index > 10_000:
        raise NotFound(_("There is no such line."))
    return render(request, "crm/deal_contact_row.html", {"access": access, "deal": deal, "row": _blank(index)})


def _blank(index: int) -> dict[str, Any]:
    return {"index": index, "id": "", "shown": "", "role": ""}


def _rows(request: HttpRequest, access: Access) -> list[dict[str, Any]]:
    """The rows of the form that name somebody."""
    rows: list[dict[str, Any]] = []
    for value in request.POST.getlist("line")[: MOST_ROLES + 1]:
        key = read_id(request.POST.get(f"contact_id-{value}", ""))
        if key is not None:
            rows.append({"index": value, "id": key, "role": request.POST.get(f"role-{value}", "").strip()})
    names = named(access, Module.CONTACTS, {row["id"] for row in rows})
    return [{**row, "shown": names.get(row["id"], "")} for row in rows]


def _answer(
    request: HttpRequest, context: dict[str, Any], rows: list[dict[str, Any]], status: int = 200
) -> HttpResponse:
    context |= {"rows": rows, "next_index": len(rows) + MOST_ROLES, "suggested": SUGGESTED}
    return render(request, "crm/deal_contacts.html", context, status=status)
