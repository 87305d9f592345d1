"""The pages of recurring invoices: the list, what was made, the form with its lines and its total."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from finance.models import Invoice, RecurringInvoice
from finance.selectors.days import today
from finance.services.recurring_invoices import create_recurring_invoice
from finsuite.kernel import tenants
from finsuite.kernel.versions import version_of
from tests import factories

ROOMS = len(tenants._providers)


def url(name, organization, **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def vat(organization):
    return factories.tax(organization)


@pytest.fixture
def repeat(organization, actor, customer):
    def make(lines=None, invoice=None, **values):
        return create_recurring_invoice(
            actor=actor,
            organization=organization,
            values={"name": "Rent", "starts_on": today(organization) + timedelta(days=9), **values},
            invoice={"customer_id": customer.pk, **(invoice or {})},
            lines=lines or [{"name": "Office", "rate": Decimal(900)}],
        )

    return make


@pytest.fixture
def typed(organization, customer):
    """A filled-in form of one line."""
    return {
        "customer": customer.pk,
        "name": "Rent",
        "unit": "months",
        "interval": "1",
        "starts_on": str(today(organization) + timedelta(days=9)),
        "action": "draft",
        "lines-0-name": "Office",
        "lines-0-quantity": "2",
        "lines-0-rate": "100",
    }


def test_the_list_asks_as_much_for_many_as_for_one(organization, as_boss, repeat, django_assert_num_queries):
    for _time in range(3):
        repeat()
    address = url("recurring_list", organization)
    as_boss.get(address)
    with django_assert_num_queries(4 + ROOMS):  # session, person, membership, recurring invoices
        page = as_boss.get(address, {"q": "muller"})
    assert len(page.context["rows"]) == 3
    assert as_boss.get(address, {"status": "stopped"}).context["rows"] == []


def test_the_page_shows_each_invoice_and_those_that_were_made(organization, as_boss, repeat):
    made = repeat(starts_on=today(organization) - timedelta(days=40), action="send")
    page = as_boss.get(url("recurring_detail", organization, recurring=made.pk))
    assert [invoice.total for invoice, _state in page.context["made"]] == [900, 900]
    assert page.context["draft"].total == 900
    assert page.context["coming"].startswith("The next invoice is made on ")
    assert "for €900.00" in page.context["coming"]


def test_a_form_makes_one_whose_lines_come_from_items_and_taxes(organization, as_boss, typed, vat):
    item = factories.item(organization, "Consulting", sales_rate=Decimal("95.50"), sales_tax_id=vat.pk)
    more = {"lines-1-item": item.pk, "lines-1-name": "Consulting", "lines-1-tax": "", "lines-0-tax": vat.pk}
    answer = as_boss.post(url("recurring_create", organization), {**typed, **more})
    made = RecurringInvoice.objects.get()
    assert answer.url == url("recurring_detail", organization, recurring=made.pk)
    assert (made.number, made.total) == ("RI-00001", Decimal("354.60"))
    assert not Invoice.objects.exists()


def test_the_total_is_told_while_one_types_and_nothing_is_made(organization, as_boss, typed, vat):
    address = url("recurring_total", organization)
    assert "€240.00" in as_boss.post(address, {**typed, "lines-0-tax": vat.pk}).content.decode()
    more = {"lines-1-name": "Travel", "lines-1-quantity": "", "lines-1-rate": "9", "lines-1-tax": ""}
    assert "€209.00" in as_boss.post(address, {**typed, **more}).content.decode()
    assert "The total shows here" in as_boss.post(address, {}).content.decode()
    assert not RecurringInvoice.objects.exists()


def test_one_more_line_is_asked_for_without_saving(organization, as_boss, typed):
    part = as_boss.post(
        url("recurring_create", organization), {**typed, "add_line": "1"}, headers={"HX-Request": "true"}
    )
    html = part.content.decode()
    assert ("<html" in html, "lines-1-name" in html, 'value="Office"' in html) == (False, True, True)
    assert not RecurringInvoice.objects.exists()


def test_what_is_wrong_with_a_line_is_told_at_the_line(organization, as_boss, typed):
    page = as_boss.post(url("recurring_create", organization), {**typed, "lines-0-quantity": "0"})
    assert page.status_code == 422
    assert list(page.context["editor"].faulty_lines[0].errors) == ["quantity"]
    assert not RecurringInvoice.objects.exists()


def test_what_the_form_does_not_ask_stays_when_it_is_saved(organization, as_boss, repeat, typed, vat):
    second = factories.tax(organization, "Local", "1")
    lines = [{"name": "Office", "rate": Decimal(900), "discount": "10%", "tax_ids": [vat.pk, second.pk]}]
    made = repeat(lines=lines, invoice={"adjustment": Decimal(5)})
    values = {**typed, "lines-0-kept": "0", "lines-0-tax": "several", "version": version_of(made)}
    assert as_boss.post(url("recurring_edit", organization, recurring=made.pk), values).status_code == 302
    made.refresh_from_db()
    assert made.content["lines"][0]["discount"] == "10%"
    assert made.content["lines"][0]["tax_ids"] == [vat.pk, second.pk]
    assert made.content["values"]["adjustment"] == "5"
    assert made.total == Decimal("222.80")  # 2 × 100, less 10%, with 21%, and 5


def test_it_is_stopped_and_goes_on_and_is_deleted(organization, as_boss, repeat):
    made = repeat()
    move = url("recurring_move", organization, recurring=made.pk)
    for verb, state in (("stop", "stopped"), ("resume", "active")):
        as_boss.post(move, {"verb": verb})
        made.refresh_from_db()
        assert made.status == state
    assert as_boss.post(move, {"verb": "expire"}).status_code == 404
    as_boss.post(url("recurring_delete", organization, recurring=made.pk))
    assert not RecurringInvoice.objects.exists()
