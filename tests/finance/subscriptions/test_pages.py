"""The pages of plans and subscriptions: what they show, what comes next in words, what their forms do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from finance.models import Customer, Invoice, Plan, Subscription
from finance.selectors import subscriptions as selectors
from finance.selectors.days import today
from finance.services.plans import create_plan
from finance.services.rates import add_currency
from finance.services.subscriptions import create_subscription, move_subscription, run_due
from finance.ui.subscriptions.shown import coming
from finsuite.kernel import tenants
from finsuite.kernel.versions import version_of
from tests import factories

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def plan(organization, actor):
    values = {"code": "PRO", "name": "Pro", "price": Decimal("19.90"), "tax_id": factories.tax(organization).pk}
    return create_plan(actor=actor, organization=organization, values=values)


@pytest.fixture
def subscribe(organization, actor, plan, customer):
    def make(**values):
        values = {"plan_id": plan.pk, "customer_id": customer.pk, **values}
        return create_subscription(actor=actor, organization=organization, values=values)

    return make


def test_the_list_asks_as_much_for_many_as_for_one(organization, as_boss, subscribe, django_assert_num_queries):
    for _time in range(3):
        subscribe(trial_days=30)
    address = url("subscription_list", organization)
    as_boss.get(address)
    with django_assert_num_queries(5 + ROOMS):  # session, person, membership, subscriptions, what comes in a month
        page = as_boss.get(address)
    assert len(page.context["rows"]) == 3


def test_a_subscription_asks_as_much_for_many_terms_as_for_one(
    organization, as_boss, subscribe, django_assert_num_queries
):
    many = subscribe(starts_on=today(organization) - timedelta(days=200), action="draft")
    assert many.billed > 5
    address = url("subscription_detail", organization, subscription=many.pk)
    as_boss.get(address)
    with django_assert_num_queries(10 + ROOMS):
        page = as_boss.get(address)
    assert len(page.context["invoiced"]) == many.billed


def test_the_list_of_plans_counts_who_subscribes_now(organization, as_boss, actor, plan, subscribe):
    subscribe(trial_days=5)
    move_subscription(actor=actor, subscription=subscribe(trial_days=5), verb="cancel")
    page = as_boss.get(url("plan_list", organization))
    assert [(found.code, found.subscribers, often) for found, often in page.context["plans"]] == [
        ("PRO", 1, "every month")
    ]


def test_the_tabs_narrow_and_nothing_typed_breaks_the_list(organization, as_boss, subscribe):
    trial, live = subscribe(trial_days=5), subscribe()

    def numbers(**query):
        rows = as_boss.get(url("subscription_list", organization), query).context["rows"]
        return [row.subscription.number for row in rows]

    assert numbers(status="trial") == [trial.number]
    assert numbers(status="live") == numbers(q=live.number.lower()) == [live.number]
    assert numbers(q="muller pro", status="nonsense", plan="x", after="nonsense") == [live.number, trial.number]
    assert numbers(q="gold") == []


def test_what_comes_in_a_month_is_shared_out_evenly_and_never_mixes_currencies(organization, actor, subscribe):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.5"})
    year = {"code": "Y", "name": "Yearly", "price": Decimal(120), "unit": "years"}
    yearly = create_plan(actor=actor, organization=organization, values=year)
    fortnight = {"code": "F", "name": "Fortnightly", "price": Decimal(6), "unit": "weeks", "interval": 2}
    weekly = create_plan(actor=actor, organization=organization, values=fortnight)
    subscribe()  # 19.90
    subscribe(plan_id=yearly.pk)  # 10.00
    subscribe(plan_id=weekly.pk)  # 13.00
    subscribe(currency="USD", price=Decimal(30), quantity=Decimal(2))
    subscribe(trial_days=5)  # not yet
    move_subscription(actor=actor, subscription=subscribe(), verb="pause")
    told = selectors.monthly(organization, selectors.subscriptions(organization))
    assert [(part.currency, part.count, part.amount, part.base) for part in told.parts] == [
        ("EUR", 3, Decimal("42.90"), Decimal("42.90")),
        ("USD", 1, Decimal("60.00"), Decimal("30.00")),
    ]
    assert (told.total, told.count) == (Decimal("72.90"), 4)


def test_what_comes_next_is_said_in_words(organization, actor, customer, subscribe):
    day = today(organization)
    trial = subscribe(trial_days=14)
    assert coming(trial).sentence.startswith("Its trial ends on ")
    assert "for €23.88" in coming(trial).sentence  # with its tax
    live = subscribe(terms=3)
    assert coming(live).sentence.endswith("for €23.88. 2 terms are left.")
    assert coming(subscribe(terms=1)).sentence.startswith("Its last term ends on ")
    assert coming(subscribe(starts_on=day + timedelta(days=9))).sentence.startswith("It starts on ")
    paused = move_subscription(actor=actor, subscription=live, verb="pause")
    assert coming(paused).sentence == "Nothing is invoiced until it is resumed."
    Customer.objects.filter(pk=customer.pk).update(status="inactive")
    assert "is inactive" in coming(trial).fault


def test_a_failed_renewal_is_told_and_mended_from_the_page(organization, as_boss, customer, subscribe):
    made = subscribe(trial_days=1)
    Customer.objects.filter(pk=customer.pk).update(status="inactive")
    Subscription.objects.filter(pk=made.pk).update(
        first_bill_on=made.starts_on, next_bill_on=made.starts_on, status="live"
    )
    run_due()
    address = url("subscription_detail", organization, subscription=made.pk)
    html = as_boss.get(address).content.decode()
    assert "The last renewal failed" in html
    assert "is inactive" in html
    assert not Invoice.objects.exists()
    Customer.objects.filter(pk=customer.pk).update(status="active")
    as_boss.post(url("subscription_renew", organization, subscription=made.pk))
    html = as_boss.get(address).content.decode()
    assert "The last renewal failed" not in html
    assert Invoice.objects.get().number in html


def test_a_customer_is_subscribed_by_the_form(organization, as_boss, plan, customer):
    typed = {"customer": customer.pk, "plan": plan.pk, "quantity": "2", "trial_days": "7", "action": "send"}
    answer = as_boss.post(url("subscription_create", organization), typed)
    made = Subscription.objects.get()
    assert answer.url == url("subscription_detail", organization, subscription=made.pk)
    assert (made.price, made.quantity, made.status, made.tax_id) == (Decimal("19.90"), 2, "trial", plan.tax_id)
    as_boss.post(url("subscription_create", organization), typed | {"tax": "0"})
    assert Subscription.objects.latest("pk").tax_id is None


def test_what_is_missing_is_said_and_nobody_is_subscribed(organization, as_boss, plan, customer):
    address = url("subscription_create", organization)
    page = as_boss.post(address, {"customer": customer.pk, "plan": plan.pk, "quantity": "-1", "action": "send"})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["quantity"])
    assert "Müller &amp; Söhne" in page.content.decode()
    assert not Subscription.objects.exists()


def test_the_same_form_twice_subscribes_once(organization, as_boss, plan, customer):
    typed = {"customer": customer.pk, "plan": plan.pk, "quantity": "1", "action": "send", "once": "abc"}
    for _time in range(2):
        as_boss.post(url("subscription_create", organization), typed)
    assert Subscription.objects.count() == 1


def test_what_is_agreed_is_edited_and_a_stale_form_changes_nothing(organization, as_boss, subscribe):
    made = subscribe(trial_days=5)
    address = url("subscription_edit", organization, subscription=made.pk)
    opened = as_boss.get(address).context["form"]
    assert [opened[name].value() for name in ("price", "setup_fee", "quantity")] == ["19.90", "0.00", "1"]
    typed = {"quantity": "1", "price": "25", "terms": "12", "action": "draft", "version": version_of(made)}
    assert as_boss.post(address, typed).status_code == 302
    made.refresh_from_db()
    assert (made.price, made.terms, made.action, made.tax_id) == (Decimal(25), 12, "draft", None)
    page = as_boss.post(address, {**typed, "price": "1"})
    assert page.status_code == 409
    made.refresh_from_db()
    assert made.price == 25


def test_the_buttons_are_those_of_the_table(organization, as_boss, subscribe):
    made = subscribe()
    page = as_boss.get(url("subscription_detail", organization, subscription=made.pk))
    assert [button.verb for button in page.context["buttons"]] == ["pause", "cancel", "cancel_at_end"]
    move = url("subscription_move", organization, subscription=made.pk)
    as_boss.post(move, {"verb": "pause"})
    assert Subscription.objects.get().status == "paused"
    assert as_boss.post(move, {"verb": "dun"}).status_code == 404
    assert as_boss.post(move, {"verb": "cancel_at_end"}).status_code == 409
    assert Subscription.objects.get().status == "paused"


def test_a_plan_is_made_changed_and_deleted_by_its_form(organization, as_boss):
    typed = {"code": "MAX", "name": "Max", "price": "49", "unit": "months", "interval": "3", "status": "active"}
    assert as_boss.post(url("plan_create", organization), typed).status_code == 302
    plan = Plan.objects.get()
    assert (plan.price, plan.interval, plan.trial_days, plan.setup_fee) == (49, 3, 0, 0)
    again = as_boss.post(url("plan_create", organization), {**typed, "code": "max"})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["code"])
    address = url("plan_edit", organization, plan=plan.pk)
    as_boss.post(address, {**typed, "terms": "4", "version": version_of(plan)})
    assert Plan.objects.get().terms == 4
    as_boss.post(url("plan_delete", organization, plan=plan.pk))
    assert not Plan.objects.exists()


def test_a_plan_with_subscriptions_stays(organization, as_boss, plan, subscribe):
    subscribe(trial_days=5)
    page = as_boss.post(url("plan_delete", organization, plan=plan.pk), follow=True)
    assert "Make it inactive instead." in page.content.decode()
    assert Plan.objects.count() == 1


def test_viewers_see_no_way_to_change_anything(organization, client, viewer, subscribe):
    client.force_login(viewer, backend=BACKEND)
    made = subscribe(trial_days=5)
    html = client.get(url("subscription_detail", organization, subscription=made.pk)).content.decode()
    assert "subscription-menu" not in html
    assert "/move/" not in html
    assert "New subscription" not in client.get(url("subscription_list", organization)).content.decode()


def test_without_a_plan_the_form_leads_to_the_first(organization, as_boss):
    page = as_boss.get(url("subscription_create", organization)).content.decode()
    assert "There is no plan yet that a customer could subscribe to." in page
    assert f'href="{url("plan_create", organization)}"' in page
