"""The pages of accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Account
from crm.selectors.accounts import MOST_SHOWN, accounts, family
from crm.selectors.contacts import contacts
from crm.selectors.deals import deals
from crm.ui import records, sections
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.cells import Column, Look, website_link
from crm.ui.lists import Listing
from crm.ui.record_deals import deals_tab
from finsuite.kernel.api.fields import of_model

MOST_CONTACTS = 200

COLUMNS = (
    Column("owner", gettext_lazy("Owner"), Look.PERSON),
    Column("phone", gettext_lazy("Phone"), Look.PHONE),
    Column("website", gettext_lazy("Website"), Look.WEBSITE),
    Column("billing_city", gettext_lazy("City"), sort="billing_city"),
    Column("billing_country", gettext_lazy("Country"), sort="billing_country"),
    Column("industry", gettext_lazy("Industry"), sort="industry"),
    Column("account_type", gettext_lazy("Type"), sort="account_type"),
    Column("account_number", gettext_lazy("Account number"), sort="account_number"),
    Column("parent", gettext_lazy("Parent account"), Look.RECORD, refers=Module.ACCOUNTS),
    Column("employees", gettext_lazy("Employees"), Look.NUMBER, sort="employees"),
    Column("annual_revenue", gettext_lazy("Annual revenue"), Look.MONEY, sort="annual_revenue"),
    Column("currency", gettext_lazy("Currency"), sort="currency"),
    Column("tags", gettext_lazy("Tags"), Look.TAGS),
    Column("created_at", gettext_lazy("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", gettext_lazy("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("name", *(column.sort for column in COLUMNS if column.sort))


def _around(access: Access, account: Any) -> dict[str, Any]:
    place = access.organization.pk
    children = accounts(access).filter(parent=account).count()
    tabs, stays = [], []
    if access.may(Module.CONTACTS, Level.VIEW):
        count = contacts(access).filter(account=account).count()
        people = address(Module.ACCOUNTS, "contacts", place, account.pk)
        tabs.append(records.Tab("contacts", Module.CONTACTS.label, people, count))
        stay = ngettext("%(n)d contact stays, without an account.", "%(n)d contacts stay, without an account.", count)
        stays += [stay % {"n": count}] if count else []
    if access.may(Module.DEALS, Level.VIEW):
        count = deals(access).filter(account=account).count()
        tabs.append(
            records.Tab("deals", Module.DEALS.label, address(Module.ACCOUNTS, "deals", place, account.pk), count)
        )
        stay = ngettext("%(n)d deal stays, without an account.", "%(n)d deals stay, without an account.", count)
        stays += [stay % {"n": count}] if count else []
    hierarchy = address(Module.ACCOUNTS, "hierarchy", place, account.pk)
    tabs.append(records.Tab("hierarchy", _("Hierarchy"), hierarchy, children or None))
    if children:
        stay = ngettext(
            "%(n)d account below it stays, without a parent.",
            "%(n)d accounts below it stay, without a parent.",
            children,
        )
        stays.append(stay % {"n": children})
    return {
        "tabs": tabs,
        "stays": stays,
        "child_count": children,
        "website": website_link(account.website) if account.website else "",
    }


def _detail(account: Any) -> str:
    return str(account.billing_city)


PAGES = records.Pages(
    module=Module.ACCOUNTS,
    icon="building-2",
    sections=sections.ACCOUNT,
    listing=Listing(
        module=Module.ACCOUNTS,
        columns=COLUMNS,
        shown=("owner", "phone", "website", "billing_city", "industry", "updated_at"),
        order=of_model(Account, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"name": "sort_key"}),
        ordering="name",
    ),
    words=records.Words(
        name=gettext_lazy("Account"),
        new=gettext_lazy("New account"),
        none_yet=gettext_lazy("No accounts yet"),
        why_none=gettext_lazy(
            "An account is a company that you sell to, or may. Bring yours along in a CSV file, or make the first "
            "one here."
        ),
        none_match=gettext_lazy("No account matches"),
        show_all=gettext_lazy("Show all accounts"),
        look_only=gettext_lazy("Your profile lets you look at accounts, not make them."),
        nobody=gettext_lazy("Nobody owns this account"),
        views=gettext_lazy("Views of the account"),
        about=gettext_lazy("About this account"),
        kept=gettext_lazy("What the account says is kept in the history. The account itself does not come back."),
        delete=gettext_lazy("Delete the account"),
        delete_many=gettext_lazy("Delete the selected accounts?"),
        delete_these=gettext_lazy("Delete the selected accounts"),
        let_go=gettext_lazy(
            "Their contacts and deals stay, without an account; accounts below them stay, without a parent. What they "
            "say is kept in the history."
        ),
    ),
    detail=_detail,
    around=_around,
)


def frame(request: HttpRequest, access: Access, account_id: int, tab: str) -> dict[str, Any]:
    """The context of templates that extend crm/account_frame.html: every tab of an account's page."""
    return records.frame(PAGES, request, access, account_id, tab)


@require_safe
@in_organization
def account_contacts(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    """The people who belong to the account."""
    context = frame(request, access, account_id, "contacts")
    access.require(Module.CONTACTS, Level.VIEW)
    rows = contacts(access).filter(account=context["account"]).order_by("sort_key", "id")
    context |= {
        "contacts": rows[:MOST_CONTACTS],
        "may_create": access.may(Module.CONTACTS, Level.CREATE),
        "new_contact": f"{address(Module.CONTACTS, 'create', access.organization.pk)}?account={account_id}",
    }
    return render(request, "crm/account_contacts.html", context)


@require_safe
@in_organization
def account_deals(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    """What is sold to the account, or may be."""
    context = frame(request, access, account_id, "deals")
    return deals_tab(request, access, context, Q(account=context["account"]), f"account={account_id}")


@require_safe
@in_organization
def account_hierarchy(request: HttpRequest, access: Access, account_id: int) -> HttpResponse:
    """The accounts above it and below it, as a tree."""
    context = frame(request, access, account_id, "hierarchy")
    context |= {"family": family(access, context["account"]), "most": MOST_SHOWN}
    return render(request, "crm/account_hierarchy.html", context)
