"""Making, changing and deleting documents; the figures are those of finance/totals.py."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

import finance.services.rates
from audit.models import Entry
from finance.choices import DocumentKind as Kind
from finance.events import DocumentCreated, DocumentDeleted, DocumentUpdated
from finance.models import Estimate, Invoice, InvoiceLine
from finance.selectors.days import today
from finance.services.contact_persons import create_contact_person
from finance.services.document_kinds import SPECS
from finance.services.document_moves import move_document
from finance.services.documents import create_document, delete_document, lines_of, update_document
from finance.services.series import update_series
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories
from tests.finance.documents.conftest import SALES

NUMBERS = {
    Kind.ESTIMATE: "EST-00001",
    Kind.SALES_ORDER: "SO-00001",
    Kind.INVOICE: "INV-00001",
    Kind.CREDIT_NOTE: "CN-00001",
    Kind.PURCHASE_ORDER: "PO-00001",
    Kind.BILL: "V-2026-17",
}


def refused(function, **values):
    with pytest.raises(Refused) as caught:
        function(**values)
    return caught.value


@pytest.mark.parametrize("kind", list(SPECS))
def test_a_document_is_made_with_its_figures(draft, kind):
    made = type(draft(kind)).objects.get()
    assert (made.number, made.status, made.currency, made.exchange_rate) == (NUMBERS[kind], "draft", "EUR", 1)
    assert (made.sub_total, made.tax_total, made.total, made.total_base) == (150, 0, 150, 150)
    assert [(line.name, line.position, line.item_total) for line in lines_of(made)] == [
        ("Work", 0, 100),
        ("Travel", 1, 50),
    ]
    entry = Entry.objects.get(kind=f"finance.{kind.replace('_', '')}", verb="created")
    assert entry.after["lines"][1] == {
        "position": 1,
        "name": "Travel",
        "quantity": "2",
        "rate": "25",
        "item_total": "50",
    }


def test_a_line_takes_from_its_item_what_it_does_not_say(draft, item, vat):
    invoice = draft(
        Kind.INVOICE,
        lines=[{"item_id": item.pk, "quantity": Decimal(3)}, {"item_id": item.pk, "rate": Decimal(10), "tax_ids": []}],
    )
    first, second = lines_of(invoice)
    assert (first.name, first.unit, first.description) == ("Consulting", "hour", "By the hour")
    assert first.rate == Decimal("95.50")
    assert first.taxes == [{"id": str(vat.pk), "name": "VAT on everything", "rate": "20.000000", "is_compound": False}]
    assert (second.name, second.rate, second.taxes) == ("Consulting", 10, [])
    assert (invoice.sub_total, invoice.tax_total, invoice.total) == (
        Decimal("296.50"),
        Decimal("57.30"),
        Decimal("353.80"),
    )
    assert invoice.taxes == [
        {
            "key": str(vat.pk),
            "name": "VAT on everything",
            "rate": "20",
            "is_compound": False,
            "taxable": "286.50",
            "amount": "57.30",
            "taxable_base": "286.50",
            "amount_base": "57.30",
        }
    ]


def test_an_item_priced_in_euros_is_sold_in_dollars_at_the_day_s_rate(actor, organization, draft, item):
    finance.services.rates.add_currency(
        actor=actor, organization=organization, values={"code": "USD", "rate": Decimal("0.9")}
    )
    invoice = draft(Kind.INVOICE, lines=[{"item_id": item.pk, "tax_ids": []}], currency="USD")
    assert invoice.exchange_rate == Decimal("0.9")
    assert lines_of(invoice)[0].rate == Decimal("106.11")
    assert (invoice.total, invoice.total_base) == (Decimal("106.11"), Decimal("95.50"))
    assert (invoice.balance, invoice.balance_base) == (Decimal("106.11"), Decimal("95.50"))


def test_a_currency_that_is_not_worked_in_is_refused(draft):
    assert set(refused(draft, kind=Kind.INVOICE, currency="USD").fields) == {"currency"}
    assert not Invoice.objects.exists()


def test_the_rate_is_rounded_first(draft, vat):
    lines = [{"name": "Vector", "rate": Decimal("54.54545"), "tax_ids": [vat.pk]}]
    vat.rate = 10
    vat.save()
    invoice = draft(Kind.INVOICE, lines=lines)
    assert (lines_of(invoice)[0].rate, invoice.tax_total, invoice.total) == (
        Decimal("54.55"),
        Decimal("5.46"),
        Decimal("60.01"),
    )


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([], "lines"),
        ([{"rate": 1}], "lines/0/name"),
        ([{"name": "A", "rate": 1}, {"name": "B", "quantity": 0}], "lines/1/quantity"),
        ([{"name": "A", "rate": "x"}], "lines/0/rate"),
        ([{"name": "A", "rate": 10, "discount": "11"}], "lines/0/discount"),
        ([{"name": "A", "rate": 10, "discount": "none"}], "lines/0/discount"),
        ([{"name": "A", "item_id": 999_999}], "lines/0/item_id"),
        ([{"name": "A", "tax_ids": [999_999]}], "lines/0/tax_ids"),
        ([{"name": "A", "rate": -10}], "lines"),
        ([{"name": "A", "total": 7}], "lines/0/total"),
        ([{"id": 7, "name": "A"}], "lines/0/id"),
        ([{"name": "A" * 101}], "lines/0/name"),
    ],
)
def test_a_line_that_can_not_be_is_refused_where_it_is(actor, organization, customer, rows, field):
    found = refused(
        create_document,
        actor=actor,
        organization=organization,
        kind=Kind.INVOICE,
        values={"customer_id": customer.pk},
        lines=rows,
    )
    assert set(found.fields) == {field}
    assert not Invoice.objects.exists()
    assert not InvoiceLine.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"due_date": date(2020, 1, 1)}, "due_date"),
        ({"exchange_rate": Decimal(2)}, "exchange_rate"),
        ({"shipping_charge": Decimal(-1)}, "shipping_charge"),
        ({"shipping_tax_id": 999_999}, "shipping_tax_id"),
        ({"salesperson_id": 999_999}, "salesperson_id"),
        ({"contact_person_ids": [999_999]}, "contact_person_ids"),
        ({"discount": "200"}, "discount"),
        ({"discount": "101%"}, "discount"),
        ({"payment_term_id": 999_999}, "payment_term_id"),
        ({"price_precision": 7}, "price_precision"),
        ({"total": Decimal(1)}, "total"),
        ({"status": "paid"}, "status"),
    ],
)
def test_a_field_that_can_not_be_is_refused_by_name(draft, values, field):
    assert set(refused(draft, kind=Kind.INVOICE, **values).fields) == {field}
    assert not Invoice.objects.exists()


def test_an_inactive_customer_gets_no_new_document(draft, customer):
    customer.status = "inactive"
    customer.save()
    assert refused(draft, kind=Kind.INVOICE).code == "inactive"


def test_a_customer_of_another_organization_is_as_if_absent(draft, outsider):
    foreign = outsider.finance_memberships.get().organization
    other = factories.customer(foreign)
    found = refused(draft, kind=Kind.INVOICE, customer_id=other.pk)
    assert found.fields == {"customer_id": ["There is no such customer."]}


@pytest.mark.parametrize("kind", SALES)
def test_the_addresses_stay_as_they_were_when_it_was_written(draft, customer, kind):
    made = draft(kind)
    customer.billing_city = "Bonn"
    customer.save()
    made.refresh_from_db()
    assert made.billing == {"city": "Köln", "zip": "50667"}


def test_a_number_given_by_hand_is_taken_once_and_stepped_over(draft):
    assert draft(Kind.INVOICE, number="INV-00002").number == "INV-00002"
    assert [draft(Kind.INVOICE).number for _time in range(2)] == ["INV-00001", "INV-00003"]
    assert set(refused(draft, kind=Kind.INVOICE, number="INV-00002").fields) == {"number"}
    assert Invoice.objects.count() == 3


def test_where_numbers_are_typed_none_is_given(draft, actor, organization):
    series = organization.series.get(series="invoice")
    update_series(actor=actor, series=series, values={"is_auto": False})
    assert set(refused(draft, kind=Kind.INVOICE).fields) == {"number"}
    assert draft(Kind.INVOICE, number="2026/7").number == "2026/7"
    assert draft(Kind.ESTIMATE).number == "EST-00001"
    series.refresh_from_db()
    assert series.given == 0


def test_contact_persons_are_those_of_the_customer_whoever_it_becomes(draft, actor, organization, customer):
    person = create_contact_person(actor=actor, customer=customer, values={"first_name": "Anna"})
    invoice = draft(Kind.INVOICE, contact_person_ids=[person.pk])
    values = {"customer_id": factories.customer(organization, "Somebody else").pk}
    found = refused(update_document, actor=actor, document=invoice, values=values)
    assert set(found.fields) == {"contact_person_ids"}
    changed = update_document(actor=actor, document=invoice, values={**values, "contact_person_ids": []})
    assert (changed.customer_id, changed.contact_person_ids) == (values["customer_id"], [])


def test_a_failed_save_leaves_no_gap(draft):
    refused(draft, kind=Kind.INVOICE, discount="1000")
    assert draft(Kind.INVOICE).number == "INV-00001"


def test_a_bill_needs_the_vendor_s_number(draft):
    assert set(refused(draft, kind=Kind.BILL, number="").fields) == {"number"}


def test_due_days_follow_from_the_terms_agreed(actor, organization, draft, customer):
    assert draft(Kind.INVOICE).due_date == today(organization)
    customer.payment_terms, customer.payment_terms_label = 15, "Net 15"
    customer.save()
    invoice = draft(Kind.INVOICE, date=date(2023, 11, 17))
    assert (invoice.due_date, invoice.payment_terms_label) == (date(2023, 12, 2), "Net 15")


def test_lines_are_changed_added_and_removed_in_one_step(draft, actor):
    invoice = draft(Kind.INVOICE)
    work, travel = lines_of(invoice)
    changed = update_document(
        actor=actor,
        document=invoice,
        values={"reference": "PO 7"},
        lines=[{"id": travel.pk, "quantity": Decimal(3)}, {"name": "Report", "rate": Decimal(40)}],
        version=version_of(invoice),
    )
    assert [(line.name, line.item_total) for line in lines_of(changed)] == [("Travel", 75), ("Report", 40)]
    assert lines_of(changed)[0].pk == travel.pk
    assert not InvoiceLine.objects.filter(pk=work.pk).exists()
    assert (changed.total, changed.balance, changed.reference) == (115, 115, "PO 7")
    entry = Entry.objects.get(verb="updated")
    assert [row["name"] for row in entry.before["lines"]] == ["Work", "Travel"]
    assert [row["name"] for row in entry.after["lines"]] == ["Travel", "Report"]


def test_saving_what_is_there_already_writes_nothing(draft, actor):
    invoice = draft(Kind.INVOICE)
    again = update_document(actor=actor, document=invoice, values={"reference": ""}, version=version_of(invoice))
    assert again.updated_at == invoice.updated_at
    assert not Entry.objects.filter(verb="updated").exists()


def test_somebody_else_s_change_is_not_overwritten(draft, actor):
    invoice = draft(Kind.INVOICE)
    version = version_of(invoice)
    update_document(actor=actor, document=invoice, values={"reference": "first"}, version=version)
    with pytest.raises(Conflict):
        update_document(actor=actor, document=invoice, values={"reference": "second"}, version=version)
    assert Invoice.objects.get().reference == "first"


def test_a_document_stays_in_its_currency(draft, actor):
    found = refused(update_document, actor=actor, document=draft(Kind.INVOICE), values={"currency": "USD"})
    assert set(found.fields) == {"currency"}


def test_what_was_sent_is_changed_where_the_preference_says_so_and_leaves_a_version(draft, actor, organization):
    invoice = move_document(actor=actor, document=draft(Kind.INVOICE), verb="mark_sent")
    changed = update_document(actor=actor, document=invoice, values={"notes": "Thank you"})
    versions = organization.document_versions.order_by("position")
    assert [version.content["notes"] for version in versions] == ["", "Thank you"]
    organization.preferences.is_sent_editable = False
    organization.preferences.save()
    assert refused(update_document, actor=actor, document=changed, values={"notes": "No"}).code == "not_editable"
    assert Invoice.objects.get().notes == "Thank you"
    assert versions.count() == 2


def test_what_was_issued_keeps_its_number_its_customer_and_its_taxes(draft, actor, organization, vat):
    lines = [{"name": "Work", "rate": Decimal(100), "tax_ids": [vat.pk]}]
    invoice = move_document(actor=actor, document=draft(Kind.INVOICE, lines=lines), verb="mark_sent")
    other = factories.customer(organization, "Somebody else")
    assert refused(update_document, actor=actor, document=invoice, values={"customer_id": other.pk}).code == "fixed"
    found = refused(update_document, actor=actor, document=invoice, values={"number": "INV-9"})
    assert set(found.fields) == {"number"}
    vat.rate = Decimal("5.5")
    vat.save()
    changed = update_document(actor=actor, document=invoice, values={"notes": "Same taxes"})
    assert changed.tax_total == 20


def test_the_total_is_never_less_than_what_was_paid(draft, actor):
    invoice = move_document(actor=actor, document=draft(Kind.INVOICE), verb="mark_sent")
    Invoice.objects.update(paid_total=120, settled_total=120, balance=30)
    found = refused(update_document, actor=actor, document=invoice, values={"discount": "50"})
    assert found.code == "settled"
    assert Invoice.objects.get().total == 150


def test_a_deleted_draft_is_kept_in_the_history(draft, actor, customer):
    estimate = draft(Kind.ESTIMATE)
    delete_document(actor=actor, document=estimate)
    assert not Estimate.objects.exists()
    entry = Entry.objects.get(verb="deleted")
    assert (entry.record_label, entry.before["customer_id"]) == ("EST-00001", customer.pk)
    assert [line["name"] for line in entry.before["lines"]] == ["Work", "Travel"]
    assert draft(Kind.ESTIMATE).number == "EST-00002"


def test_only_who_may_writes(draft, viewer, staff, outsider, organization, customer):
    rows = [{"name": "A", "rate": 1}]
    values = {"customer_id": customer.pk}
    make = {"organization": organization, "kind": Kind.INVOICE, "values": values, "lines": rows}
    with pytest.raises(NotPermitted):
        create_document(actor=Actor.person(viewer), **make)
    with pytest.raises(NotFound):
        create_document(actor=Actor.person(outsider), **make)
    invoice = create_document(actor=Actor.person(staff), **make)
    with pytest.raises(NotPermitted):
        delete_document(actor=Actor.person(staff), document=invoice)
    assert Invoice.objects.count() == 1


def test_events_tell_of_it(draft, actor, told):
    estimate = draft(Kind.ESTIMATE, deal_id=42)
    update_document(actor=actor, document=estimate, values={"expiry_date": estimate.date + timedelta(9)})
    delete_document(actor=actor, document=estimate)
    heard = [event for event in told if isinstance(event, (DocumentCreated, DocumentUpdated, DocumentDeleted))]
    assert [type(event).__name__ for event in heard] == ["DocumentCreated", "DocumentUpdated", "DocumentDeleted"]
    assert {(event.kind, event.record_id, event.deal_id) for event in heard} == {("estimate", estimate.pk, 42)}
    assert heard[1].fields == {"expiry_date"}


@pytest.mark.parametrize("count", [1, 40])
def test_an_invoice_takes_the_same_statements_whatever_its_length(
    draft, item, customer, actor, organization, count, django_assert_num_queries
):
    rows = [{"item_id": item.pk} for _line in range(count)]
    with django_assert_num_queries(13):
        invoice = draft(Kind.INVOICE, lines=rows)
    with django_assert_num_queries(9):
        move_document(actor=actor, document=invoice, verb="mark_sent")


def test_currencies_with_other_decimals(actor, organization, draft):
    for code, rate in (("JPY", "0.006"), ("KWD", "3"), ("CLF", "35")):
        values = {"code": code, "rate": Decimal(rate)}
        finance.services.rates.add_currency(actor=actor, organization=organization, values=values)
    yen = draft(Kind.INVOICE, lines=[{"name": "A", "rate": Decimal("99.5"), "quantity": 3}], currency="JPY")
    assert (yen.total, yen.total_base) == (300, Decimal("1.80"))
    dinar = draft(Kind.INVOICE, lines=[{"name": "A", "rate": Decimal("1.2345")}], currency="KWD")
    assert (dinar.total, dinar.total_base) == (Decimal("1.235"), Decimal("3.71"))
    unit = draft(Kind.INVOICE, lines=[{"name": "A", "rate": Decimal("1.23455")}], currency="CLF")
    assert (unit.total, unit.total_base) == (Decimal("1.2346"), Decimal("43.21"))
