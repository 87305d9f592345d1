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
from finance.models import Membership as FinanceMembership
from finsuite.kernel import panels
from finsuite.kernel.errors import NotFound
from integration.choices import Kind
from integration.selectors.connections import connections_of
from integration.selectors.links import Standing, standing_of
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
    context = {"standing": standing, "other": _crm_page(request, standing), "side": "finance"}
    return render_to_string("integration/_sync_card.html", context, request)


@panels.fill("crm.setup", order=10)
def marketplace(request: HttpRequest, subject: Organization) -> str:
    context = {"organization": subject, "connections": connections_of(subject)}
    return render_to_string("integration/_marketplace.html", context, request)


def _crm_card(request: HttpRequest, kind: str, subject: Account | Contact) -> str:
    standing = standing_of(kind, subject.pk, organization_id=subject.organization_id)
    if standing is None:
        return ""
    context = {
        "standing": standing,
        "other": _finance_page(request, standing),
        "side": "crm",
        "sync_url": _sync_url(request, kind, subject),
    }
    return render_to_string("integration/_sync_card.html", context, request)


def _sync_url(request: HttpRequest, kind: str, subject: Any) -> str:
    access = crm.access.access(request.user, subject.organization_id)
    if not access.may(_MODULES[kind], Level.EDIT):
        return ""
    kwargs = {"organization": subject.organization_id, "kind": kind, "record": subject.pk}
    return reverse("integration:sync_record", kwargs=kwargs)


def _finance_page(request: HttpRequest, standing: Standing) -> str:
    """The counterpart's own page, for those who are members over there."""
    link, organization_id = standing.link, standing.connection.finance_organization_id
    if link is None or link.finance_kind != Kind.CUSTOMER:
        return ""
    if not FinanceMembership.objects.of(organization_id).filter(user=cast("User", request.user)).exists():
        return ""
    return reverse("finance:customer_detail", args=[organization_id, link.finance_id])


def _crm_page(request: HttpRequest, standing: Standing) -> str:
    link, organization_id = standing.link, standing.connection.crm_organization_id
    if link is None:
        return ""
    try:
        access = crm.access.access(request.user, organization_id)
    except NotFound:
        return ""
    if not access.may(_MODULES[link.crm_kind], Level.VIEW):
        return ""
    return reverse(f"crm:{link.crm_kind}_detail", args=[organization_id, link.crm_id])
