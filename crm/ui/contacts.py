"""The pages of contacts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Contact
from crm.selectors.accounts import get_account
from crm.selectors.contacts import contacts, get_contact
from crm.selectors.search import find_contacts
from crm.services import contacts as services
from crm.ui import records, sections
from crm.ui.base import in_organization
from crm.ui.cells import Column, Look
from crm.ui.lists import Listing
from finsuite.kernel.api.fields import of_model

COLUMNS = (
    Column("account", _("Account"), Look.ACCOUNT),
    Column("owner", _("Owner"), Look.PERSON),
    Column("email", _("E-mail"), Look.EMAIL, sort="email"),
    Column("phone", _("Phone"), Look.PHONE),
    Column("mobile", _("Mobile"), Look.PHONE),
    Column("title", _("Title"), sort="title"),
    Column("department", _("Department"), sort="department"),
    Column("mailing_city", _("City"), sort="mailing_city"),
    Column("mailing_country", _("Country"), sort="mailing_country"),
    Column("lead_source", _("Lead source"), sort="lead_source"),
    Column("date_of_birth", _("Date of birth"), Look.DAY, sort="date_of_birth"),
    Column("tags", _("Tags"), Look.TAGS),
    Column("created_at", _("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", _("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("last_name", *(column.sort for column in COLUMNS if column.sort))

PAGES = records.Pages(
    module=Module.CONTACTS,
    singular="contact",
    model=Contact,
    sections=sections.CONTACT,
    listing=Listing(
        module=Module.CONTACTS,
        title=_("Contacts"),
        template="crm/contact_list.html",
        columns=COLUMNS,
        shown=("account", "email", "phone", "title", "owner", "updated_at"),
        order=of_model(Contact, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"last_name": "sort_key"}),
        ordering="last_name",
        name_columns=("first_name", "last_name"),
        badges="crm.contacts.row_badges",
        url_name="crm:contact_list",
        detail_url_name="crm:contact_detail",
    ),
    title_new=_("New contact"),
    rows=contacts,
    get=get_contact,
    find=find_contacts,
    create=services.create_contact,
    update=services.update_contact,
    delete=services.delete_contact,
    delete_many=services.delete_contacts,
)


@require_safe
@in_organization
def contact_list(request: HttpRequest, access: Access) -> HttpResponse:
    return records.listed(PAGES, request, access)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def contact_create(request: HttpRequest, access: Access) -> HttpResponse:
    return records.created(PAGES, request, access, _of_account(request, access))


@require_safe
@in_organization
def contact_detail(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    context = frame(request, access, contact_id, "overview")
    contact = context["contact"]
    addresses = {}
    if contact.account and access.may(Module.ACCOUNTS, Level.VIEW):
        addresses["account_id"] = reverse("crm:account_detail", args=[access.organization.pk, contact.account_id])
    if contact.reports_to:
        addresses["reports_to_id"] = PAGES.address("detail", access, contact.reports_to)
    context |= records.overview(PAGES, contact, addresses)
    return render(request, "crm/contact_detail.html", context)


@require_safe
@in_organization
def contact_history(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    return records.history_tab(PAGES, request, frame(request, access, contact_id, "history"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def contact_edit(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    return records.edited(PAGES, request, access, contact_id)


@require_POST
@in_organization
def contact_delete(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    return records.deleted(PAGES, request, access, contact_id)


@require_POST
@in_organization
def contact_delete_many(request: HttpRequest, access: Access) -> HttpResponse:
    return records.deleted_many(PAGES, request, access)


@require_safe
@in_organization
def contact_lookup(request: HttpRequest, access: Access) -> HttpResponse:
    return records.looked_up(PAGES, request, access)


def frame(request: HttpRequest, access: Access, contact_id: int, tab: str) -> dict[str, Any]:
    """The context of templates that extend crm/contact_frame.html: every tab of a contact's page."""
    context = records.frame(PAGES, request, access, contact_id, tab)
    report_count = contacts(access).filter(reports_to=context["contact"]).count()
    return context | {"report_count": report_count, "sees_accounts": access.may(Module.ACCOUNTS, Level.VIEW)}


def _of_account(request: HttpRequest, access: Access) -> dict[str, Any]:
    """A new contact that is made from an account's page starts with that account and its address."""
    account_id = request.GET.get("account", "")
    if not account_id:
        return {}
    access.require(Module.ACCOUNTS, Level.VIEW)
    account = get_account(access, account_id)
    address = {
        "mailing_street": account.billing_street,
        "mailing_city": account.billing_city,
        "mailing_state": account.billing_state,
        "mailing_zip": account.billing_code,
        "mailing_country": account.billing_country,
    }
    return {"account_id": account.pk, "currency": account.currency, **address}
