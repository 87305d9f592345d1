"""Plans and subscriptions by the API: subscribed to, moved by verbs, listed with what they were invoiced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from finance.models import Invoice, Plan, Subscription
from finance.selectors.days import today
from tests import factories


@pytest.fixture
def url(organization):
    return f"/finance/{organization.pk}"


@pytest.fixture
def call(boss, program):
    return program(boss)


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def plan(call, url):
    body = {"code": "PRO", "name": "Pro", "price": "19.90", "setup_fee": "50", "trial_days": 14}
    return call("POST", f"{url}/plans", body).json()


@pytest.fixture
def subscribe(call, url, customer, plan):
    def make(**values):
        made = call("POST", f"{url}/subscriptions", {"customer": customer.pk, "plan": plan["id"], **values})
        assert made.status_code == 201, made.content
        return made.json()

    return make


def test_a_plan_is_made_changed_and_deleted(call, url, plan):
    assert (plan["price"], plan["setup_fee"], plan["unit"], plan["interval"]) == ("19.90", "50.00", "months", 1)
    one = f"{url}/plans/{plan['id']}"
    changed = call("PATCH", one, {"price": "0.0125"}, If_Match=f'"{plan["updated_at"]}"')
    assert (changed.status_code, changed.json()["price"]) == (200, "0.0125")
    assert call("DELETE", one, If_Match=f'"{plan["updated_at"]}"').status_code == 412
    assert Plan.objects.count() == 1
    assert call("DELETE", one, If_Match=changed.headers["ETag"]).status_code == 204
    assert not Plan.objects.exists()


def test_two_plans_never_share_a_code(call, url, plan):
    answer = call("POST", f"{url}/plans", {"code": "pro", "name": "Other", "price": "1"})
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/code"]
    assert Plan.objects.count() == 1


def test_a_subscription_begins_with_its_trial(call, url, subscribe, organization):
    made = subscribe(quantity="2.5")
    day = today(organization)
    first = (day + timedelta(days=14)).isoformat()
    assert (made["number"], made["status"], made["trial_days"]) == ("SUB-00001", "trial", 14)
    assert (made["first_bill_on"], made["next_bill_on"], made["billed"]) == (first, first, 0)
    assert (made["price"], made["quantity"], made["currency"]) == ("19.90", "2.5", "EUR")
    assert call("GET", f"{url}/subscriptions/{made['id']}/invoices").json()["results"] == []
    assert not Invoice.objects.exists()


def test_what_has_begun_is_invoiced_and_told_with_its_invoices(call, url, subscribe):
    made = subscribe(trial_days=0)
    (term,) = call("GET", f"{url}/subscriptions/{made['id']}/invoices?count=true").json()["results"]
    assert (term["total"], term["balance"], term["status"], term["currency"]) == ("69.90", "69.90", "sent", "EUR")
    assert (term["since"], term["invoice"]) == (made["starts_on"], Invoice.objects.get().pk)


def test_a_rehearsal_subscribes_nobody(call, url, customer, plan):
    body = {"customer": customer.pk, "plan": plan["id"], "trial_days": 0}
    answer = call("POST", f"{url}/subscriptions?dry_run=true", body)
    assert (answer.status_code, answer.json()["id"], answer.json()["billed"]) == (200, None, 1)
    assert not Subscription.objects.exists()
    assert not Invoice.objects.exists()


def test_what_is_agreed_changes_and_what_it_is_for_does_not(call, url, subscribe, plan):
    made = subscribe()
    one = f"{url}/subscriptions/{made['id']}"
    refused = call("PATCH", one, {"starts_on": "2030-01-01"}, If_Match=f'"{made["updated_at"]}"')
    assert refused.status_code == 400
    assert "starts_on" in refused.content.decode()
    changed = call("PATCH", one, {"price": "25.00", "terms": 12}, If_Match=f'"{made["updated_at"]}"').json()
    assert (changed["price"], changed["terms"], changed["starts_on"]) == ("25.00", 12, made["starts_on"])
    assert call("DELETE", one, If_Match=f'"{changed["updated_at"]}"').status_code == 405
    assert Subscription.objects.count() == 1


def test_verbs_move_and_illegal_ones_say_what_is_legal(call, url, subscribe):
    one = f"{url}/subscriptions/{subscribe(trial_days=0)['id']}"
    moved = [call("POST", f"{one}/{verb}").json()["status"] for verb in ("pause", "resume", "cancel-at-end")]
    assert moved == ["paused", "live", "non_renewing"]
    answer = call("POST", f"{one}/pause")
    told = answer.json()
    assert (answer.status_code, told["state"], told["verb"]) == (409, "non_renewing", "pause")
    assert told["legal"] == ["cancel", "reactivate"]
    assert call("POST", f"{one}/reactivate").json()["status"] == "live"
    cancelled = call("POST", f"{one}/cancel").json()
    assert (cancelled["status"], cancelled["next_bill_on"]) == ("cancelled", None)
    assert call("POST", f"{one}/dun").status_code == 404


def test_a_stale_verb_moves_nothing(call, url, subscribe):
    made = subscribe(trial_days=0)
    one = f"{url}/subscriptions/{made['id']}"
    call("PATCH", one, {"notes": "Thanks"}, If_Match=f'"{made["updated_at"]}"')
    assert call("POST", f"{one}/cancel", If_Match=f'"{made["updated_at"]}"').status_code == 412
    assert Subscription.objects.get().status == "live"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=trial", ["SUB-00001"]),
        ("status__in=live,paused", ["SUB-00002"]),
        ("search=muller", ["SUB-00002", "SUB-00001"]),
        ("search=sub-00001", ["SUB-00001"]),
        ("search=gold", []),
        ("next_bill_on__lte=2020-01-01", []),
        ("next_bill_on__gte=2020-01-01&ordering=id", ["SUB-00001", "SUB-00002"]),
    ],
)
def test_subscriptions_are_filtered_and_searched(call, url, subscribe, query, found):
    subscribe()
    subscribe(trial_days=0)
    rows = call("GET", f"{url}/subscriptions?{query}").json()["results"]
    assert [row["number"] for row in rows] == found


def test_subscriptions_are_filtered_by_customer_and_plan(call, url, subscribe, customer, plan):
    made = subscribe()
    for name, key in (("customer", customer.pk), ("plan", plan["id"])):
        rows = call("GET", f"{url}/subscriptions?{name}={key}&expand={name}").json()["results"]
        assert [row["id"] for row in rows] == [made["id"]]
        assert rows[0][name]["id"] == key
        assert call("GET", f"{url}/subscriptions?{name}={key + 1}").json()["results"] == []


def test_a_list_takes_as_many_queries_for_many_as_for_one(call, url, subscribe, django_assert_num_queries):
    for name in ("subscriptions", "plans"):
        call("GET", f"{url}/{name}")
    for _time in range(5):
        subscribe()
    for name in ("subscriptions", "plans"):
        with django_assert_num_queries(3):  # key, membership, rows
            assert call("GET", f"{url}/{name}").status_code == 200
