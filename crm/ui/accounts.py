"""The pages of accounts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Account
from crm.selectors.accounts import accounts, get_account
from crm.selectors.contacts import contacts
from crm.selectors.search import find_accounts
from crm.services import accounts as services
from crm.ui import records, sections
from crm.ui.base import in_organization
from crm.ui.cells import Column, Look, website_link
from crm.ui.lists import Listing
from finsuite.kernel.api.fields import of_model

COLUMNS = (
    Column("owner", _("Owner"), Look.PERSON),
    Column("phone", _("Phone"), Look.PHONE),
    Column("website", _("Website"), Look.WEBSITE),
    Column("billing_city", _("City"), sort="billing_city"),
    Column("billing_country", _("Country"), sort="billing_country"),
    Column("industry", _("Industry"), sort="industry"),
    Column("account_type", _("Type"), sort="account_type"),
    Column("account_number", _("Account number"), sort="account_number"),
    Column("parent", _("Parent account"), Look.ACCOUNT),
    Column("employees", _("Employees"), Look.NUMBER, sort="employees"),
    Column("annual_revenue", _("Annual revenue"), Look.MONEY, sort="annual_revenue"),
    Column("currency", _("Currency"), sort="currency"),
    Column("tags", _("Tags"), Look.TAGS),
    Column("created_at", _("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", _("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("name", *(column.sort for column in COLUMNS if column.sort))

PAGES = records.Pages(
    module=Module.ACCOUNTS,
    singular="account",
    model=Account,
    sections=sections.ACCOUNT,
    listing=Listing(
        module=Module.ACCOUNTS,
        title=_("Accounts"),
        template="crm/account_list.html",
        columns=COLUMNS,
        shown=("owner", "phone", "website", "billing_city", "industry", "updated_at"),
        order=of_model(Account, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"name": "sort_key"}),
        ordering="name",
        name_columns=("name",),
        badges="crm.accounts.row_badges",
        url_name="crm:account_list",
        detail_url_name="crm:account_detail",
    ),
    title_new=_("New account"),
    rows=accounts,
    get=get_account,
    find=find_accounts,
    create=services.create_account,
    update=services.update_account,
    delete=services.delete_account,
    delete_many=services.delete_accounts,
)


@require_safe
@in_organization
def account_list(request: HttpRequest, access: Access) -> HttpResponse:
    return records.listed(PAGES, request, access)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def account_create(request: HttpRequest, access: Access) -> HttpResponse:
    return records.created(PAGES, request, access, {})


@require_safe
@in_organization
def account_detail(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    context = frame(request, access, account_id, "overview")
    account = context["account"]
    parent = {"parent_id": PAGES.address("detail", access, account.parent)} if account.parent else {}
    context |= records.overview(PAGES, account, parent)
    return render(request, "crm/account_detail.html", context)


@require_safe
@in_organization
def account_contacts(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    context = frame(request, access, account_id, "contacts")
    access.require(Module.CONTACTS, Level.VIEW)
    rows = contacts(access).filter(account=context["account"]).order_by("sort_key", "id")
    context |= {"contacts": rows[:MOST_CONTACTS], "may_create": access.may(Module.CONTACTS, Level.CREATE)}
    return render(request, "crm/account_contacts.html", context)


@require_safe
@in_organization
def account_history(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    return records.history_tab(PAGES, request, frame(request, access, account_id, "history"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def account_edit(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    return records.edited(PAGES, request, access, account_id)


@require_POST
@in_organization
def account_delete(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    return records.deleted(PAGES, request, access, account_id)


@require_POST
@in_organization
def account_delete_many(request: HttpRequest, access: Access) -> HttpResponse:
    return records.deleted_many(PAGES, request, access)


@require_safe
@in_organization
def account_lookup(request: HttpRequest, access: Access) -> HttpResponse:
    return records.looked_up(PAGES, request, access)


MOST_CONTACTS = 200


def frame(request: HttpRequest, access: Access, account_id: int, tab: str) -> dict[str, Any]:
    """The context of templates that extend crm/account_frame.html: every tab of an account's page."""
    context = records.frame(PAGES, request, access, account_id, tab)
    account = context["account"]
    sees_contacts = access.may(Module.CONTACTS, Level.VIEW)
    context |= {
        "sees_contacts": sees_contacts,
        "contact_count": contacts(access).filter(account=account).count() if sees_contacts else 0,
        "child_count": accounts(access).filter(parent=account).count(),
        "website": website_link(account.website) if account.website else "",
        "new_contact": f"{reverse('crm:contact_create', args=[access.organization.pk])}?account={account.pk}",
    }
    return context
