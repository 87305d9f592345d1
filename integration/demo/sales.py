"""Makes what the demo's sales people have: products, pipelines, deals, activities, files, views, who sees what."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.utils import timezone

from crm.choices import Level, Module, Sharing
from crm.models import (
    Account,
    Contact,
    Currency,
    Deal,
    ListView,
    LostReason,
    Membership,
    Organization,
    Product,
    Stage,
    Vendor,
)
from crm.services import activities, attachments, currencies, custom_fields, deals, list_views, stage_past, stages
from crm.services.duplicates import find_duplicates
from crm.services.pipelines import create_pipeline
from crm.services.products import create_products
from crm.services.profiles import create_profile
from crm.services.sharing import change_sharing
from crm.services.teams import change_manager, create_team
from crm.services.vendors import create_vendors
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from integration.demo import content, sales_content
from integration.demo.sales_content import DealPlan
from users.models import User


@dataclass(frozen=True)
class Office:
    """Where the demo is being made, and by whom."""

    organization: Organization
    admin: User
    home: User  # sells in France
    abroad: User  # sells everywhere else
    accountant: User

    @property
    def actor(self) -> Actor:
        return Actor.person(self.admin)

    @property
    def today(self) -> date:
        return timezone.now().astimezone(ZoneInfo(self.organization.time_zone)).date()

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment of a day, counted from today, where the organization works."""
        day = self.today + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.organization.time_zone))


def made(results: Sequence[Any]) -> list[Any]:
    """The records; the demo's own rows are never refused."""
    for result in results:
        if isinstance(result, Refused):
            raise result
    return list(results)


def prepare(office: Office) -> None:
    """What stands before the first record: custom fields, and rates of the past year."""
    for values in sales_content.FIELDS:
        custom_fields.create_custom_field(actor=office.actor, organization=office.organization, values=values)
    dice = random.Random(content.SEED + 20)  # noqa: S311
    for currency in Currency.objects.of(office.organization).select_related("organization").order_by("code"):
        if currency.code not in content.RATES:
            continue
        for months in range(12, 0, -1):
            day = office.today.replace(day=1) - timedelta(days=30 * months)
            drift = 1 + Decimal(dice.randrange(-30, 31)) / 1000
            rate = (content.RATES[currency.code] * drift).quantize(Decimal("1e-4"))
            currencies.set_rate(actor=office.actor, currency=currency, day=day, rate=rate)


def accounting_profile(office: Office) -> Any:
    """A controller's: sees every record, changes accounts and contacts."""
    levels = {Module.ACCOUNTS: Level.EDIT, Module.CONTACTS: Level.EDIT, Module.DEALS: Level.VIEW}
    return create_profile(
        actor=office.actor,
        organization=office.organization,
        values={"name": "Accounting", "description": "Sees every record, sells nothing.", "sees_all": True},
        levels={module: levels.get(module, Level.VIEW) for module in Module},
    )


def build(office: Office, companies: list[content.Company], accounts: Sequence[Account]) -> None:
    """Everything that sales people make of accounts and contacts that are there."""
    people = _people_of(office)
    products = _catalogue(office)
    _tender_pipeline(office)
    plans = sales_content.deals(companies)
    made_deals = _deals(office, plans, accounts, people, products)
    _note_the_past(office, plans, made_deals)
    _roles(office, made_deals, people)
    _activities(office, made_deals, plans, people)
    _files(office, made_deals, accounts)
    _sharing(office)
    _views(office)
    for module in (Module.ACCOUNTS, Module.VENDORS):
        find_duplicates(office.organization, module)


def _people_of(office: Office) -> dict[int, list[Contact]]:
    """The contacts by account."""
    found: dict[int, list[Contact]] = {}
    for contact in Contact.objects.of(office.organization).exclude(account=None).order_by("id"):
        found.setdefault(contact.account_id or 0, []).append(contact)
    return found


def _catalogue(office: Office) -> list[Product]:
    vendors: list[Vendor] = made(
        create_vendors(actor=office.actor, organization=office.organization, rows=sales_content.vendors())
    )
    rows = []
    for code, name, category, price, unit, vendor, thickness in sales_content.PRODUCTS:
        row: dict[str, Any] = {
            "code": code,
            "name": name,
            "category": category,
            "unit_price": Decimal(price),
            "usage_unit": unit,
            "vendor_id": vendors[vendor].pk if vendor is not None else None,
            "is_active": code != sales_content.OFF_SALE,
        }
        if thickness is not None:
            row |= {"cf_thickness": thickness, "cf_data_sheet": f"https://www.example.com/{code.lower()}"}
        rows.append(row)
    return made(create_products(actor=office.actor, organization=office.organization, rows=rows))


def _tender_pipeline(office: Office) -> None:
    pipeline = create_pipeline(
        actor=office.actor, organization=office.organization, values={"name": sales_content.TENDERS}
    )
    held = {stage.name: stage for stage in Stage.objects.filter(pipeline=pipeline).select_related("organization")}
    for name, called, probability in sales_content.TENDER_STAGES:
        if called is None:
            stages.delete_stage(actor=office.actor, stage=held[name])
        else:
            values = {"name": called, "probability": probability}
            stages.update_stage(actor=office.actor, stage=held[name], values=values)


def _stage_ids(office: Office) -> dict[tuple[bool, str], int]:
    """Stages by whether they are of the tenders, and by name; the last ones also as "won" and "lost"."""
    found = {}
    for stage in Stage.objects.of(office.organization).select_related("pipeline"):
        is_public = stage.pipeline.name == sales_content.TENDERS
        found[is_public, stage.name] = stage.pk
        found.setdefault((is_public, stage.category), stage.pk)
    return found


def _deals(
    office: Office,
    plans: Sequence[DealPlan],
    accounts: Sequence[Account],
    people: Mapping[int, list[Contact]],
    products: Sequence[Product],
) -> list[Deal]:
    ids = _stage_ids(office)
    reasons = list(LostReason.objects.of(office.organization).order_by("position"))
    rows = []
    for plan in plans:
        account = accounts[plan.company]
        row = {
            "name": plan.name,
            "owner_id": account.owner_id,
            "account_id": account.pk,
            "contact_id": next((each.pk for each in people.get(account.pk, ())), None),
            "stage_id": ids[plan.is_public, plan.path[-1] if plan.outcome == "open" else plan.outcome],
            "amount": plan.amount,
            "closing_date": office.today + timedelta(days=plan.closing),
            "deal_type": plan.kind,
            "next_step": plan.next_step,
            "lead_source": plan.source,
            "tags": ["public"] if plan.is_public else [],
            "cf_glazed_area": str(plan.area),
        }
        if plan.outcome == "lost":
            row["lost_reason_id"] = reasons[plan.place % len(reasons)].pk
            row["lost_note"] = sales_content.LOST_NOTES[plan.place % len(sales_content.LOST_NOTES)]
        elif plan.closing > 0:
            row["cf_delivery"] = (office.today + timedelta(days=plan.closing + 56)).isoformat()
        rows.append(row)
    found: list[Deal] = made(deals.create_deals(actor=office.actor, organization=office.organization, rows=rows))
    for plan, deal in zip(plans, found, strict=True):
        if plan.lines:
            lines = [_line(deal, products[place], quantity, off) for place, quantity, off in plan.lines]
            deals.set_lines(actor=office.actor, deal=deal, lines=lines)
    return list(Deal.objects.of(office.organization).select_related("organization").order_by("pk"))


def _line(deal: Deal, product: Product, quantity: Decimal, discount: Decimal | None) -> dict[str, Any]:
    price = ((product.unit_price or Decimal(0)) * deal.exchange_rate).quantize(Decimal("0.01"))
    return {"product_id": product.pk, "quantity": quantity, "price": price, "discount_percent": discount}


def _note_the_past(office: Office, plans: Sequence[DealPlan], found: Sequence[Deal]) -> None:
    ids = _stage_ids(office)
    pasts = {}
    for plan, deal in zip(plans, found, strict=True):
        names = [*plan.path, *([plan.outcome] if plan.outcome != "open" else [])]
        pasts[deal.pk] = [
            stage_past.Step(ids[plan.is_public, name], office.at(-days, 8 + (plan.place + turn) % 10, plan.place % 60))
            for turn, (name, days) in enumerate(zip(names, plan.moved, strict=True))
        ]
    stage_past.tell_past(actor=office.actor, organization=office.organization, pasts=pasts)


def _roles(office: Office, found: Sequence[Deal], people: Mapping[int, list[Contact]]) -> None:
    for deal in found[::2]:
        known = people.get(deal.account_id or 0, [])
        if len(known) > 1:
            pairs = zip(known[:3], sales_content.ROLES, strict=False)
            roles = [{"contact_id": contact.pk, "role": role} for contact, role in pairs]
            deals.set_contact_roles(actor=office.actor, deal=deal, roles=roles)


def _activities(
    office: Office, found: Sequence[Deal], plans: Sequence[DealPlan], people: Mapping[int, list[Contact]]
) -> None:
    owners = {person.pk: person for person in (office.admin, office.home, office.abroad)}
    for plan, deal in zip(plans, found, strict=True):
        actor = Actor.person(owners[deal.owner_id or office.admin.pk])
        known = [contact.pk for contact in people.get(deal.account_id or 0, ())][:2]
        for values in _noted(office, plan, known):
            about = {"module": Module.DEALS.value, "record_id": deal.pk}
            activities.create_activity(actor=actor, organization=office.organization, values={**about, **values})
    for person in owners.values():
        own = {"kind": "task", "subject": "Hand in the travel expenses", "due_on": office.today + timedelta(days=3)}
        activities.create_activity(actor=Actor.person(person), organization=office.organization, values=own)


def _noted(office: Office, plan: DealPlan, contacts: list[int]) -> list[dict[str, Any]]:
    """What is noted of one deal: some of it done, some overdue, some for today, some ahead."""
    turn = plan.place
    found: list[dict[str, Any]] = []
    if turn % 3 == 0:
        body = sales_content.NOTES[turn // 3 % len(sales_content.NOTES)]
        found.append({"kind": "note", "body": body, "is_pinned": turn % 9 == 0})
    if turn % 4 == 0:
        found.append(
            {
                "kind": "call",
                "subject": sales_content.CALLS[turn // 4 % len(sales_content.CALLS)],
                "status": "done",
                "starts_at": office.at(-1 - turn % 20, 9 + turn % 8, 30),
                "minutes": 10 + turn % 4 * 5,
                "call_direction": "outbound",
                "call_outcome": ("connected", "left_message")[turn // 4 % 2],
                "contacts": contacts[:1],
            }
        )
    if plan.outcome != "open":
        return found
    if turn % 3 == 1:
        found.append(
            {
                "kind": "meeting",
                "subject": sales_content.MEETINGS[turn // 3 % len(sales_content.MEETINGS)],
                "starts_at": office.at((0, 1, 2, 5, 9, 14)[turn // 3 % 6], 10 + turn % 6),
                "minutes": 60,
                "location": plan.name.rpartition(", ")[2],
                "contacts": contacts,
            }
        )
    days = (-6, 0, 2, -2, 7, 0, 12, 1)[turn % 8]
    found.append(
        {
            "kind": "task",
            "subject": sales_content.TASKS[turn % len(sales_content.TASKS)],
            "due_on": office.today + timedelta(days=days),
            "priority": ("normal", "high", "normal", "low")[turn % 4],
        }
    )
    if turn % 5 == 0:
        call = sales_content.CALLS[turn % len(sales_content.CALLS)]
        found.append({"kind": "call", "subject": call, "starts_at": office.at(turn % 4, 15), "minutes": 15})
    return found


def _files(office: Office, found: Sequence[Deal], accounts: Sequence[Account]) -> None:
    for deal in found[:6]:
        _attach(office, Module.DEALS, deal.pk, "measurements.csv", sales_content.measurements(deal.name))
    for deal in found[3:9]:
        _attach(office, Module.DEALS, deal.pk, "minutes of the site visit.txt", sales_content.minutes_of(deal.name))
    drawing = sales_content.sketch()
    for deal in found[:3]:
        _attach(office, Module.DEALS, deal.pk, "façade.png", drawing)
    for account in accounts[:2]:
        _attach(
            office,
            Module.ACCOUNTS,
            account.pk,
            "terms agreed.txt",
            sales_content.TERMS,
        )


def _attach(office: Office, module: Module, record_id: int, name: str, data: bytes) -> None:
    attachments.attach_to_record(
        actor=office.actor,
        organization=office.organization,
        module=module,
        record_id=record_id,
        file=ContentFile(data, name=name),
    )


def _sharing(office: Office) -> None:
    """Karim leads the sales people; deals are seen by their owner's team, and by whom the owner reports to."""
    rows = Membership.objects.of(office.organization).select_related("organization")
    members = {member.user_id: member for member in rows}
    admin, home, abroad = (members[each.pk] for each in (office.admin, office.home, office.abroad))
    accountant = members[office.accountant.pk]
    change_manager(actor=office.actor, membership=home, manager_id=admin.pk)
    change_manager(actor=office.actor, membership=abroad, manager_id=home.pk)
    change_manager(actor=office.actor, membership=accountant, manager_id=admin.pk)
    for name, ids in (("France", [home.pk]), ("Export", [abroad.pk])):
        values = {"name": name, "member_ids": ids}
        create_team(actor=office.actor, organization=office.organization, values=values)
    sharing = {Module.DEALS.value: Sharing.TEAMS.value}
    change_sharing(actor=office.actor, organization=office.organization, sharing=sharing)


def _views(office: Office) -> None:
    """Everybody's views, one of Karim's own, and one that he shares with who sells abroad."""
    large = [_is("amount", "gte", "20000"), _is("probability", "between", [10, 90])]
    everybodys: tuple[tuple[str, str, list[dict[str, Any]], str, str], ...] = (
        ("deals", "Closing this month", [_is("closing_date", "is", "this_month")], "closing_date", "list"),
        ("deals", "Large and open", large, "-amount", "list"),
        ("deals", "Pipeline board", [], "", "board"),
        ("accounts", "Key accounts", [_is("cf_customer_rank", "is", "key_account")], "name", "list"),
        ("products", "Glass", [_is("category", "is", "Glass")], "unit_price", "list"),
    )
    for module, name, criteria, sort, layout in everybodys:
        values: dict[str, Any] = {"module": module, "name": name, "sort": sort, "layout": layout}
        values |= {"scope": "criteria", "criteria": criteria} if criteria else {}
        view = list_views.create_list_view(
            actor=office.actor, organization=office.organization, values={**values, "visibility": "public"}
        )
        if name in ("Closing this month", "Key accounts"):
            _pin(office, view)
    karim = Actor.person(office.home)
    for name, more in (
        ("Rénovation, to call again", {}),
        ("Abroad, in euros", {"visibility": "shared", "shared_people": [office.abroad.pk]}),
    ):
        criteria = (
            [_is("currency", "is", "EUR"), _is("billing_country", "is_not", "France")]
            if more
            else [_is("tags", "contains", "rénovation"), _is("phone", "not_empty")]
        )
        values = {"module": "accounts", "name": name, "scope": "criteria", "criteria": criteria}
        list_views.create_list_view(
            actor=karim,
            organization=office.organization,
            values={**values, "owner_id": office.home.pk, **more},
        )


def _is(field: str, comparator: str, value: Any = None) -> dict[str, Any]:
    found = {"field": field, "comparator": comparator}
    return found if value is None else {**found, "value": value}


def _pin(office: Office, view: ListView) -> None:
    for person in (office.admin, office.home):
        list_views.pin_list_view(actor=Actor.person(person), list_view=view)
