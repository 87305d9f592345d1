"""Billing on what was spent, on pages: from the expense, from the list, and in the editors of invoices and bills."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlparse

import pytest
from django.urls import reverse

from finance.choices import DocumentKind as Kind
from finance.models import Bill, Expense, Invoice
from finance.services.customers import update_customer
from finance.services.document_moves import move_document
from finance.services.documents import lines_of
from tests import factories
from tests.finance.documents.test_pages import url


@pytest.fixture
def spend(organization, boss, customer):
    def make(**values):
        known = {"is_billable": True, "customer_id": customer.pk, "description": "Train"}
        return factories.expense(organization, boss, **known | values)

    return make


def page_of(organization, name, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


def test_an_expense_is_converted_on_the_editor_of_a_new_invoice(organization, as_boss, spend, customer):
    expense = spend()
    detail = page_of(organization, "expense_detail", expense=expense.pk)
    link = as_boss.get(detail).context["bill_url"]
    assert parse_qs(urlparse(link).query) == {"customer": [str(customer.pk)], "bill": [f"expense:{expense.pk}"]}
    editor = as_boss.get(link).context["editor"]
    (row,) = editor.rows
    assert (row.name, row.rate, row.bills, row.bills_label) == ("Travel", "12.00", f"expense:{expense.pk}", "Expense")
    assert (editor.party, Invoice.objects.count()) == (customer, 0)
    assert "load, input delay:400ms" in as_boss.get(link).content.decode()
    body = {"customer_id": customer.pk, "line": "0", "name-0": row.name, "rate-0": row.rate, "bills-0": row.bills}
    assert as_boss.post(url(Kind.INVOICE, "new", organization), body).status_code == 302
    made = Invoice.objects.get()
    assert (lines_of(made)[0].expense_id, Expense.objects.get().is_invoiced) == (expense.pk, True)
    page = as_boss.get(detail)
    assert (page.context["invoice"], page.context["bill_url"]) == (made, "")
    assert made.number in page.content.decode()
    told = as_boss.get(link)
    assert [row.bills for row in told.context["editor"].rows] == [""]
    assert "EXP-00001 is billed by another invoice already." in told.content.decode()


def test_several_expenses_of_one_customer_are_ticked_in_the_list(organization, as_boss, spend, client, viewer):
    first, second = spend(), spend()
    address = page_of(organization, "expenses_bill")
    answer = as_boss.post(address, {"pick": [first.pk, second.pk]})
    assert parse_qs(urlparse(answer.url).query)["bill"] == [f"expense:{first.pk}", f"expense:{second.pk}"]
    assert [row.rate for row in as_boss.get(answer.url).context["editor"].rows] == ["12.00", "12.00"]
    other = spend(customer_id=factories.customer(organization, "Somebody else").pk)
    plain = spend(is_billable=False)
    for chosen in ([], [first.pk, other.pk], [first.pk, plain.pk]):
        assert as_boss.post(address, {"pick": chosen}).status_code == 400
    listed = page_of(organization, "expense_list")
    assert "Convert to invoice" in as_boss.get(listed).content.decode()
    assert [row.pk for row, _tone in as_boss.get(listed, {"customer": other.customer_id}).context["rows"]] == [other.pk]
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    assert "Convert to invoice" not in client.get(listed).content.decode()


def test_the_editor_offers_what_is_unbilled_and_takes_what_is_ticked(
    organization, as_boss, spend, customer, actor, draft, django_assert_num_queries
):
    line = {"name": "Paper", "rate": Decimal(5), "is_billable": True, "customer_id": customer.pk}
    move_document(actor=actor, document=draft(Kind.BILL, lines=[line]), verb="mark_open")
    on_it, offered = spend(), spend(amount=Decimal(50))
    form = {"customer_id": customer.pk, "line": "4", "name-4": "Train", "bills-4": f"expense:{on_it.pk}"}
    address = url(Kind.INVOICE, "new_billables", organization)
    dialog = as_boss.post(address, form)
    tokens = [offer.token for offer in dialog.context["offers"]]
    bill_line = lines_of(Bill.objects.get())[0]
    assert tokens == [f"expense:{offered.pk}", f"bill_line:{bill_line.pk}"]
    assert "V-2026-17, line 1" in dialog.content.decode()
    for _time in range(5):
        spend()
    with django_assert_num_queries(18):
        as_boss.post(address, form)
    added = as_boss.post(address, {**form, "add": "1", "bill": [*tokens, f"expense:{on_it.pk}"]})
    rows = added.context["editor"].rows
    assert [(row.index, row.name, row.rate, row.bills) for row in rows] == [
        (5, "Travel", "50.00", tokens[0]),
        (6, "Paper", "5.00", tokens[1]),
    ]
    assert "lines-changed" in added.headers["HX-Trigger-After-Settle"]
    assert "Choose the customer first." in as_boss.post(address, {"line": "0"}).content.decode()
    known = draft(Kind.INVOICE)
    edited = as_boss.post(url(Kind.INVOICE, "edit_billables", organization, known), {"customer_id": customer.pk})
    assert len(edited.context["offers"]) == 8


def test_a_customers_page_tells_what_is_not_billed_yet(organization, client, viewer, as_boss, spend, customer, actor):
    address = page_of(organization, "customer_detail", customer=customer.pk)
    assert "Not billed yet" not in as_boss.get(address).content.decode()
    spent = [spend(amount=Decimal(amount)) for amount in ("12", "30")]
    page = as_boss.get(address).content.decode()
    assert "Not billed yet" in page
    assert "€42.00" in page
    asked = "&amp;".join([f"customer={customer.pk}", *(f"bill=expense%3A{one.pk}" for one in spent)])
    link = f"{url(Kind.INVOICE, 'new', organization)}?{asked}"
    assert f'href="{link}"' in page
    update_customer(actor=actor, customer=customer, values={"status": "inactive"})
    assert link not in as_boss.get(address).content.decode()
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    assert "Not billed yet" not in client.get(address).content.decode()  # whose expenses these are not


def test_a_copy_bills_nothing(organization, as_boss, spend, draft):
    made = draft(Kind.INVOICE, lines=[{"expense_id": spend().pk}])
    (row,) = as_boss.get(f"{url(Kind.INVOICE, 'new', organization)}?copy={made.pk}").context["editor"].rows
    assert (row.name, row.bills) == ("Travel", "")


def test_a_line_of_a_bill_is_marked_as_billable_in_the_editor(organization, as_boss, vendor, customer):
    body = {"vendor_id": vendor.pk, "number": "V-1", "line": ["0", "1"], "name-0": "Paper", "rate-0": "10"}
    body |= {"is_billable-0": "1", "customer_id-0": customer.pk, "name-1": "Ink", "rate-1": "2"}
    assert as_boss.post(url(Kind.BILL, "new", organization), body).status_code == 302
    bill = Bill.objects.get()
    assert [(line.is_billable, line.customer_id) for line in lines_of(bill)] == [(True, customer.pk), (False, None)]
    rows = as_boss.get(url(Kind.BILL, "edit", organization, bill)).context["editor"].rows
    assert [(row.is_billable, row.customer_name) for row in rows] == [("1", "Müller & Söhne"), ("", "")]
    assert "To be billed" in as_boss.get(url(Kind.BILL, "detail", organization, bill)).content.decode()
    faulty = as_boss.post(url(Kind.BILL, "new", organization), {**body, "number": "V-2", "customer_id-0": ""})
    assert (faulty.status_code, list(faulty.context["editor"].rows[0].faults)) == (422, ["customer_id"])


def test_who_pays_no_tax_is_told_in_the_editor(organization, as_boss, customer, draft, item):
    customer.is_taxable = False
    customer.save()
    body = {"customer_id": customer.pk, "line": "0", "item_id-0": item.pk, "name-0": "Work"}
    body |= {"tax_ids-0": str(item.sales_tax_id)}
    html = as_boss.post(url(Kind.INVOICE, "new_totals", organization), body).content.decode()
    assert "Not taxable" in html
    assert "Lines of this document bear no tax." in html
