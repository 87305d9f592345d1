"""The pages of contacts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Contact
from crm.selectors.accounts import get_account
from crm.selectors.contacts import contacts
from crm.selectors.deals import deals, of_contact
from crm.ui import records, sections
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.cells import Column, Look
from crm.ui.lists import Listing
from crm.ui.overview import record_link
from crm.ui.record_deals import deals_tab
from finsuite.kernel.api.fields import of_model

COLUMNS = (
    Column("account", gettext_lazy("Account"), Look.RECORD, refers=Module.ACCOUNTS),
    Column("owner", gettext_lazy("Owner"), Look.PERSON),
    Column("email", gettext_lazy("E-mail"), Look.EMAIL, sort="email"),
    Column("phone", gettext_lazy("Phone"), Look.PHONE),
    Column("mobile", gettext_lazy("Mobile"), Look.PHONE),
    Column("title", gettext_lazy("Title"), sort="title"),
    Column("department", gettext_lazy("Department"), sort="department"),
    Column("mailing_city", gettext_lazy("City"), sort="mailing_city"),
    Column("mailing_country", gettext_lazy("Country"), sort="mailing_country"),
    Column("lead_source", gettext_lazy("Lead source"), sort="lead_source"),
    Column("date_of_birth", gettext_lazy("Date of birth"), Look.DAY, sort="date_of_birth"),
    Column("tags", gettext_lazy("Tags"), Look.TAGS),
    Column("created_at", gettext_lazy("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", gettext_lazy("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("last_name", *(column.sort for column in COLUMNS if column.sort))


def _around(access: Access, contact: Any) -> dict[str, Any]:
    count = contacts(access).filter(reports_to=contact).count()
    stays = ngettext("%(n)d contact who reports to them stays.", "%(n)d contacts who report to them stay.", count)
    tabs = []
    if access.may(Module.DEALS, Level.VIEW):
        place = address(Module.CONTACTS, "deals", access.organization.pk, contact.pk)
        tabs.append(
            records.Tab("deals", Module.DEALS.label, place, deals(access).filter(of_contact(contact.pk)).count())
        )
    return {
        "tabs": tabs,
        "stays": [stays % {"n": count}] if count else [],
        "account_link": record_link(access, Module.ACCOUNTS, contact.account),
    }


def _detail(contact: Any) -> str:
    return contact.account.name if contact.account else str(contact.email)


def _initial(request: HttpRequest, access: Access) -> dict[str, Any]:
    """A new contact that is made from an account's page starts with that account and its address."""
    account_id = request.GET.get("account", "")
    if not account_id:
        return {}
    access.require(Module.ACCOUNTS, Level.VIEW)
    account = get_account(access, account_id)
    mailing = {
        "mailing_street": account.billing_street,
        "mailing_city": account.billing_city,
        "mailing_state": account.billing_state,
        "mailing_zip": account.billing_code,
        "mailing_country": account.billing_country,
    }
    return {"account_id": account.pk, "currency": account.currency, **mailing}


PAGES = records.Pages(
    module=Module.CONTACTS,
    icon="contact",
    sections=sections.CONTACT,
    listing=Listing(
        module=Module.CONTACTS,
        columns=COLUMNS,
        shown=("account", "email", "phone", "title", "owner", "updated_at"),
        order=of_model(Contact, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"last_name": "sort_key"}),
        ordering="last_name",
    ),
    words=records.Words(
        name=gettext_lazy("Name"),
        new=gettext_lazy("New contact"),
        none_yet=gettext_lazy("No contacts yet"),
        why_none=gettext_lazy(
            "A contact is a person, at an account or on their own. Bring yours along in a CSV file, or make "
            "the first one here."
        ),
        none_match=gettext_lazy("No contact matches"),
        show_all=gettext_lazy("Show all contacts"),
        look_only=gettext_lazy("Your profile lets you look at contacts, not make them."),
        nobody=gettext_lazy("Nobody owns this contact"),
        views=gettext_lazy("Views of the contact"),
        about=gettext_lazy("About this contact"),
        kept=gettext_lazy("What the contact says is kept in the history. The contact does not come back."),
        delete=gettext_lazy("Delete the contact"),
        delete_many=gettext_lazy("Delete the selected contacts?"),
        delete_these=gettext_lazy("Delete the selected contacts"),
        let_go=gettext_lazy(
            "Those who report to them and their deals stay. What the contacts say is kept in the history."
        ),
    ),
    detail=_detail,
    detail_needs=("account",),
    initial=_initial,
    around=_around,
)


@require_safe
@in_organization
def contact_deals(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    """The deals in which the contact has a say."""
    context = records.frame(PAGES, request, access, contact_id, "deals")
    return deals_tab(request, access, context, of_contact(contact_id), f"contact={contact_id}")
