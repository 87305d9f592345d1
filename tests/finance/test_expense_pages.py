"""The pages of expenses: what they ask of the database, what their forms do, who is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from finance.models import Attachment, Expense, ExpenseCategory, ExpenseReport
from finance.receipts import is_receipt
from finance.services import expense_reports
from finance.services.custom_fields import create_custom_field
from finance.services.expenses import delete_expense, update_expense
from finance.services.receipts import add_receipt
from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import Notification

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"
PICTURE = b"\x89PNG\r\n\x1a\n"


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_staff(client, staff):
    client.force_login(staff, backend=BACKEND)
    return client


@pytest.fixture
def travel(organization):
    return ExpenseCategory.objects.get(organization=organization, name="Travel")


def typed(category, **more):
    return {
        "category": category.pk,
        "date": "2026-11-02",
        "currency": "EUR",
        "paid_through": "employee",
        "is_tax_inclusive": "1",
        **more,
    }


def test_the_lists_are_read_in_a_fixed_number_of_queries(organization, as_staff, staff, django_assert_num_queries):
    made = [factories.expense(organization, staff) for _ in range(55)]
    factories.expense_report(organization, staff, made[:5])
    address = url("expense_list", organization)
    as_staff.get(address)
    with django_assert_num_queries(6 + ROOMS):  # session, person, membership, categories, expenses, their sum
        page = as_staff.get(address)
    assert len(page.context["rows"]) == 50
    more = as_staff.get(address, {"after": page.context["after"]}, headers={"HX-Request": "true"})
    assert (len(more.context["rows"]), more.context["after"]) == (5, "")
    with django_assert_num_queries(4 + ROOMS):  # session, person, membership, reports
        as_staff.get(url("expense_report_list", organization))


@pytest.mark.parametrize("name", ["expense", "expense_report"])
def test_an_empty_list_leads_on_to_the_first(organization, as_staff, name):
    new = url(f"{name}_create", organization)
    assert as_staff.get(url(f"{name}_list", organization)).content.decode().count(f'href="{new}"') == 2


def test_the_list_is_narrowed_and_told_what_it_comes_to(organization, as_staff, staff, accountant, travel):
    factories.expense(organization, staff, amount=Decimal(5), description="Train")
    factories.expense(organization, staff, amount=Decimal(7))
    factories.expense(organization, accountant, amount=Decimal(9))
    page = as_staff.get(url("expense_list", organization))
    assert (page.context["sums"].count, page.context["sums"].total) == (2, 12)
    page = as_staff.get(url("expense_list", organization), {"q": "train", "status": "unreported"})
    assert (page.context["sums"].count, page.context["sums"].total) == (1, 5)
    page = as_staff.get(url("expense_list", organization), {"billing": "unbilled", "since": "x", "after": "x~y"})
    assert page.context["rows"] == []


def test_an_expense_is_typed_and_its_running_total_is_the_server_s(organization, as_staff, travel):
    vat = factories.tax(organization)
    figures = as_staff.post(url("expense_figures", organization), typed(travel, amount="100", tax=vat.pk))
    assert "€16.67" in figures.content.decode()
    way = ExpenseCategory.objects.get(organization=organization, is_mileage=True)
    told = typed(way, distance="123.4", distance_rate="0.529", distance_unit="km")
    assert "€65.28" in as_staff.post(url("expense_figures", organization), told).content.decode()
    made = as_staff.post(url("expense_create", organization), told)
    assert made.status_code == 302
    assert Expense.objects.values_list("total", "distance_unit").get() == (Decimal("65.28"), "km")
    again = as_staff.get(url("expense_create", organization)).content.decode()
    assert 'value="0.5290"' in again


@pytest.mark.parametrize(
    ("more", "field"),
    [({}, "amount"), ({"amount": "-1"}, "amount"), ({"amount": "1", "is_billable": "on"}, "customer")],
)
def test_what_can_not_be_is_said_at_its_field(organization, as_staff, travel, more, field):
    page = as_staff.post(url("expense_create", organization), typed(travel, **more))
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not Expense.objects.exists()


def test_a_stale_form_is_refused(organization, as_staff, staff, travel):
    expense = factories.expense(organization, staff)
    stale = version_of(expense)
    update_expense(actor=Actor.person(staff), expense=expense, values={"reference": "first"})
    address = url("expense_edit", organization, expense=expense.pk)
    page = as_staff.post(address, typed(travel, amount="3", reference="late", version=stale))
    assert page.status_code == 409
    expense.refresh_from_db()
    assert expense.reference == "first"


def test_a_report_s_totals_follow_its_expenses(organization, staff):
    actor = Actor.person(staff)
    first, second = (factories.expense(organization, staff, amount=Decimal(amount)) for amount in (10, 20))
    report = factories.expense_report(organization, staff, [first, second])
    first.refresh_from_db()
    update_expense(actor=actor, expense=first, values={"amount": Decimal(15)})
    report.refresh_from_db()
    assert (report.total_base, report.reimbursable_base) == (35, 35)
    second.refresh_from_db()
    delete_expense(actor=actor, expense=second)
    report.refresh_from_db()
    assert report.total_base == 15


def test_expenses_are_put_into_a_report_and_taken_out(organization, as_staff, staff):
    first, second = (factories.expense(organization, staff) for _ in range(2))
    report = factories.expense_report(organization, staff, [first])
    address = url("expense_report_expenses", organization, report=report.pk)
    as_staff.post(address, {"expense": second.pk, "act": "add", "version": version_of(report)})
    assert report.expenses.count() == 2
    stale = as_staff.post(address, {"expense": first.pk, "act": "remove", "version": version_of(report)})
    assert (stale.status_code, report.expenses.count()) == (409, 2)
    report.refresh_from_db()
    as_staff.post(address, {"expense": first.pk, "act": "remove", "version": version_of(report)})
    assert list(report.expenses.all()) == [second]


def test_who_approves_is_told_and_who_handed_in_hears_what_became_of_it(
    organization, as_staff, staff, accountant, boss, viewer
):
    report = factories.expense_report(organization, staff, [factories.expense(organization, staff)])
    move = url("expense_report_move", organization, report=report.pk)
    assert as_staff.post(move, {"verb": "submit"}).status_code == 302
    assert set(Notification.objects.values_list("user_id", flat=True)) == {accountant.pk, boss.pk}
    assert as_staff.post(move, {"verb": "approve"}).status_code == 403
    as_staff.force_login(accountant, backend=BACKEND)
    asked = as_staff.post(move, {"verb": "reject", "reason": " "})
    assert (asked.status_code, asked.context["asked"]) == (422, "reject")
    assert as_staff.post(move, {"verb": "reject", "reason": "No receipt"}).status_code == 302
    told = Notification.objects.get(user=staff)
    assert told.text == "Your expense report “Name of it” is rejected: No receipt"
    assert told.url == url("expense_report_detail", organization, report=report.pk)
    assert as_staff.post(move, {"verb": "reimburse", "paid_on": "2026-11-22", "through": "bank"}).status_code == 409
    assert ExpenseReport.objects.get().status == "rejected"


def test_receipts_come_and_go_while_the_expense_can_be_changed(organization, as_staff, staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    expense = factories.expense(organization, staff)
    address = url("receipt_upload", organization, expense=expense.pk)
    as_staff.post(address, {"file": SimpleUploadedFile("page.png", b"<html>")})
    assert not Attachment.objects.exists()
    as_staff.post(address, {"file": SimpleUploadedFile("ticket.png", PICTURE)})
    receipt = Attachment.objects.get()
    names = {"expense": expense.pk, "receipt": receipt.pk}
    assert b"".join(as_staff.get(url("receipt_content", organization, **names)).streaming_content) == PICTURE
    report = factories.expense_report(organization, staff, [expense])
    expense_reports.move_report(actor=Actor.person(staff), report=report, verb="submit")
    expense.refresh_from_db()
    with pytest.raises(Refused):
        add_receipt(actor=Actor.person(staff), expense=expense, file=SimpleUploadedFile("a.png", PICTURE))
    as_staff.post(url("receipt_delete", organization, **names))
    assert Attachment.objects.count() == 1
    expense_reports.move_report(actor=Actor.person(staff), report=report, verb="recall")
    as_staff.post(url("receipt_delete", organization, **names))
    assert not Attachment.objects.exists()


def test_receipts_go_with_their_expense_and_are_nobody_else_s(organization, as_staff, staff, accountant):
    theirs = factories.expense(organization, accountant)
    receipt = factories.receipt(theirs, accountant, SimpleUploadedFile("ticket.png", PICTURE))
    names = {"expense": theirs.pk, "receipt": receipt.pk}
    mine = factories.expense(organization, staff)
    for asked in (names, {**names, "expense": mine.pk}):
        assert as_staff.get(url("receipt_content", organization, **asked)).status_code == 404
    delete_expense(actor=Actor.person(accountant), expense=theirs)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "head", "is_one"),
    [
        ("a.PDF", b"%PDF-1.7", True),
        ("a.jpg", b"\xff\xd8\xff\xe0", True),
        ("a.bmp", b"BM00", True),
        ("a.docx", b"PK\x03\x04", True),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", True),
        ("a.pdf", b"PK\x03\x04", False),
        ("a.exe", b"MZ", False),
        ("a.svg", b"<svg", False),
        ("pdf", b"", False),
    ],
)
def test_a_receipt_is_known_by_its_name_and_its_first_bytes(name, head, is_one):
    assert is_receipt(name, head) is is_one


def test_the_search_finds_one_s_own_expenses(organization, as_staff, staff, accountant):
    factories.expense(organization, staff, description="Train to Köln")
    factories.expense(organization, accountant, description="Train to Bonn")
    told = str(as_staff.get("/search/", {"q": "train"}).json())
    assert ("Köln" in told, "Bonn" in told) == (True, False)


def test_custom_fields_are_typed_shown_and_told(organization, boss, as_staff, travel):
    values = {"module": "expenses", "label": "Cost centre", "kind": "text", "is_required": True}
    create_custom_field(actor=Actor.person(boss), organization=organization, values=values)
    address = url("expense_create", organization)
    refused = as_staff.post(address, typed(travel, amount="12", cf_cost_centre=""))
    assert (refused.status_code, Expense.objects.count()) == (422, 0)
    as_staff.post(address, typed(travel, amount="12", cf_cost_centre="Nord"))
    made = Expense.objects.get()
    assert made.custom == {"cost_centre": "Nord"}
    assert "Nord" in as_staff.get(url("expense_detail", organization, expense=made.pk)).content.decode()
    assert "Nord" in as_staff.get(url("expense_edit", organization, expense=made.pk)).content.decode()
    assert "Cost centre" in as_staff.get(url("expense_history", organization, expense=made.pk)).content.decode()
    changed = update_expense(actor=Actor.person(boss), expense=made, values={"cf_cost_centre": "Sud"})
    assert (changed.custom, changed.total) == ({"cost_centre": "Sud"}, Decimal(12))
