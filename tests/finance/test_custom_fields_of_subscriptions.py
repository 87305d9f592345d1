"""Plans, subscriptions, recurring invoices and expense reports have custom fields: typed, shown, listed, by the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from audit.models import Entry
from finance.models import CustomValue, ExpenseReport, Invoice, Plan, RecurringInvoice, Subscription
from finance.selectors.days import today
from finance.services.expense_reports import create_report, delete_report, update_report
from finance.services.plans import create_plan, delete_plan, update_plan
from finance.services.recurring_invoices import (
    create_recurring_invoice,
    delete_recurring_invoice,
    update_recurring_invoice,
)
from finance.services.subscriptions import create_subscription, update_subscription
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import version_of
from tests import factories
from tests.api.conftest import program

__all__ = ["program"]

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Given:
    """What the records of one test are made of."""

    organization: Any
    actor: Any
    customer: Any
    plan: Any
    made: int = 0

    def next(self) -> int:
        self.made += 1
        return self.made

    @property
    def soon(self) -> Any:
        return today(self.organization) + timedelta(days=9)

    @property
    def whose(self) -> dict[str, Any]:
        return {"actor": self.actor, "organization": self.organization}


@dataclass(frozen=True)
class Case:
    """One kind of record: how it is written, typed and asked for."""

    module: str
    model: type
    page: str  # the stem of its addresses' names
    argument: str
    make: Callable[..., Any]
    change: Callable[..., Any]
    typed: Callable[[Given], dict[str, Any]]
    sent: Callable[[Given], dict[str, Any]]
    delete: Callable[..., Any] | None


def _plan(given: Given, **values: Any) -> Plan:
    code = f"P{given.next()}"
    return create_plan(**given.whose, values={"code": code, "name": code, "price": Decimal(10), **values})


def _subscription(given: Given, **values: Any) -> Subscription:
    first = {"plan_id": given.plan.pk, "customer_id": given.customer.pk, "trial_days": 30}
    return create_subscription(**given.whose, values={**first, **values})


def _recurring(given: Given, **values: Any) -> RecurringInvoice:
    return create_recurring_invoice(
        **given.whose,
        values={"name": "Rent", "starts_on": given.soon, **values},
        invoice={"customer_id": given.customer.pk},
        lines=[{"name": "Office", "rate": Decimal(900)}],
    )


def _report(given: Given, **values: Any) -> ExpenseReport:
    return create_report(**given.whose, values={"name": "Lyon", **values})


def _typed_plan(given: Given) -> dict[str, Any]:
    return {"code": "NEW", "name": "New", "price": "5", "unit": "months", "interval": "1", "status": "active"}


def _typed_subscription(given: Given) -> dict[str, Any]:
    return {
        "customer": given.customer.pk,
        "plan": given.plan.pk,
        "quantity": "1",
        "trial_days": "30",
        "action": "send",
        "price": "10",
        "starts_on": str(given.soon),
    }


def _typed_recurring(given: Given) -> dict[str, Any]:
    return {
        "customer": given.customer.pk,
        "name": "Rent",
        "unit": "months",
        "interval": "1",
        "action": "draft",
        "starts_on": str(given.soon),
        "lines-0-name": "Office",
        "lines-0-quantity": "1",
        "lines-0-rate": "900",
    }


CASES = [
    Case(
        "plans", Plan, "plan", "plan", _plan, update_plan, _typed_plan,
        lambda given: {"code": "API", "name": "By a program", "price": "3"}, delete_plan,
    ),
    Case(
        "subscriptions", Subscription, "subscription", "subscription", _subscription, update_subscription,
        _typed_subscription,
        lambda given: {"plan": given.plan.pk, "customer": given.customer.pk, "trial_days": 9}, None,
    ),
    Case(
        "recurring_invoices", RecurringInvoice, "recurring", "recurring", _recurring, update_recurring_invoice,
        _typed_recurring,
        lambda given: {
            "name": "Rent", "starts_on": str(given.soon), "invoice": {"customer": given.customer.pk},
            "lines": [{"name": "Office", "rate": "900"}],
        },
        delete_recurring_invoice,
    ),
    Case(
        "expense_reports", ExpenseReport, "expense_report", "report", _report, update_report,
        lambda given: {"name": "Lyon"}, lambda given: {"name": "By a program"}, delete_report,
    ),
]  # fmt: skip


@pytest.fixture(params=CASES, ids=lambda case: case.module)
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


@pytest.fixture
def given(organization, boss, actor) -> Given:
    plan = create_plan(actor=actor, organization=organization, values={"code": "PRO", "name": "Pro", "price": 10})
    return Given(organization, actor, factories.customer(organization, "Acme"), plan)


@pytest.fixture
def grade(case: Case, organization):
    """A text that no two records of the kind share."""
    return factories.finance_field(organization, module=case.module, is_unique=True)


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


def _url(case: Case, name: str, given: Given, record: Any = None) -> str:
    named = {case.argument: record.pk} if record is not None else {}
    return reverse(f"finance:{case.page}_{name}", kwargs={"organization": given.organization.pk, **named})


def _changed(case: Case, given: Given, record: Any, values: dict[str, Any]) -> Any:
    return case.change(actor=given.actor, **{case.argument: record}, values=values)


def test_values_are_kept_indexed_unique_and_told_in_the_history(case, given, grade):
    first = case.make(given, cf_grade="Gold")
    assert (first.custom, list(CustomValue.objects.values_list("record_id", "key"))) == (
        {"grade": "Gold"},
        [(first.pk, "gold")],
    )
    second = case.make(given)
    with pytest.raises(Refused) as refused:
        _changed(case, given, second, {"cf_grade": "GOLD"})
    assert list(refused.value.fields) == ["cf_grade"]
    changed = _changed(case, given, first, {"cf_grade": "Silver"})
    assert case.model.objects.get(pk=first.pk).custom == {"grade": "Silver"}
    assert changed.updated_at > first.created_at
    told = Entry.objects.filter(kind=case.model._meta.label_lower, record_id=first.pk).exclude(verb="start_trial")
    assert [(one.verb, one.before.get("cf_grade"), one.after.get("cf_grade")) for one in told.order_by("id")] == [
        ("created", None, "Gold"),
        ("updated", "Gold", "Silver"),
    ]
    with pytest.raises(Refused) as refused:
        case.make(given, cf_nonsense="x")
    assert refused.value.code == "unknown_field"


@pytest.mark.parametrize("case", [case for case in CASES if case.delete], ids=lambda case: case.module, indirect=True)
def test_what_is_deleted_keeps_its_values_in_the_history(case, given, grade):
    record = case.make(given, cf_grade="Gold")
    pk = record.pk
    case.delete(actor=given.actor, **{case.argument: record})
    last = Entry.objects.filter(kind=case.model._meta.label_lower, record_id=pk).latest("id")
    assert (last.verb, last.before["cf_grade"]) == ("deleted", "Gold")
    assert not CustomValue.objects.exists()


def test_a_form_asks_for_what_is_required_and_the_page_shows_it(case, given, as_boss):
    factories.finance_field(given.organization, module=case.module, is_required=True, section="House")
    body = case.typed(given)
    refused = as_boss.post(_url(case, "create", given), body)
    assert refused.status_code == 422
    assert "cf_grade" in refused.context["form"].errors
    answer = as_boss.post(_url(case, "create", given), {**body, "cf_grade": "Gold"})
    assert answer.status_code == 302, answer.context["form"].errors
    made = case.model.objects.latest("id")
    assert made.custom == {"grade": "Gold"}
    form = as_boss.get(_url(case, "edit", given, made)).content.decode()
    assert 'value="Gold"' in form
    assert "House" in form
    answer = as_boss.post(
        _url(case, "edit", given, made), {**body, "setup_fee": "0", "cf_grade": "Silver", "version": version_of(made)}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert case.model.objects.get(pk=made.pk).custom == {"grade": "Silver"}
    if case.model is not Plan:  # which has no page but its form
        page = as_boss.get(_url(case, "detail", given, made)).content.decode()
        assert page.index("House") < page.index("Silver")
        assert "Grade" in as_boss.get(_url(case, "history", given, made)).content.decode()


def test_the_list_is_narrowed_by_it_and_its_tabs_keep_that(case, given, grade, as_boss):
    for value in ("Gold", "Silver"):
        case.make(given, cf_grade=value)

    def page(**query: str) -> Any:
        return as_boss.get(_url(case, "list", given), query)

    def rows(**query: str) -> int:
        context = page(**query).context
        return len(context.get("rows", context.get("plans")))

    every = case.model.objects.count()
    assert (rows(), rows(cf_grade="gol"), rows(cf_grade="bronze"), rows(cf_x="gol")) == (every, 1, 0, every)
    html = page(cf_grade="bronze").content.decode()
    assert 'name="cf_grade" value="bronze"' in html
    assert "Clear" in html
    if case.model is not Plan:
        assert all("cf_grade=bronze" in address for _label, address, _is in page(cf_grade="bronze").context["tabs"])


def test_a_program_writes_it_and_finds_by_it(case, given, grade, boss, program):
    call, place = program(boss), f"/finance/{given.organization.pk}/{case.module.replace('_', '-')}"
    made = call("POST", place, {**case.sent(given), "custom_fields": {"grade": "Gold"}})
    assert made.status_code == 201, made.content
    assert made.json()["custom_fields"] == {"grade": "Gold"}
    case.make(given, cf_grade="Silver")
    found = call("GET", f"{place}?cf_grade=gold").json()["results"]
    assert [(row["id"], row["custom_fields"]) for row in found] == [(made.json()["id"], {"grade": "Gold"})]
    tag = made.headers["ETag"]
    one = f"{place}/{made.json()['id']}"
    changed = call("PATCH", one, {"custom_fields": {"grade": "Bronze"}}, **{"If-Match": tag})
    assert changed.status_code == 200, changed.content
    assert changed.json()["custom_fields"] == {"grade": "Bronze"}
    ordered = call("GET", f"{place}?ordering=-cf_grade&cf_grade__isnull=false").json()["results"]
    assert [row["custom_fields"]["grade"] for row in ordered] == ["Silver", "Bronze"]


@pytest.mark.parametrize("case", CASES[1:3], ids=lambda case: case.module, indirect=True)
def test_invoices_that_come_in_due_course_hold_what_both_have(case, given):
    organization = given.organization
    for module in (case.module, "invoices"):
        factories.finance_field(organization, module=module)
        factories.finance_field(organization, "Seal", module=module, is_unique=True)
    factories.finance_field(organization, "Site", module="invoices", is_required=True)
    due = {"starts_on": today(organization), **({"trial_days": 0} if case.model is Subscription else {})}
    case.make(given, cf_grade="Gold", cf_seal="1", **due)
    assert [invoice.custom for invoice in Invoice.objects.all()] == [{"grade": "Gold"}]
