"""The demo data: made by the services, the same each time, and gone when wiped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from audit.models import Entry
from crm.access import of_actor
from crm.choices import Module
from crm.models import (
    Account,
    Activity,
    Attachment,
    Contact,
    CustomField,
    Deal,
    DealContact,
    DealLine,
    DuplicateSuggestion,
    ListView,
    Membership,
    PinnedView,
    Product,
    Stage,
    StageChange,
    Vendor,
)
from crm.models import Organization as CrmOrganization
from crm.selectors.records import record_rows
from crm.services.organizations import create_organization
from finance.models import (
    Bill,
    CreditNote,
    Customer,
    Estimate,
    Expense,
    ExpenseReport,
    Invoice,
    Item,
    Payment,
    PurchaseOrder,
    Refund,
    SalesOrder,
    Subscription,
    WriteOff,
)
from finance.models import Organization as FinanceOrganization
from finance.models import Vendor as FinanceVendor
from finance.selectors.chain import verify
from finance.selectors.days import today
from finance.selectors.receivables import receivables
from finsuite.kernel.actors import Actor
from integration.demo import build
from users.models import User

# One demo serves most of these tests, so they run in one process.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo, made once for all tests here that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        build.build()
        yield
        transaction.set_rollback(True)


def _digest() -> str:
    rows = [
        *Account.objects.order_by("id").values_list("name", "phone", "billing_city", "currency", "owner__email"),
        *Contact.objects.order_by("id").values_list("first_name", "last_name", "email", "account__name"),
        *Deal.objects.order_by("id").values_list(
            "name", "stage__name", "amount", "custom", "owner__email", "closing_date"
        ),
        *DealLine.objects.order_by("id").values_list("deal__name", "name", "quantity", "total"),
        *StageChange.objects.order_by("id").values_list("deal__name", "to_name", "at"),
        *Activity.objects.order_by("id").values_list("kind", "subject", "status", "due_by"),
        *Item.objects.order_by("id").values_list("sku", "name", "sales_rate", "sales_tax__name", "vendor__number"),
        *Customer.objects.order_by("id").values_list("number", "display_name", "billing_city", "payment_terms"),
        *(
            row
            for model in (Estimate, SalesOrder, Invoice, CreditNote, PurchaseOrder, Bill)
            for row in model.objects.order_by("id").values_list("number", "status", "date", "currency", "total_base")
        ),
        *Payment.objects.order_by("id").values_list("number", "date", "amount", "customer__number"),
        *Expense.objects.order_by("id").values_list("number", "date", "total", "status", "category__name"),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.mark.usefixtures("demo")
def test_the_demo_is_the_same_each_time() -> None:
    first = _digest()
    build.wipe()
    build.build()
    assert _digest() == first


@pytest.mark.usefixtures("demo")
def test_the_demo_has_duplicates_near_duplicates_and_four_currencies() -> None:
    accounts = set(Account.objects.values_list("name_key", flat=True))
    customers = set(Customer.objects.filter(kind="business").values_list("name_key", flat=True))
    assert Account.objects.count() == 241
    assert len(accounts) == 240
    assert len(customers) == 125
    assert len(accounts & customers) == 90
    assert set(Account.objects.values_list("currency", flat=True)) == {"EUR", "USD", "GBP", "CHF"}


@pytest.mark.usefixtures("demo")
def test_the_demos_books_have_items_vendors_and_taxes() -> None:
    assert (Item.objects.count(), Item.objects.filter(track_stock=True).count()) == (11, 8)
    assert FinanceVendor.objects.values_list("number", flat=True).last() == "VEND-00004"
    organization = FinanceOrganization.objects.get(is_demo=True)
    assert (organization.siren, organization.iban) == ("123456782", "FR7630006000011234567890189")
    shared = set(Product.objects.values_list("code", flat=True)) & set(Item.objects.values_list("sku", flat=True))
    assert len(shared) == 8


@pytest.mark.usefixtures("demo")
def test_the_demos_books_hold_more_than_a_year_of_documents_in_every_state() -> None:
    assert _by(Estimate.objects, "status") == {"accepted": 2, "declined": 2, "draft": 2, "invoiced": 21, "sent": 6}
    assert _by(Invoice.objects, "status") == {"draft": 1, "paid": 51, "sent": 23}
    assert set(_by(Invoice.objects, "currency")) == {"CHF", "EUR", "GBP", "USD"}
    assert (CreditNote.objects.count(), Refund.objects.count(), WriteOff.objects.count()) == (3, 1, 1)
    assert (_by(PurchaseOrder.objects, "status"), _by(Bill.objects, "status")) == (
        {"billed": 13},
        {"open": 5, "paid": 39},
    )
    assert _by(ExpenseReport.objects, "status") == {"reimbursed": 1, "rejected": 1, "submitted": 1}
    assert _by(Subscription.objects, "status") == {"live": 3, "trial": 1}
    organization = FinanceOrganization.objects.get(is_demo=True)
    now = today(organization)
    assert Invoice.objects.earliest("date").date < now - timedelta(days=365)
    assert not Invoice.objects.filter(date__gt=now).exists()
    assert receivables(organization).base.overdue > 0
    assert verify(organization).broken is None
    # All but what a calendar made afterwards is numbered in the order of its days.
    days = list(Invoice.objects.order_by("id").values_list("date", flat=True)[:64])
    assert days == sorted(days)


def _by(rows: Any, name: str) -> dict[str, int]:
    return dict(rows.order_by(name).values_list(name).annotate(Count("pk")))


@pytest.mark.usefixtures("demo")
def test_the_demo_has_a_catalogue_and_deals_that_came_through_every_stage() -> None:
    assert (Vendor.objects.count(), Product.objects.count()) == (8, 24)
    assert _by(Deal.objects, "pipeline__name") == {"Public tenders": 15, "Standard": 45}
    assert _by(Deal.objects, "stage__category") == {"lost": 9, "open": 38, "won": 13}
    assert _by(Deal.objects, "currency") == {"EUR": 39, "GBP": 12, "USD": 9}
    assert set(_by(StageChange.objects, "to_name")) == set(Stage.objects.values_list("name", flat=True))
    assert (DealLine.objects.count(), DealContact.objects.count(), StageChange.objects.count()) == (113, 65, 227)
    assert not Deal.objects.filter(stage__category="lost", lost_reason=None).exists()


@pytest.mark.usefixtures("demo")
def test_deals_of_the_demo_moved_in_the_past_months_and_closed_when_they_entered_their_last_stage() -> None:
    assert StageChange.objects.earliest("at").at < timezone.now() - timedelta(days=200)
    assert StageChange.objects.latest("at").at < timezone.now()
    for deal in Deal.objects.select_related("stage"):
        last = deal.stage_changes.latest("at")
        assert (last.to_stage_id, last.at) == (deal.stage_id, deal.stage_entered_at)
        assert deal.closed_at == (None if deal.stage.category == "open" else last.at)


@pytest.mark.usefixtures("demo")
def test_the_demo_has_work_that_is_overdue_for_today_ahead_and_done() -> None:
    today = timezone.now().astimezone(ZoneInfo("Europe/Paris")).date()
    due = Activity.objects.filter(status="open", kind="task").values_list("due_on", flat=True)
    assert {(day > today) - (day < today) for day in due} == {-1, 0, 1}
    assert _by(Activity.objects, "kind") == {"call": 21, "meeting": 16, "note": 20, "task": 41}
    assert _by(Activity.objects, "status") == {"done": 15, "kept": 20, "open": 63}
    assert Attachment.objects.count() == 17


@pytest.mark.usefixtures("demo")
def test_the_demo_shows_shared_pinned_and_board_views_duplicates_and_custom_fields() -> None:
    views = ListView.objects.filter(is_system=False)
    assert _by(views, "visibility") == {"private": 1, "public": 5, "shared": 1}
    assert (views.filter(layout="board").count(), PinnedView.objects.count()) == (1, 4)
    assert _by(DuplicateSuggestion.objects, "module") == {"accounts": 1, "vendors": 1}
    assert CustomField.objects.count() == 11
    assert Account.objects.exclude(custom={}).count() == 241


@pytest.mark.usefixtures("demo")
def test_in_the_demo_nothing_is_hidden_from_the_admin_and_teams_see_their_own_deals() -> None:
    seen = {}
    for member in Membership.objects.select_related("organization", "user"):
        rows = record_rows(of_actor(Actor.person(member.user), member.organization), Module.DEALS)
        seen[member.user.email.partition("@")[0]] = rows.count()
    assert seen == {"admin": 60, "sales": 46, "export": 28, "accountant": 60}


@pytest.mark.usefixtures("demo")
def test_every_record_of_the_demo_has_an_author() -> None:
    assert not Entry.objects.filter(user_id=None).exists()
    assert Entry.objects.filter(kind="crm.account", verb="created").count() == Account.objects.count()


@pytest.mark.usefixtures("demo")
def test_building_twice_adds_nothing() -> None:
    counted = (Account, Customer, User, Entry, Deal, Activity, ListView)
    before = [model.objects.count() for model in counted]
    build.build()
    assert [model.objects.count() for model in counted] == before


def test_wiping_takes_the_demo_and_nothing_else(django_capture_on_commit_callbacks: Any) -> None:
    mine = create_organization(actor=Actor.system(), values={"name": "Mine", "home_currency": "EUR"})
    build.build()
    files = [Path(settings.MEDIA_ROOT) / str(each.file.name) for each in Attachment.objects.all()]
    assert [path for path in files if not path.exists()] == []
    with django_capture_on_commit_callbacks(execute=True):
        build.wipe()
    assert [path for path in files if path.exists()] == []
    assert list(CrmOrganization.objects.all()) == [mine]
    assert not FinanceOrganization.objects.exists()
    assert not User.objects.filter(is_demo=True).exists()
    for model in (Account, Deal, Product, Activity, Attachment, DuplicateSuggestion):
        assert not model._default_manager.exists()
    assert not Customer.objects.exists()
