"""Subscriptions and recurring invoices: days bring invoices, once each; people pause, cancel and renew."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Entry
from finance import workflow
from finance.models import Customer, Email, Invoice, Plan, RecurringInvoice, Subscription
from finance.services import recurring_invoices, subscriptions
from finance.services.documents import lines_of
from finance.services.plans import create_plan, delete_plan, update_plan
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused, TransitionRefused
from tests.finance.documents.conftest import customer, vat  # noqa: F401

START = date(2026, 1, 31)


@pytest.fixture
def plan(organization, actor, vat):  # noqa: F811
    values = {"code": "PRO", "name": "Pro", "price": Decimal("19.90"), "setup_fee": Decimal(50), "tax_id": vat.pk}
    return create_plan(actor=actor, organization=organization, values=values)


@pytest.fixture
def clock(monkeypatch):
    """The day that it is for subscriptions and recurring invoices."""

    def put(day):
        for module in (subscriptions, recurring_invoices):
            monkeypatch.setattr(module, "today", lambda _organization: day)

    put(START)
    return put


@pytest.fixture
def subscribe(organization, actor, plan, customer, clock):  # noqa: F811
    def make(**values):
        values = {"plan_id": plan.pk, "customer_id": customer.pk, **values}
        return subscriptions.create_subscription(actor=actor, organization=organization, values=values)

    return make


def pay(invoice):
    Invoice.objects.filter(pk=invoice.pk).update(
        paid_total=invoice.total, settled_total=invoice.total, balance=0, balance_base=0, status="paid"
    )


@pytest.mark.parametrize(("values", "total"), [({}, "83.88"), ({"tax_id": None}, "69.90")])
def test_a_tax_that_is_left_out_is_the_plan_s_and_one_of_none_is_none(subscribe, plan, values, total):
    subscription = subscribe(**values)
    assert subscription.tax_id == (None if values else plan.tax_id)
    assert Invoice.objects.get().total == Decimal(total)


def test_a_subscription_that_begins_today_is_invoiced_at_once(subscribe):
    subscription = subscribe(quantity=Decimal(2))
    assert (subscription.number, subscription.status, subscription.billed) == ("SUB-00001", "live", 1)
    assert subscription.next_bill_on == date(2026, 2, 28)
    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.date, invoice.total) == ("sent", START, Decimal("107.76"))
    assert [(line.name, line.description, line.item_total) for line in lines_of(invoice)] == [
        ("Pro", "January 31, 2026 to February 27, 2026", Decimal("39.80")),
        ("Set-up of Pro", "", 50),
    ]


def test_renewals_come_with_their_days_and_only_once(subscribe):
    subscribe()
    for _time in range(2):
        subscriptions.run_due(day=date(2026, 3, 31))
    dates = list(Invoice.objects.order_by("date").values_list("date", flat=True))
    assert dates == [START]  # the others wait until that one is paid
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.billed) == ("unpaid", 1)


def test_a_paid_subscription_goes_on(subscribe):
    subscribe()
    for count in range(1, 4):
        pay(Invoice.objects.latest("pk"))
        assert subscriptions.run_due(day=date(2026, 1 + count, 28) + timedelta(days=3)) == 1
    assert Subscription.objects.get().status == "live"
    assert Invoice.objects.count() == 4
    assert [invoice.total for invoice in Invoice.objects.order_by("pk")] == [Decimal("83.88")] + [Decimal("23.88")] * 3


def test_what_is_unpaid_is_reminded_of_given_up_and_taken_up_again_when_paid(subscribe):
    subscribe()
    seen = []
    for passed in range(1, 26):
        subscriptions.run_due(day=START + timedelta(days=passed))
        seen.append(Subscription.objects.get().status)
    assert seen[:21] == ["dunning"] * 21
    assert seen[21:] == ["unpaid"] * 4
    reminders = Entry.objects.filter(verb="remind").count()
    assert reminders == 3
    pay(Invoice.objects.get())
    subscriptions.run_due(day=START + timedelta(days=26))
    assert Subscription.objects.get().status == "live"


@pytest.mark.parametrize(
    ("email", "is_reminded", "sent"), [("anna@acme.example", True, 3), ("", True, 0), ("anna@acme.example", False, 0)]
)
def test_who_does_not_pay_a_renewal_is_written_to(subscribe, customer, email, is_reminded, sent):  # noqa: F811
    Customer.objects.filter(pk=customer.pk).update(email=email, is_reminded=is_reminded)
    subscribe()
    faults = set()
    for passed in range(1, 26):
        subscriptions.run_due(day=START + timedelta(days=passed))
        faults.add(bool(Subscription.objects.get().fault))
    assert Subscription.objects.get().status == "unpaid"  # whoever could be written to
    invoice = Invoice.objects.get()
    keys = [f"dunning:{invoice.pk}:{turn}" for turn in range(1, sent + 1)]
    assert list(Email.objects.order_by("pk").values_list("key", flat=True)) == keys
    assert (invoice.reminders_sent, True in faults) == (sent, not email)


def test_a_trial_costs_nothing(subscribe):
    subscription = subscribe(trial_days=14)
    assert (subscription.status, subscription.next_bill_on) == ("trial", date(2026, 2, 14))
    assert not Invoice.objects.exists()
    subscriptions.run_due(day=date(2026, 2, 14))
    assert (Subscription.objects.get().status, Invoice.objects.get().date) == ("live", date(2026, 2, 14))


def test_a_future_subscription_waits_for_its_day(subscribe):
    subscription = subscribe(starts_on=START + timedelta(days=3))
    assert subscription.status == "future"
    subscriptions.run_due(day=START + timedelta(days=2))
    assert not Invoice.objects.exists()
    subscriptions.run_due(day=START + timedelta(days=3))
    assert Subscription.objects.get().status == "live"


def test_a_number_of_terms_comes_to_its_end(subscribe):
    subscribe(terms=1)
    pay(Invoice.objects.get())
    subscriptions.run_due(day=date(2026, 2, 27))
    assert Subscription.objects.get().status == "live"
    subscriptions.run_due(day=date(2026, 2, 28))
    assert (Subscription.objects.get().status, Invoice.objects.count()) == ("expired", 1)


def test_cancelled_at_the_end_of_the_term_it_ends_there_unless_renewed_after_all(subscribe, actor):
    subscription = subscribe()
    pay(Invoice.objects.get())
    subscription = subscriptions.move_subscription(actor=actor, subscription=subscription, verb="cancel_at_end")
    assert (subscription.status, subscription.next_bill_on) == ("non_renewing", None)
    subscription = subscriptions.move_subscription(actor=actor, subscription=subscription, verb="reactivate")
    assert subscription.next_bill_on == date(2026, 2, 28)
    subscriptions.move_subscription(actor=actor, subscription=subscription, verb="cancel_at_end")
    subscriptions.run_due(day=date(2026, 2, 28))
    assert (Subscription.objects.get().status, Invoice.objects.count()) == ("cancelled", 1)


def test_what_was_missed_in_a_pause_is_not_invoiced(subscribe, actor, clock):
    subscription = subscribe()
    pay(Invoice.objects.get())
    subscription = subscriptions.move_subscription(actor=actor, subscription=subscription, verb="pause")
    subscriptions.run_due(day=date(2026, 6, 15))
    assert Invoice.objects.count() == 1
    clock(date(2026, 6, 15))
    subscription = subscriptions.move_subscription(actor=actor, subscription=subscription, verb="resume")
    assert (subscription.status, subscription.next_bill_on) == ("live", date(2026, 7, 15))
    assert list(Invoice.objects.order_by("pk").values_list("date", flat=True)) == [START, date(2026, 6, 15)]


EVERY = [
    (state, verb)
    for state in ("future", "trial", "live", "dunning", "unpaid", "paused", "non_renewing", "cancelled", "expired")
    for verb in ("pause", "resume", "cancel", "cancel_at_end", "reactivate")
    if not workflow.SUBSCRIPTION.allows(state, verb)
]


@pytest.mark.parametrize(("state", "verb"), EVERY)
def test_every_illegal_move_is_refused_in_a_sentence(subscribe, actor, state, verb):
    subscription = subscribe(starts_on=START + timedelta(days=9))
    Subscription.objects.update(status=state)
    with pytest.raises(TransitionRefused) as refused:
        subscriptions.move_subscription(actor=actor, subscription=subscription, verb=verb)
    assert "SUB-00001" in refused.value.message
    assert Subscription.objects.get().status == state


def test_nobody_does_by_hand_what_days_bring(subscribe, actor):
    with pytest.raises(Refused):
        subscriptions.move_subscription(actor=actor, subscription=subscribe(), verb="expire")


def test_a_renewal_that_fails_says_why_and_is_tried_again(subscribe, customer):  # noqa: F811
    subscribe()
    pay(Invoice.objects.get())
    customer.status = "inactive"
    customer.save()
    assert subscriptions.run_due(day=date(2026, 2, 28)) == 0
    assert "inactive" in Subscription.objects.get().fault
    customer.status = "active"
    customer.save()
    assert subscriptions.run_due(day=date(2026, 2, 28)) == 1
    assert (Subscription.objects.get().fault, Invoice.objects.count()) == ("", 2)


def test_another_price_holds_from_the_next_renewal(subscribe, actor):
    subscription = subscribe()
    pay(Invoice.objects.get())
    subscriptions.update_subscription(actor=actor, subscription=subscription, values={"price": Decimal(30)})
    subscriptions.run_due(day=date(2026, 2, 28))
    assert Invoice.objects.latest("pk").sub_total == 30


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"plan_id": 999_999}, "plan_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"customer_id": None}, "customer_id"),
        ({"price": Decimal(-1)}, "price"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"terms": 0}, "terms"),
        ({"trial_days": -1}, "trial_days"),
        ({"tax_id": 999_999}, "tax_id"),
        ({"status": "live"}, "status"),
    ],
)
def test_what_can_not_be_subscribed_to_is_refused_by_name(subscribe, values, field):
    with pytest.raises(Refused) as refused:
        subscribe(**values)
    assert set(refused.value.fields) == {field}
    assert not Subscription.objects.exists()


def test_a_plan_that_is_subscribed_to_stays(subscribe, plan, actor, viewer):
    subscribe()
    with pytest.raises(Refused):
        delete_plan(actor=actor, plan=plan)
    with pytest.raises(NotPermitted):
        update_plan(actor=Actor.person(viewer), plan=plan, values={"name": "Free"})
    update_plan(actor=actor, plan=plan, values={"price": Decimal(99)})
    assert Subscription.objects.get().price == Decimal("19.90")
    assert Plan.objects.get().price == 99


@pytest.fixture
def repeat(organization, actor, customer, clock):  # noqa: F811
    def make(lines=None, **values):
        return recurring_invoices.create_recurring_invoice(
            actor=actor,
            organization=organization,
            values={"name": "Rent", "action": "send", **values},
            invoice={"customer_id": customer.pk, "reference": "Rent", "shipping_charge": Decimal("1.50")},
            lines=lines or [{"name": "Office", "rate": Decimal("800.25")}],
        )

    return make


def test_a_recurring_invoice_is_made_by_the_calendar(repeat):
    recurring = repeat(times=3)
    assert (recurring.number, recurring.made, recurring.total) == ("RI-00001", 1, Decimal("801.75"))
    for _time in range(2):
        recurring_invoices.run_due(day=date(2026, 5, 1))
    recurring.refresh_from_db()
    assert (recurring.status, recurring.made, recurring.next_on) == ("expired", 3, None)
    made = Invoice.objects.order_by("pk")
    assert [(invoice.date.isoformat(), invoice.status, invoice.number) for invoice in made] == [
        ("2026-01-31", "sent", "INV-00001"),
        ("2026-02-28", "sent", "INV-00002"),
        ("2026-03-31", "sent", "INV-00003"),
    ]
    assert {invoice.total for invoice in made} == {Decimal("801.75")}


def test_one_that_can_not_be_made_is_not_promised(repeat):
    with pytest.raises(Refused) as refused:
        repeat(lines=[{"name": "Office", "discount": "much"}])
    assert set(refused.value.fields) == {"lines/0/discount"}
    assert not RecurringInvoice.objects.exists()
    assert not Invoice.objects.exists()


def test_stopped_it_makes_none_and_goes_on_from_the_day_it_is_resumed(repeat, actor, clock):
    recurring = recurring_invoices.move_recurring_invoice(actor=actor, recurring=repeat(), verb="stop")
    recurring_invoices.run_due(day=date(2026, 5, 1))
    assert Invoice.objects.count() == 1
    clock(date(2026, 5, 1))
    recurring = recurring_invoices.move_recurring_invoice(actor=actor, recurring=recurring, verb="resume")
    assert recurring.next_on == date(2026, 5, 31)


def test_what_it_is_made_of_changes_for_the_next_ones(repeat, actor):
    recurring = repeat()
    lines = [{"name": "Office", "rate": Decimal(900)}]
    recurring_invoices.update_recurring_invoice(actor=actor, recurring=recurring, values={}, lines=lines)
    recurring_invoices.run_due(day=date(2026, 2, 28))
    totals = list(Invoice.objects.order_by("pk").values_list("total", flat=True))
    assert totals == [Decimal("801.75"), Decimal("901.50")]


def test_a_failed_one_says_why_and_is_made_later(repeat, customer):  # noqa: F811
    recurring = repeat()
    customer.status = "inactive"
    customer.save()
    assert recurring_invoices.run_due(day=date(2026, 2, 28)) == 0
    recurring.refresh_from_db()
    assert "inactive" in recurring.fault
    customer.status = "active"
    customer.save()
    assert recurring_invoices.run_due(day=date(2026, 2, 28)) == 1
    assert Invoice.objects.count() == 2
