"""What the pages of CRM and finance records show of the sync."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

import crm.access
from crm.choices import Level
from crm.models import Account, Contact, Organization
from finance.models import Customer
from finsuite.kernel import panels
from finsuite.kernel.errors import NotFound
from integration.choices import ConnectionState, Kind
from integration.record_pages import RecordPages
from integration.selectors.connections import connections_of
from integration.selectors.links import Standing, aliases_of, standing_of
from integration.selectors.record_names import names_of
from users.models import User

_MODULES = {Kind.ACCOUNT.value: "accounts", Kind.CONTACT.value: "contacts"}


@panels.fill("crm.account.side", order=10)
def account(request: HttpRequest, subject: Account) -> str:
    return _crm_card(request, Kind.ACCOUNT.value, subject)


@panels.fill("crm.contact.side", order=10)
def contact(request: HttpRequest, subject: Contact) -> str:
    return _crm_card(request, Kind.CONTACT.value, subject)


@panels.fill("finance.customer.side", order=10)
def customer(request: HttpRequest, subject: Customer) -> str:
    standing = standing_of(Kind.CUSTOMER.value, subject.pk, organization_id=subject.organization_id)
    if standing is None:
        return ""
    context = {
        "standing": standing,
        "other": _other_page(request, standing, "finance"),
        "step_url": _next_step(request, standing),
        "side": "finance",
    }
    return render_to_string("integration/_sync_card.html", context, request)


@panels.fill("crm.setup", order=10)
def marketplace(request: HttpRequest, subject: Organization) -> str:
    context = {"organization": subject, "connections": connections_of(subject)}
    return render_to_string("integration/_marketplace.html", context, request)


@panels.fill("crm.record.merged", order=10)
def merged(request: HttpRequest, subject: Any) -> str:
    """The finance records of what was merged into a CRM record, for those who may open them."""
    kind = {Account: Kind.ACCOUNT.value, Contact: Kind.CONTACT.value}.get(type(subject))
    found = aliases_of(kind, subject.pk, organization_id=subject.organization_id) if kind else []
    if not found:
        return ""
    ends = [(link.finance_kind, link.finance_id) for link in found]
    pages = RecordPages(cast("User", request.user), found[0].connection).of(ends)
    names = names_of(pages)
    shown = [(names[end][0], url) for end, url in pages.items() if end in names]
    return render_to_string("integration/_aliases.html", {"aliases": shown}, request) if shown else ""


def _crm_card(request: HttpRequest, kind: str, subject: Account | Contact) -> str:
    standing = standing_of(kind, subject.pk, organization_id=subject.organization_id)
    if standing is None:
        return ""
    context = {
        "standing": standing,
        "other": _other_page(request, standing, "crm"),
        "step_url": _next_step(request, standing),
        "side": "crm",
        "sync_url": _sync_url(request, standing, kind, subject),
    }
    return render_to_string("integration/_sync_card.html", context, request)


def _sync_url(request: HttpRequest, standing: Standing, kind: str, subject: Any) -> str:
    if standing.connection.state != ConnectionState.ACTIVE:
        return ""
    access = crm.access.access(request.user, subject.organization_id)
    if not access.may(_MODULES[kind], Level.EDIT):
        return ""
    kwargs = {"organization": subject.organization_id, "kind": kind, "record": subject.pk}
    return reverse("integration:sync_record", kwargs=kwargs)


def _other_page(request: HttpRequest, standing: Standing, side: str) -> str:
    """The counterpart's own page, for those who may see it."""
    link = standing.link
    if link is None:
        return ""
    end = (link.finance_kind, link.finance_id) if side == "crm" else (link.crm_kind, link.crm_id)
    return RecordPages(cast("User", request.user), standing.connection).of([end]).get(end, "")


def _next_step(request: HttpRequest, standing: Standing) -> str:
    """Where to settle what keeps the record from being in sync, for those who open the CRM's Setup."""
    if not standing.step:
        return ""
    try:
        access = crm.access.access(request.user, standing.connection.crm_organization_id)
    except NotFound:
        return ""
    if not access.profile.can_setup:
        return ""
    kwargs = {"organization": standing.connection.crm_organization_id, "connection": standing.connection.pk}
    return reverse(f"integration:{standing.step}", kwargs=kwargs)
