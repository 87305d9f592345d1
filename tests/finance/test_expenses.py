"""What was spent: noted by who spent it, handed in, approved by somebody else, paid back."""

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Entry
from finance import access, workflow
from finance.models import Expense, ExpenseCategory, ExpenseReport, Membership
from finance.selectors.expenses import Filters, expenses, reports, unreported
from finance.services import expense_reports, rates
from finance.services.expenses import create_expense, delete_expense, update_expense
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused, TransitionRefused
from finsuite.kernel.versions import version_of
from tests import factories
from tests.finance.documents.conftest import customer, vat, vendor  # noqa: F401


@pytest.fixture
def category(organization):
    return ExpenseCategory.objects.get(organization=organization, name="Travel")


@pytest.fixture
def worker(staff):
    return Actor.person(staff)


@pytest.fixture
def spend(organization, category, worker):
    def make(amount=120, actor=worker, **values):
        values = {"category_id": category.pk, "amount": Decimal(str(amount)), **values}
        return create_expense(actor=actor, organization=organization, values=values)

    return make


@pytest.fixture
def hand_in(organization, worker, spend):
    """A report with one expense of 120.00, gone as far as these verbs."""

    def make(*verbs, actor=None):
        report = expense_reports.create_report(
            actor=worker, organization=organization, values={"name": "Lyon"}, expense_ids=[spend().pk]
        )
        for verb in verbs:
            doer = worker if verb in expense_reports.OF_THE_SUBMITTER else actor
            report = expense_reports.move_report(actor=doer, report=report, verb=verb, reason="No receipt")
        return report

    return make


def member_of(organization, person):
    return Membership.objects.select_related("organization").get(organization=organization, user=person)


def test_an_organization_begins_with_the_usual_categories_in_its_language(boss):
    french = factories.finance_organization(boss, "Dupont", language="fr")
    assert ExpenseCategory.objects.filter(organization=french, is_mileage=True).count() == 1
    assert ExpenseCategory.objects.filter(organization=french).count() == 8


def test_an_expense_has_its_tax_in_it_or_on_top(spend, vat, staff):  # noqa: F811
    held = spend(120, tax_id=vat.pk)
    assert (held.number, held.net, held.tax_total, held.total) == ("EXP-00001", 100, 20, 120)
    assert (held.spender_id, held.status, held.billing) == (staff.pk, "unreported", "non_billable")
    on_top = spend(100, tax_id=vat.pk, is_tax_inclusive=False)
    assert (on_top.net, on_top.tax_total, on_top.total) == (100, 20, 120)


def test_a_foreign_expense_counts_at_its_day_s_rate(spend, organization, actor):
    rates.add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": Decimal("0.9")})
    expense = spend("33.33", currency="USD")
    assert (expense.exchange_rate, expense.total, expense.total_base) == (
        Decimal("0.9"),
        Decimal("33.33"),
        Decimal("30.00"),
    )


def test_mileage_is_distance_times_rate(spend):
    way = {"distance": Decimal("123.4"), "distance_unit": "km", "distance_rate": Decimal("0.529")}
    assert spend(0, **way).total == Decimal("65.28")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"category_id": 999_999}, "category_id"),
        ({"category_id": None}, "category_id"),
        ({"is_billable": True}, "customer_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"tax_id": 999_999}, "tax_id"),
        ({"currency": "USD"}, "currency"),
        ({"exchange_rate": Decimal(2)}, "exchange_rate"),
        ({"distance": Decimal(5)}, "distance_rate"),
        ({"paid_through": "barter"}, "paid_through"),
        ({"status": "approved"}, "status"),
        ({"report_id": 1}, "report_id"),
    ],
)
def test_what_can_not_be_is_refused_by_name(organization, worker, category, values, field):
    given = {"category_id": category.pk, "amount": Decimal(1), **values}
    if values.get("category_id", 1) is None:
        del given["category_id"]
    with pytest.raises(Refused) as refused:
        create_expense(actor=worker, organization=organization, values=given)
    assert field in refused.value.fields
    assert not Expense.objects.exists()


def test_people_see_and_write_their_own_and_approvers_everybody_s(
    spend, organization, staff, accountant, viewer, worker, outsider
):
    expense = spend()
    other = Actor.person(factories.finance_member(organization, "staff", "other@example.com"))
    colleague = member_of(organization, other_person(other))
    assert list(expenses(member_of(organization, staff))) == [expense]
    assert list(expenses(member_of(organization, accountant))) == [expense]
    assert list(expenses(member_of(organization, viewer))) == [expense]
    assert list(expenses(colleague)) == []
    with pytest.raises(NotFound):
        access.expense(colleague, expense.pk)
    with pytest.raises(NotFound):
        update_expense(actor=other, expense=expense, values={"reference": "mine"})
    with pytest.raises(NotPermitted):
        spend(spender_id=staff.pk, actor=other)
    with pytest.raises(NotPermitted):
        spend(actor=Actor.person(viewer))
    with pytest.raises(NotFound):
        spend(actor=Actor.person(outsider))
    assert spend(spender_id=staff.pk, actor=Actor.person(accountant)).spender_id == staff.pk
    assert Expense.objects.count() == 2


def other_person(actor):
    return Membership.objects.get(user_id=actor.user_id).user


def test_an_expense_is_changed_and_deleted_while_nobody_has_it(spend, worker, vat):  # noqa: F811
    expense = spend()
    version = version_of(expense)
    changed = update_expense(actor=worker, expense=expense, values={"tax_id": vat.pk}, version=version)
    assert changed.tax_total == 20
    with pytest.raises(Conflict):
        update_expense(actor=worker, expense=expense, values={"reference": "late"}, version=version)
    delete_expense(actor=worker, expense=changed)
    assert not Expense.objects.exists()
    assert Entry.objects.get(verb="deleted").before["amount"] == "120.0000"
    assert spend().number == "EXP-00002"


def test_a_report_goes_from_draft_to_reimbursed(hand_in, accountant, organization):
    report = hand_in("submit", "approve", "reimburse", actor=Actor.person(accountant))
    assert (report.number, report.status, report.total_base, report.reimbursable_base) == (
        "ER-00001",
        "reimbursed",
        120,
        120,
    )
    assert (report.decided_by, report.reimbursed_through) == (accountant, "bank")
    assert [row.status for row in report.expenses.all()] == ["reimbursed"]
    told = Entry.objects.filter(kind="finance.expensereport").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["created", "updated", "submit", "approve", "reimburse"]


def test_what_the_company_has_paid_is_not_reimbursed(spend, organization, worker):
    ids = [spend(50).pk, spend(70, paid_through="card").pk]
    report = expense_reports.create_report(
        actor=worker, organization=organization, values={"name": "Lyon"}, expense_ids=ids
    )
    report.refresh_from_db()
    assert (report.total_base, report.reimbursable_base) == (120, 50)


def test_a_rejected_report_says_why_and_is_handed_in_again(hand_in, accountant, worker):
    report = hand_in("submit", "reject", actor=Actor.person(accountant))
    assert (report.status, report.reason) == ("rejected", "No receipt")
    expense = report.expenses.get()
    update_expense(actor=worker, expense=expense, values={"amount": Decimal(100)})
    report = expense_reports.move_report(actor=worker, report=report, verb="submit")
    assert (report.status, report.reason, report.total_base) == ("submitted", "", 100)


def test_handed_in_expenses_stay_as_they_are_until_recalled(hand_in, worker):
    report = hand_in("submit")
    expense = report.expenses.get()
    for act in (
        lambda: update_expense(actor=worker, expense=expense, values={"amount": Decimal(9)}),
        lambda: delete_expense(actor=worker, expense=expense),
        lambda: expense_reports.set_expenses(actor=worker, report=report, expense_ids=[]),
        lambda: expense_reports.delete_report(actor=worker, report=report),
    ):
        with pytest.raises(Refused):
            act()
    expense_reports.move_report(actor=worker, report=report, verb="recall")
    update_expense(actor=worker, expense=expense, values={"amount": Decimal(9)})
    assert Expense.objects.get().total == 9


def test_nobody_approves_their_own_but_an_administrator(organization, accountant, boss, category):
    for person, may in ((accountant, False), (boss, True)):
        own = Actor.person(person)
        expense = create_expense(
            actor=own, organization=organization, values={"category_id": category.pk, "amount": Decimal(5)}
        )
        report = expense_reports.create_report(
            actor=own, organization=organization, values={"name": "Mine"}, expense_ids=[expense.pk]
        )
        report = expense_reports.move_report(actor=own, report=report, verb="submit")
        assert ("approve" in expense_reports.verbs(own, report)) is may
        if may:
            assert expense_reports.move_report(actor=own, report=report, verb="approve").status == "approved"
        else:
            with pytest.raises(NotPermitted):
                expense_reports.move_report(actor=own, report=report, verb="approve")


def test_who_hands_in_does_not_decide(hand_in, worker, organization):
    report = hand_in("submit")
    assert expense_reports.verbs(worker, report) == ["recall"]
    for verb in ("approve", "reject"):
        with pytest.raises(NotPermitted):
            expense_reports.move_report(actor=worker, report=report, verb=verb, reason="x")
    other = factories.finance_member(organization, "staff", "other@example.com")
    with pytest.raises(NotFound):
        expense_reports.move_report(actor=Actor.person(other), report=report, verb="approve")
    assert list(reports(member_of(organization, other))) == []


EVERY = [
    (state, verb)
    for state in ("draft", "submitted", "approved", "rejected", "reimbursed")
    for verb in ("submit", "recall", "approve", "reject", "reimburse")
    if not workflow.EXPENSE_REPORT.allows(state, verb)
]


@pytest.mark.parametrize(("state", "verb"), EVERY)
def test_every_illegal_move_is_refused_in_a_sentence(hand_in, actor, state, verb):
    report = hand_in()
    given = {"status": state, "reimbursed_on": date(2026, 1, 1) if state == "reimbursed" else None}
    ExpenseReport.objects.filter(pk=report.pk).update(**given)
    with pytest.raises(TransitionRefused) as refused:
        expense_reports.move_report(actor=actor, report=report, verb=verb, reason="because")
    assert refused.value.message.startswith("ER-00001 ")
    report.refresh_from_db()
    assert report.status == state


def test_an_expense_is_in_one_report_only(hand_in, spend, organization, worker):
    report = hand_in()
    taken = report.expenses.get()
    with pytest.raises(Refused):
        expense_reports.create_report(
            actor=worker, organization=organization, values={"name": "Again"}, expense_ids=[taken.pk]
        )
    free = spend()
    assert list(unreported(report)) == [free]
    expense_reports.set_expenses(actor=worker, report=report, expense_ids=[free.pk])
    assert list(unreported(report)) == [taken]
    taken.refresh_from_db()
    assert taken.status == "unreported"
    expense_reports.delete_report(actor=worker, report=report)
    assert Expense.objects.filter(report=None, status="unreported").count() == 2


def test_lists_are_narrowed(spend, organization, accountant, customer):  # noqa: F811
    plain, billable = spend(description="Train to Köln"), spend(is_billable=True, customer_id=customer.pk)
    member = member_of(organization, accountant)
    assert list(expenses(member, Filters(billing="unbilled"))) == [billable]
    assert list(expenses(member, Filters(search="koln"))) == [plain]
    assert list(expenses(member, Filters(customer_id=customer.pk))) == [billable]
    assert list(expenses(member, Filters(status="approved"))) == []
    assert list(expenses(member, Filters(since=plain.date, until=plain.date))) == [billable, plain]
