"""The tax summary: from the rows of taxes that the documents were saved with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from finance.choices import DocumentKind as Kind
from finance.models import ExpenseCategory
from finance.services import expense_reports
from finance.services.document_moves import move_document
from finance.services.taxes import update_tax
from finsuite.kernel.actors import Actor
from tests import factories

D = Decimal
NAMES = ("name", "rate", "sales_taxable", "sales_tax", "purchases_taxable", "purchases_tax", "payable")


def told(report):
    return [(str(row["name"]), *(row[name] for name in NAMES[1:])) for row in report.rows]


def spend(organization, person, amount, **values):
    travel = ExpenseCategory.objects.get(organization=organization, name="Travel")
    day = {"date": date(2026, 4, 4), "category_id": travel.pk}
    return factories.expense(organization, person, amount=D(amount), **{**day, **values})


def test_taxes_are_told_by_rate_on_sales_and_purchases(
    actor, boss, organization, currencies, draft, issue, ask, django_assert_num_queries
):
    vat, gst = factories.tax(organization), factories.tax(organization, "GST", "5")
    both = {"name": "Work", "rate": D(100), "tax_ids": [vat.pk, gst.pk]}
    only = {**both, "tax_ids": [vat.pk]}
    free = {**both, "tax_ids": []}
    issue(Kind.INVOICE, both, free, shipping_charge=D(10))
    issue(Kind.INVOICE, only, currency="USD", exchange_rate=D("0.5"), is_tax_inclusive=True)
    issue(Kind.CREDIT_NOTE, {**only, "rate": D(30)})
    issue(Kind.BILL, {**only, "rate": D(40)})
    spend(organization, boss, 12, tax_id=vat.pk)
    spend(organization, boss, 7)
    draft(Kind.INVOICE, {**only, "rate": D(999)})
    move_document(actor=actor, document=issue(Kind.INVOICE, both), verb="void", reason="Wrong")
    issue(Kind.INVOICE, only, date=date(2027, 1, 1))
    with django_assert_num_queries(1):
        report = ask("tax-summary")
    assert told(report) == [
        ("VAT 20 %", 20, D("111.66"), D("22.34"), 50, 10, D("12.34")),
        ("GST", 5, 100, 5, 0, 0, 5),
        ("Without tax", None, 110, 0, 7, 0, 0),
    ]
    assert (report.total["sales_tax"], report.total["purchases_tax"], report.total["payable"]) == (
        *(D("27.34"), 10, D("17.34")),
    )


def test_a_rate_that_was_changed_is_told_apart(actor, organization, issue, ask):
    vat = factories.tax(organization, "VAT", "19.6")
    line = {"name": "Work", "rate": D(100), "tax_ids": [vat.pk]}
    issue(Kind.INVOICE, line)
    update_tax(actor=actor, tax=vat, values={"rate": D(20)})
    issue(Kind.INVOICE, line)
    assert [(row["rate"], row["sales_tax"]) for row in ask("tax-summary").rows] == [(20, 20), (D("19.6"), D("19.6"))]


def test_expenses_are_told_by_category(
    actor, accountant, boss, organization, customer, currencies, ask, django_assert_num_queries
):
    vat = factories.tax(organization)
    meals = ExpenseCategory.objects.get(organization=organization, name="Meals and entertainment")
    spend(organization, boss, 120, tax_id=vat.pk, is_billable=True, customer_id=customer.pk, paid_through="card")
    spend(organization, boss, 50, currency="USD", exchange_rate=D("0.8"))
    spend(organization, boss, 30, category_id=meals.pk)
    spend(organization, boss, 5, date=date(2025, 12, 31))
    rejected = spend(organization, accountant, 900)
    theirs = factories.expense_report(organization, accountant, [rejected])
    expense_reports.move_report(actor=Actor.person(accountant), report=theirs, verb="submit")
    expense_reports.move_report(actor=actor, report=theirs, verb="reject", reason="Private")
    names = ("name", "count", "net", "tax", "total", "billable", "open")
    with django_assert_num_queries(1):
        report = ask("expenses-by-category")
    assert [tuple(row[name] for name in names) for row in report.rows] == [
        ("Travel", 2, 140, 20, 160, 120, 40),
        ("Meals and entertainment", 1, 30, 0, 30, 0, 30),
    ]
    assert (report.total["total"], report.total["count"]) == (190, 3)
    assert [row["total"] for row in ask("expenses-by-category", status="approved").rows] == [120]
    assert ask("expenses-by-category", spender=str(accountant.pk)).is_empty
    assert ask("expenses-by-category", currency="USD").total["total"] == 40
