"""The pages of deals: list, page, form; moving to another stage; the way they have come."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import Contact, Deal, Stage
from crm.selectors.deals import age_of, contact_roles_of, stage_visits
from crm.selectors.pipelines import stages
from crm.selectors.records import get_record
from crm.ui import records, sections
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.cells import STAGE_TONES, Column, Look
from crm.ui.lists import Listing
from crm.ui.overview import record_link
from finsuite.kernel import formats
from finsuite.kernel.api.fields import of_model

COLUMNS = (
    Column("account", gettext_lazy("Account"), Look.RECORD, refers=Module.ACCOUNTS),
    Column("amount", gettext_lazy("Amount"), Look.MONEY, sort="amount"),
    Column("stage", gettext_lazy("Stage"), Look.STAGE),
    Column("closing_date", gettext_lazy("Closing date"), Look.DAY, sort="closing_date"),
    Column("owner", gettext_lazy("Owner"), Look.PERSON),
    Column("probability", gettext_lazy("Probability"), Look.PERCENT, sort="probability"),
    Column("expected_revenue", gettext_lazy("Expected revenue"), Look.MONEY, sort="expected_revenue"),
    Column("contact", gettext_lazy("Contact"), Look.RECORD, refers=Module.CONTACTS),
    Column("next_step", gettext_lazy("Next step"), sort="next_step"),
    Column("deal_type", gettext_lazy("Type"), sort="deal_type"),
    Column("lead_source", gettext_lazy("Lead source"), sort="lead_source"),
    Column("currency", gettext_lazy("Currency"), sort="currency"),
    Column("stage_entered_at", gettext_lazy("In this stage since"), Look.AGO, sort="stage_entered_at"),
    Column("tags", gettext_lazy("Tags"), Look.TAGS),
    Column("created_at", gettext_lazy("Created"), Look.AGO, sort="created_at"),
    Column("updated_at", gettext_lazy("Last change"), Look.AGO, sort="updated_at"),
)

SORTABLE = ("name", *(column.sort for column in COLUMNS if column.sort))


def _around(access: Access, deal: Any) -> dict[str, Any]:
    place = access.organization.pk
    path = list(stages(deal.pipeline))
    people = contact_roles_of(access, deal).count() if access.may(Module.CONTACTS, Level.VIEW) else None
    tabs = [
        records.Tab(
            "lines",
            _("Lines"),
            address(Module.DEALS, "lines", place, deal.pk),
            deal.lines.count() if deal.has_lines else None,
        )
    ]
    if people is not None:
        tabs.append(
            records.Tab("contacts", _("Contacts"), address(Module.DEALS, "contacts", place, deal.pk), people or None)
        )
    tabs.append(records.Tab("stages", _("Stage history"), address(Module.DEALS, "stages", place, deal.pk)))
    return {
        "tabs": tabs,
        "path": path_of(deal, path),
        "move_url": address(Module.DEALS, "move", place, deal.pk),
        "tone": STAGE_TONES[deal.stage.category],
        "amount": "" if deal.amount is None else formats.amount(deal.amount, deal.currency),
        "in_home": _in_home(access, deal),
        "expected": "" if deal.expected_revenue is None else formats.amount(deal.expected_revenue, deal.currency),
        "account_link": record_link(access, Module.ACCOUNTS, deal.account),
        "contact_link": record_link(access, Module.CONTACTS, deal.contact),
        "age": age_of(deal).days,
    }


def path_of(deal: Deal, path: list[Stage]) -> list[dict[str, Any]]:
    """The pipeline's stages as steps: which are behind the deal, where it is, and what each one means."""
    at = next((place for place, stage in enumerate(path) if stage.pk == deal.stage_id), 0)
    return [
        {
            "stage": stage,
            "is_here": place == at,
            "is_done": place < at and stage.category == "open",
            "tone": STAGE_TONES[stage.category],
        }
        for place, stage in enumerate(path)
    ]


def _in_home(access: Access, deal: Deal) -> str:
    home = access.organization.home_currency
    if deal.amount_home is None or deal.currency == home:
        return ""
    return formats.amount(deal.amount_home, home)


def _detail(deal: Any) -> str:
    return deal.account.name if deal.account else ""


def _initial(request: HttpRequest, access: Access) -> dict[str, Any]:
    """A new deal that is made from an account's or a contact's page is theirs; from a board's column, in that stage."""
    start: dict[str, Any] = {}
    if account_id := request.GET.get("account"):
        access.require(Module.ACCOUNTS, Level.VIEW)
        account = get_record(access, Module.ACCOUNTS, account_id)
        start |= {"account_id": account.pk, "currency": account.currency}
    if contact_id := request.GET.get("contact"):
        access.require(Module.CONTACTS, Level.VIEW)
        contact: Contact = get_record(access, Module.CONTACTS, contact_id)
        start |= {"contact_id": contact.pk}
        if contact.account and access.sees(Module.ACCOUNTS, contact.account.owner_id):
            start |= {"account_id": contact.account_id, "currency": contact.account.currency}
    wanted = request.GET.get("stage", "")
    if wanted.isdecimal() and (stage := Stage.objects.of(access.organization).filter(pk=int(wanted[:18])).first()):
        start["stage_id"] = stage.pk
    return start


PAGES = records.Pages(
    module=Module.DEALS,
    icon="handshake",
    sections=sections.DEAL,
    listing=Listing(
        module=Module.DEALS,
        columns=COLUMNS,
        shown=("account", "amount", "stage", "closing_date", "owner", "probability"),
        order=of_model(Deal, read=("id", *SORTABLE), orderable=SORTABLE, order_by={"name": "sort_key"}),
        ordering="name",
        layouts="crm/deal_layouts.html",
        board="crm:deal_board",
    ),
    words=records.Words(
        name=gettext_lazy("Deal"),
        new=gettext_lazy("New deal"),
        none_yet=gettext_lazy("No deals yet"),
        why_none=gettext_lazy("A deal is a sale in the making: to whom, for how much, and how far it has come."),
        none_match=gettext_lazy("No deal matches"),
        show_all=gettext_lazy("Show all deals"),
        look_only=gettext_lazy("Your profile lets you look at deals, not make them."),
        nobody=gettext_lazy("Nobody owns this deal"),
        views=gettext_lazy("Views of the deal"),
        about=gettext_lazy("About this deal"),
        kept=gettext_lazy("What the deal says is kept in the history. The deal itself does not come back."),
        delete=gettext_lazy("Delete the deal"),
        delete_many=gettext_lazy("Delete the selected deals?"),
        delete_these=gettext_lazy("Delete the selected deals"),
        let_go=gettext_lazy("Their lines go with them. What the deals say is kept in the history."),
    ),
    detail=_detail,
    detail_needs=("account",),
    initial=_initial,
    around=_around,
)


def frame(request: HttpRequest, access: Access, deal_id: int, tab: str) -> dict[str, Any]:
    """The context of templates that extend crm/deal_frame.html: every tab of a deal's page."""
    return records.frame(PAGES, request, access, deal_id, tab)


@require_safe
@in_organization
def deal_stages(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """The stages that the deal has been in, with how long it stayed in each."""
    context = frame(request, access, deal_id, "stages")
    visits = [
        {"change": visit.change, "is_last": visit.is_last, "words": formats.duration(visit.stayed)}
        for visit in stage_visits(context["deal"])
    ]
    return render(request, "crm/deal_stages.html", context | {"visits": visits})
