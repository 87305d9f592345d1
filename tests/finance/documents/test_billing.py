"""Billing on what was spent: expenses and lines of bills on invoices, and free again when these are taken back."""

from datetime import date
from decimal import Decimal

import pytest

from finance import billables
from finance.billables import Billable, Source, columns_of, token_of
from finance.choices import DocumentKind as Kind
from finance.models import BillLine, Expense, Invoice, InvoiceLine
from finance.selectors.billables import invoice_billing, unbilled
from finance.services.billing import as_line
from finance.services.document_moves import move_document
from finance.services.documents import create_document, delete_document, lines_of, update_document
from finance.services.expense_conversions import expenses_to_invoice
from finance.services.expense_reports import create_report, move_report
from finance.services.expenses import update_expense
from finance.services.preferences import update_preferences
from finance.services.rates import add_currency
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from tests import factories


@pytest.fixture
def spend(organization, boss, customer, vat):
    """An expense of 120.00, 20.00 of it tax, for the customer."""

    def make(spender=None, **values):
        known = {"amount": Decimal(120), "tax_id": vat.pk, "is_billable": True, "customer_id": customer.pk}
        known |= {"date": date(2026, 11, 3), "description": "Train to Köln"}
        return factories.expense(organization, spender or boss, **known | values)

    return make


@pytest.fixture
def bought(actor, draft, customer, vat):
    """An open bill with a line for the customer, and one that is nobody's."""

    def make(**values):
        line = {"name": "Paper", "rate": Decimal(10), "quantity": Decimal(3), "unit": "box", "tax_ids": [vat.pk]}
        line |= {"is_billable": True, "customer_id": customer.pk}
        bill = draft(Kind.BILL, lines=[line | values, {"name": "Ink", "rate": Decimal(7)}])
        return move_document(actor=actor, document=bill, verb="mark_open")

    return make


@pytest.fixture
def bill_for(actor, organization, customer):
    def make(*rows, **values):
        return create_document(
            actor=actor,
            organization=organization,
            kind=Kind.INVOICE,
            values={"customer_id": customer.pk, **values},
            lines=list(rows),
        )

    return make


def state_of(record):
    record.refresh_from_db()
    return record.is_invoiced


def test_an_expense_becomes_a_line_without_its_tax_and_with_the_same_tax_on_it(bill_for, spend, actor):
    expense = spend()
    made = bill_for({"expense_id": expense.pk}, {"name": "Work", "rate": Decimal(1)})
    line = lines_of(made)[0]
    assert (line.name, line.description) == (expense.category.name, "3 Nov 2026, Train to Köln")
    assert (line.quantity, line.rate, line.item_total, line.tax_total) == (1, 100, 100, 20)
    assert (line.expense_id, state_of(expense), invoice_billing(expense)) == (expense.pk, True, made)
    with pytest.raises(Refused, match="is invoiced to the customer"):
        update_expense(actor=actor, expense=expense, values={"description": "Flight"})


@pytest.mark.parametrize(
    ("own", "usual", "rate"), [(None, 0, 100), (None, 10, 110), ("2.50", 10, "102.50"), (0, 5, 100)]
)
def test_the_mark_up_is_the_expense_s_or_the_organization_s(bill_for, spend, actor, organization, own, usual, rate):
    update_preferences(actor=actor, organization=organization, values={"expense_markup": Decimal(usual)})
    expense = spend(markup=None if own is None else Decimal(own))
    assert lines_of(bill_for({"expense_id": expense.pk}))[0].rate == Decimal(rate)


def test_currencies_are_converted_by_the_two_records_own_rates(bill_for, spend, actor, organization):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": Decimal("0.90")})
    dollars = spend(currency="USD", exchange_rate=Decimal("0.80"))
    assert lines_of(bill_for({"expense_id": dollars.pk}))[0].rate == 80
    euros = spend()
    made = bill_for({"expense_id": euros.pk}, currency="USD", exchange_rate=Decimal("0.50"))
    assert lines_of(made)[0].rate == 200
    same = spend(currency="USD", exchange_rate=Decimal("0.80"))
    made = bill_for({"expense_id": same.pk}, currency="USD", exchange_rate=Decimal("0.50"))
    assert lines_of(made)[0].rate == 100


def test_what_a_row_says_itself_counts(bill_for, spend):
    row = {"expense_id": spend().pk, "name": "Travel", "rate": Decimal(99), "tax_ids": []}
    line = lines_of(bill_for(row))[0]
    assert (line.name, line.rate, line.taxes, line.quantity) == ("Travel", 99, [], 1)


def test_prices_with_tax_bill_what_was_paid(bill_for, spend):
    made = bill_for({"expense_id": spend().pk}, is_tax_inclusive=True)
    assert (lines_of(made)[0].rate, made.total, made.tax_total) == (120, 120, 20)


def test_a_line_of_a_bill_keeps_its_quantity_where_that_comes_to_the_same(bill_for, bought, draft, actor):
    line = lines_of(bought())[0]
    made = lines_of(bill_for({"bill_line_id": line.pk}))[0]
    assert (made.name, made.quantity, made.unit, made.rate, made.tax_total) == ("Paper", 3, "box", 10, 6)
    one = Billable(
        id=1, customer_id=1, day=date(2026, 1, 1), label="", name="Third", quantity=Decimal(3), unit="box",
        net=Decimal(10), gross=Decimal(10), currency="EUR", exchange_rate=Decimal(1),
    )  # fmt: skip
    told = as_line(one, Invoice(currency="EUR", price_precision=2, language="fr"))
    assert (told["quantity"], told["unit"], told["rate"]) == (1, "", Decimal("10.00"))
    assert told["description"] == formats.day(date(2026, 1, 1), language="fr")


@pytest.mark.parametrize("way", ["removed", "deleted", "voided"])
def test_what_was_billed_is_free_again(bill_for, spend, bought, actor, way):
    expense, line = spend(), lines_of(bought())[0]
    made = bill_for({"name": "Work", "rate": Decimal(1)}, {"expense_id": expense.pk}, {"bill_line_id": line.pk})
    assert (state_of(expense), state_of(line)) == (True, True)
    if way == "removed":
        update_document(actor=actor, document=made, values={}, lines=[{"id": lines_of(made)[0].pk}])
    elif way == "deleted":
        delete_document(actor=actor, document=made)
    else:
        move_document(actor=actor, document=move_document(actor=actor, document=made, verb="mark_sent"),
                      verb="void", reason="Wrong")  # fmt: skip
    assert (state_of(expense), state_of(line), invoice_billing(expense)) == (False, False, None)
    again = bill_for({"expense_id": expense.pk}, {"bill_line_id": line.pk})
    if way == "voided":
        with pytest.raises(Refused, match="is billed by another invoice already"):
            move_document(actor=actor, document=made, verb="to_draft", reason="It was right")
        delete_document(actor=actor, document=again)
        move_document(actor=actor, document=made, verb="to_draft", reason="It was right")
        assert (state_of(expense), state_of(line)) == (True, True)


def test_changing_a_billed_line_or_its_neighbours_bills_nothing_anew(bill_for, spend, actor):
    expense, other = spend(), spend()
    made = bill_for({"expense_id": expense.pk})
    (line,) = lines_of(made)
    rows = [{"id": line.pk, "rate": Decimal(90)}, {"expense_id": other.pk}]
    made = update_document(actor=actor, document=made, values={}, lines=rows)
    assert [(one.expense_id, one.rate) for one in lines_of(made)] == [(expense.pk, 90), (other.pk, 100)]
    expense.refresh_from_db()
    before = expense.updated_at
    update_document(actor=actor, document=made, values={"notes": "Thanks"})
    expense.refresh_from_db()
    assert (expense.is_invoiced, expense.updated_at) == (True, before)


def refusals(spend, bought, actor, organization, customer, staff):
    other = factories.customer(organization, "Somebody else")
    billed, in_report = spend(), spend()
    expenses_to_invoice(actor=actor, organization=organization, expenses=[billed])
    create_report(actor=actor, organization=organization, values={"name": "Köln"}, expense_ids=[in_report.pk])
    void = bought()
    line = lines_of(void)[0]
    move_document(actor=actor, document=void, verb="void")
    return {
        "expense_id": [
            (spend(is_billable=False, customer_id=customer.pk), "EXP-00003 isn't marked as billable."),
            (spend(customer_id=other.pk), "EXP-00004 is for another customer."),
            (billed, "EXP-00001 is billed by another invoice already."),
            (in_report, "EXP-00002 is in a report that isn't approved yet."),
            (Expense(pk=2**40), "There is no such record to be billed."),
        ],
        "bill_line_id": [
            (line, "V-2026-17 isn't open, so nobody is billed for it."),
            (lines_of(void)[1], "V-2026-17, line 2 is for another customer."),
        ],
    }


def test_what_can_t_be_billed_is_refused_at_its_line(bill_for, spend, bought, actor, organization, customer, staff):
    found = refusals(spend, bought, actor, organization, customer, staff)
    made = Invoice.objects.count()
    for column, cases in found.items():
        for record, sentence in cases:
            with pytest.raises(Refused) as caught:
                bill_for({"name": "Work", "rate": Decimal(1)}, {column: record.pk})
            assert caught.value.fields == {f"lines/1/{column}": [sentence]}
    twice = spend()
    with pytest.raises(Refused, match="billed by another line"):
        bill_for({"expense_id": twice.pk}, {"expense_id": twice.pk})
    assert (Invoice.objects.count(), state_of(twice)) == (made, False)


def test_an_approved_report_can_be_billed(bill_for, spend, actor, organization, boss):
    expense = spend()
    report = create_report(actor=actor, organization=organization, values={"name": "Köln"}, expense_ids=[expense.pk])
    for verb in ("submit", "approve"):
        report = move_report(actor=actor, report=report, verb=verb)
    expense.refresh_from_db()
    bill_for({"expense_id": expense.pk})
    assert state_of(expense)
    move_report(actor=actor, report=report, verb="reimburse")
    assert state_of(expense)


def test_people_bill_what_they_may_see(spend, organization, customer, actor, staff, boss):
    own, other = spend(spender=staff), spend()
    worker = Actor.person(staff)
    assert [offer.billable.id for offer in unbilled(worker, organization, customer.pk)] == [own.pk]
    assert [offer.billable.id for offer in unbilled(actor, organization, customer.pk)] == [own.pk, other.pk]
    values = {"customer_id": customer.pk}
    for row in ({"expense_id": other.pk}, {"expense_id": other.pk, "name": "Mine", "rate": Decimal(1)}):
        with pytest.raises(Refused, match="no such record"):
            create_document(actor=worker, organization=organization, kind=Kind.INVOICE, values=values, lines=[row])
    assert not state_of(other)
    mixed = create_document(
        actor=actor, organization=organization, kind=Kind.INVOICE, values=values, lines=[{"expense_id": other.pk}]
    )
    update_document(actor=worker, document=mixed, values={"notes": "Thanks"})  # what is on it already may stay
    assert state_of(other)


def test_another_customer_can_t_be_given_an_invoice_that_bills(bill_for, spend, actor, organization):
    made = bill_for({"expense_id": spend().pk})
    other = factories.customer(organization, "Somebody else")
    with pytest.raises(Refused, match="is for another customer"):
        update_document(actor=actor, document=made, values={"customer_id": other.pk})


def test_a_bill_stays_while_its_lines_are_invoiced(bill_for, bought, actor):
    bill = bought()
    line, plain = lines_of(bill)
    made = bill_for({"bill_line_id": line.pk})
    with pytest.raises(Refused, match="invoiced or billed already"):
        delete_document(actor=actor, document=bill)
    with pytest.raises(Refused, match="invoiced or billed already"):
        update_document(actor=actor, document=bill, values={}, lines=[{"id": plain.pk}])
    with pytest.raises(Refused) as caught:
        update_document(
            actor=actor, document=bill, values={}, lines=[{"id": line.pk, "is_billable": False}, {"id": plain.pk}]
        )
    assert list(caught.value.fields) == ["lines/0/customer_id"]
    delete_document(actor=actor, document=made)
    delete_document(actor=actor, document=bill)
    assert not BillLine.objects.exists()


def test_a_billable_line_says_for_whom(draft):
    with pytest.raises(Refused) as caught:
        draft(Kind.BILL, lines=[{"name": "Paper", "rate": Decimal(1), "is_billable": True}])
    assert list(caught.value.fields) == ["lines/0/customer_id"]


def test_expenses_go_on_a_new_invoice_or_behind_the_lines_of_a_draft(spend, draft, actor, organization, customer):
    first, second = spend(), spend()
    made = expenses_to_invoice(actor=actor, organization=organization, expenses=[first])
    known = draft(Kind.INVOICE)
    changed = expenses_to_invoice(actor=actor, organization=organization, expenses=[second], invoice=known)
    assert [line.expense_id for line in lines_of(made)] == [first.pk]
    assert [line.expense_id for line in lines_of(changed)] == [None, None, second.pk]
    sent = move_document(actor=actor, document=made, verb="mark_sent")
    third = spend()
    for expenses, invoice in (([third], sent), ([third, spend(customer_id=None, is_billable=False)], None)):
        with pytest.raises(Refused):
            expenses_to_invoice(actor=actor, organization=organization, expenses=expenses, invoice=invoice)
    assert not state_of(third)


def test_both_histories_tell_of_it(bill_for, spend, bought, actor, organization, told):
    import audit.selectors

    expense, bill = spend(), bought()
    told.clear()
    made = bill_for({"expense_id": expense.pk}, {"bill_line_id": lines_of(bill)[0].pk})
    delete_document(actor=actor, document=made)
    for record in (expense, bill):
        entries = audit.selectors.of_record(
            tenant=organization.tenant, kind=record._meta.label_lower, record_id=record.pk
        )
        freed, invoiced = entries[:2]
        assert (invoiced.verb, invoiced.after["invoice"]) == ("invoice", "INV-00001")
        assert (freed.verb, freed.before["invoice"]) == ("free", "INV-00001")
    assert [(type(one).__name__, one.kind) for one in told if one.kind in ("expense", "bill")] == [
        ("DocumentUpdated", "bill"),
        ("DocumentUpdated", "expense"),
    ] * 2


def test_invoices_that_bill_nothing_ask_nothing_more(draft, actor, django_assert_num_queries):
    from finance.services import billing

    made = draft(Kind.INVOICE)
    with django_assert_num_queries(0):
        taking = billing.hold(actor, made, frozenset(), lines_of_cached(made))
        billing.book(actor, made, taking)
        rows = [{"name": "Work"}]
        assert billing.fill(actor, made, rows) is rows


def lines_of_cached(document):
    return [InvoiceLine(document=document, name="Work")]


def test_a_room_that_finance_does_not_know_can_have_its_things_billed(bill_for, monkeypatch, customer):
    booked = []

    class Hours(Source):
        key, column, label = "time", "time_entry_ids", "Time"

        def unbilled(self, actor, organization, customer_id):
            return []

        def read(self, actor, organization, ids):
            return {pk: self._one(pk) for pk in ids}

        def hold(self, organization, ids):
            return {pk: self._one(pk) for pk in ids}

        def book(self, actor, invoice, ids, *, verb):
            booked.append((invoice.number, verb, ids))

        def _one(self, pk):
            return Billable(
                id=pk, customer_id=customer.pk, day=date(2026, 11, 2), label=f"T{pk}", name="Work",
                net=Decimal(50), gross=Decimal(50), currency="EUR", exchange_rate=Decimal(1),
            )  # fmt: skip

    monkeypatch.setattr(billables, "SOURCES", billables.SOURCES)
    monkeypatch.setitem(billables.SOURCES, "time", Hours())
    made = bill_for({"time_entry_ids": [3, 4], "name": "Two hours", "rate": Decimal(100)}, {"time_entry_ids": [5]})
    assert [line.rate for line in lines_of(made)] == [100, 50]
    assert booked == [("INV-00001", "invoice", [3, 4, 5])]
    assert columns_of(token_of([("time", 3), ("time", 4)])) == {"time_entry_ids": [3, 4]}
    assert columns_of("expense:7") == {"expense_id": 7}
    assert columns_of("nothing:7") == columns_of("expense:x") == {}


def test_an_expense_of_another_organization_is_as_if_absent(bill_for, outsider):
    from finance.models import Organization

    theirs = Organization.objects.get(name="Ailleurs SA")
    foreign = factories.expense(theirs, outsider, amount=Decimal(1), is_billable=True,
                                customer_id=factories.customer(theirs).pk)  # fmt: skip
    with pytest.raises((Refused, NotFound)):
        bill_for({"expense_id": foreign.pk})
    assert not state_of(foreign)
