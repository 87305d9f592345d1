"""Makes what the demo's books went through: every service is called in the order of the days that it happened on."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from finance.choices import DocumentKind as Kind
from finance.models import Currency, Customer, Expense, Invoice, Item, Organization, Tax, Vendor
from finance.selectors.days import today
from finance.services import conversions
from finance.services.credit_notes import apply_credit_note
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.expense_reports import create_report, move_report
from finance.services.expenses import create_expense
from finance.services.payments import record_payment
from finance.services.plans import create_plan
from finance.services.rates import set_rate
from finance.services.recurring_invoices import create_recurring_invoice
from finance.services.refunds import refund_credit_note
from finance.services.subscriptions import create_subscription
from finance.services.write_offs import write_off
from finsuite.kernel.actors import Actor
from integration.demo import content, trading_content
from integration.demo.trading_content import Offer, Sale, Supply
from users.models import User

HOME = "France"


class Diary:
    """What is done on which day. What is due after today stays undone."""

    def __init__(self, now: date) -> None:
        self.now = now
        self._waiting: list[tuple[int, int, Callable[[date], Any]]] = []
        self._count = 0

    def note(self, ago: int, act: Callable[[date], Any]) -> None:
        """Have this done so many days before today, after whatever was noted for that day earlier."""
        if ago >= 0:
            self._count += 1
            heapq.heappush(self._waiting, (-ago, self._count, act))

    def live(self) -> None:
        """Do everything, the oldest first; what is done may note more."""
        while self._waiting:
            ago, _count, act = heapq.heappop(self._waiting)
            act(self.now + timedelta(days=ago))


class Books:
    """The organization, and what its documents name."""

    def __init__(self, organization: Organization, accountant: User, admin: User) -> None:
        self.organization = organization
        self.actor, self.admin = Actor.person(accountant), Actor.person(admin)
        self.accountant = accountant
        self.diary = Diary(today(organization))
        self.items = list(Item.objects.of(organization).order_by("id"))
        self.customers = list(Customer.objects.of(organization).order_by("id")[:60])
        self.vendors = list(Vendor.objects.of(organization).order_by("id"))
        self.tax = Tax.objects.of(organization).get(rate=20, is_group=False)

    def lines(self, customer: Customer, chosen: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """Items at their prices and taxes; who buys from abroad pays no French ones."""
        free: dict[str, Any] = {} if customer.billing_country == HOME else {"tax_ids": []}
        return [{"item_id": self.items[item].pk, "quantity": Decimal(quantity), **free} for item, quantity in chosen]

    def draft(self, kind: Kind, lines: Sequence[Mapping[str, Any]], **values: Any) -> Any:
        return create_document(
            actor=self.actor, organization=self.organization, kind=kind, values=values, lines=list(lines)
        )

    def move(self, document: Any, verb: str, reason: str = "") -> Any:
        return move_document(actor=self.actor, document=document, verb=verb, reason=reason)

    def pay(self, document: Any, day: date, amount: Decimal, mode: str = "banktransfer") -> None:
        """Record that this much of an invoice or a bill was paid."""
        kind = Kind.PAYMENT if document.kind is Kind.INVOICE else Kind.VENDOR_PAYMENT
        party = "customer_id" if kind is Kind.PAYMENT else "vendor_id"
        values = {party: getattr(document, party), "date": day, "amount": amount, "mode": mode}
        rows = [{f"{document.kind.value}_id": document.pk, "amount": amount}]
        record_payment(actor=self.actor, organization=self.organization, kind=kind, values=values, allocations=rows)


def build(organization: Organization, accountant: User, admin: User) -> None:
    """A year and more of estimates, orders, invoices, payments, credits, bills, expenses and subscriptions."""
    books = Books(organization, accountant, admin)
    _past_rates(books)
    for sale in trading_content.sales(len(books.items), len(books.customers)):
        _note_sale(books, sale)
    for offer in trading_content.offers(len(books.items), len(books.customers)):
        books.diary.note(offer.ago, lambda day, offer=offer: _offer(books, offer, day))  # type: ignore[misc]
    for supply in trading_content.supplies():
        _note_supply(books, supply)
    _note_expenses(books)
    books.diary.live()
    _subscriptions(books)


def _past_rates(books: Books) -> None:
    dice = random.Random(content.SEED + 34)  # noqa: S311
    for currency in Currency.objects.of(books.organization).select_related("organization").order_by("code"):
        if currency.code not in content.RATES:
            continue
        for ago in range(trading_content.SPAN + 60, 0, -60):
            drift = 1 + Decimal(dice.randrange(-30, 31)) / 1000
            rate = (1 / (content.RATES[currency.code] * drift)).quantize(Decimal("1e-9"))
            set_rate(actor=books.actor, currency=currency, day=books.diary.now - timedelta(days=ago), rate=rate)


def _note_sale(books: Books, sale: Sale) -> None:
    customer = books.customers[sale.customer]
    lines = books.lines(customer, sale.lines)
    values = {"customer_id": customer.pk, "reference": sale.reference, "discount": sale.discount, "notes": sale.note}
    if sale.begins == "invoice" or sale.fate == "draft":
        books.diary.note(sale.ago, lambda day: _invoiced(books, sale, day, _invoice(books, lines, values, day)))
    else:
        books.diary.note(sale.ago + 9, lambda day: _ordered(books, sale, day, lines, values))


def _invoice(books: Books, lines: Sequence[Mapping[str, Any]], values: Mapping[str, Any], day: date) -> Invoice:
    invoice: Invoice = books.draft(Kind.INVOICE, lines, **values, date=day)
    return invoice


def _ordered(
    books: Books, sale: Sale, day: date, lines: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> None:
    """An estimate that the customer accepts, or an order; some days later, the invoice that is made of it."""
    if sale.begins == "estimate":
        estimate = books.draft(Kind.ESTIMATE, lines, **values, date=day)
        books.move(estimate, "mark_sent")
        books.diary.note(sale.ago + 4, lambda _day: books.move(estimate, "accept"))

        def make(on: date) -> Invoice:
            return conversions.estimate_to_invoice(actor=books.actor, estimate=estimate, values={"date": on})
    else:
        order = books.move(books.draft(Kind.SALES_ORDER, lines, **values, date=day), "confirm")

        def make(on: date) -> Invoice:
            return conversions.sales_order_to_invoice(actor=books.actor, order=order, values={"date": on})

    books.diary.note(sale.ago, lambda on: _invoiced(books, sale, on, make(on)))


def _invoiced(books: Books, sale: Sale, day: date, invoice: Invoice) -> None:
    """What becomes of an invoice."""
    if sale.fate == "draft":
        return
    invoice = books.move(invoice, "mark_sent")
    later = sale.ago - sale.paid_after
    modes = ("banktransfer", "banktransfer", "check", "creditcard")
    mode = modes[sale.place % len(modes)]
    if sale.fate == "paid":
        books.diary.note(later, lambda on: books.pay(invoice, on, invoice.total, mode))
    elif sale.fate == "partly":
        part = (invoice.total * Decimal("0.4")).quantize(Decimal(1))
        books.diary.note(later, lambda on: books.pay(invoice, on, part, mode))
    elif sale.fate == "written off":
        reason = trading_content.WRITTEN_OFF
        books.diary.note(later - 120, lambda on: write_off(actor=books.actor, invoice=invoice, reason=reason, day=on))
    elif sale.fate in ("credited", "refunded"):
        books.diary.note(sale.ago - 5, lambda on: _credit(books, sale, invoice, on))


def _credit(books: Books, sale: Sale, invoice: Invoice, day: date) -> None:
    """One piece of the first line is credited; the rest is paid, or all of it, and then money goes back."""
    first = invoice.lines.order_by("position")[0]
    note = conversions.invoice_to_credit_note(
        actor=books.actor,
        invoice=invoice,
        quantities={first.pk: Decimal(1)},
        values={"date": day, "notes": trading_content.CREDITED},
    )
    note = books.move(note, "mark_open")
    if sale.fate == "refunded":
        books.pay(invoice, day, invoice.total)
        values = {"date": day, "mode": "banktransfer"}
        refund_credit_note(actor=books.actor, credit_note=note, values=values)
        return
    row = {"invoice_id": invoice.pk, "amount": note.total}
    apply_credit_note(actor=books.actor, credit_note=note, allocations=[row])
    books.diary.note(sale.ago - sale.paid_after, lambda on: books.pay(invoice, on, invoice.total - note.total))


def _offer(books: Books, offer: Offer, day: date) -> None:
    customer = books.customers[offer.customer]
    lines = books.lines(customer, offer.lines)
    until = day + timedelta(days=30)
    estimate = books.draft(Kind.ESTIMATE, lines, customer_id=customer.pk, date=day, expiry_date=until)
    if offer.outcome == "draft":
        return
    estimate = books.move(estimate, "mark_sent")
    if offer.outcome == "accepted":
        books.move(estimate, "accept")
    elif offer.outcome == "declined":
        books.diary.note(offer.ago - 10, lambda _day: books.move(estimate, "decline", trading_content.DECLINED))


def _note_supply(books: Books, supply: Supply) -> None:
    vendor = books.vendors[supply.vendor]
    lines = [{"name": supply.name, "rate": supply.net, "tax_ids": [books.tax.pk]}]

    def bill(day: date) -> None:
        _billed(books, supply, books.draft(Kind.BILL, lines, vendor_id=vendor.pk, number=supply.number, date=day))

    if not supply.is_ordered:
        books.diary.note(supply.ago, bill)
        return

    def order(day: date) -> None:
        made = books.move(books.draft(Kind.PURCHASE_ORDER, lines, vendor_id=vendor.pk, date=day), "mark_issued")

        def bill_of(on: date) -> None:
            values = {"date": on}
            found = conversions.purchase_orders_to_bill(
                actor=books.actor, orders=[made], number=supply.number, values=values
            )
            _billed(books, supply, found)

        books.diary.note(supply.ago, bill_of)

    books.diary.note(supply.ago + 12, order)


def _billed(books: Books, supply: Supply, bill: Any) -> None:
    bill = books.move(bill, "mark_open")
    if supply.is_paid:
        books.diary.note(supply.ago - 32, lambda on: books.pay(bill, on, bill.total))


def _note_expenses(books: Books) -> None:
    """Expenses of both people; those of each quarter are handed in together."""
    categories = list(books.organization.expense_categories.order_by("id"))
    gathered: dict[int, list[Expense]] = {}

    def spend(day: date, told: dict[str, Any]) -> None:
        values = {name: value for name, value in told.items() if name not in ("ago", "place")}
        values |= {"category_id": categories[values.pop("category")].pk, "date": day}
        if "distance" in values:
            values |= {"distance_unit": "km", "distance_rate": trading_content.PER_KILOMETRE}
            values["description"] = "To the building site and back"
        elif values.pop("is_billable"):
            values |= {"is_billable": True, "customer_id": books.customers[told["place"] % 12].pk}
        if values.get("paid_through") != "employee":
            values["tax_id"] = books.tax.pk
        expense = create_expense(actor=books.actor, organization=books.organization, values=values)
        if values.get("paid_through", "employee") == "employee":
            gathered.setdefault(told["ago"] // 90, []).append(expense)

    for told in trading_content.spent():
        books.diary.note(told["ago"], lambda day, told=told: spend(day, told))  # type: ignore[misc]
    for quarter in (3, 2, 1):
        books.diary.note(quarter * 90 - 3, lambda day, quarter=quarter: _report(books, quarter, day, gathered))  # type: ignore[misc]


def _report(books: Books, quarter: int, day: date, gathered: Mapping[int, Sequence[Expense]]) -> None:
    expenses = [expense.pk for expense in gathered.get(quarter, ())]
    values = {"name": f"Site visits, until {day:%m/%Y}"}
    report = create_report(actor=books.actor, organization=books.organization, values=values, expense_ids=expenses)
    report = move_report(actor=books.actor, report=report, verb="submit")
    if quarter == 2:
        move_report(actor=books.admin, report=report, verb="reject", reason=trading_content.REJECTED)
    elif quarter == 3:
        report = move_report(actor=books.admin, report=report, verb="approve")
        move_report(actor=books.admin, report=report, verb="reimburse")


def _subscriptions(books: Books) -> None:
    """Two plans, four that subscribed to them, and a rent that is invoiced by the calendar."""
    plans = []
    for code, name, price, trial in trading_content.PLANS:
        values = {"code": code, "name": name, "price": Decimal(price), "trial_days": trial, "tax_id": books.tax.pk}
        plans.append(create_plan(actor=books.actor, organization=books.organization, values=values))
    for plan, customer, quantity, ago in trading_content.SUBSCRIBED:
        values = {
            "plan_id": plans[plan].pk,
            "customer_id": books.customers[customer].pk,
            "quantity": Decimal(quantity),
            "starts_on": books.diary.now - timedelta(days=ago),
        }
        create_subscription(actor=books.actor, organization=books.organization, values=values)
    tenant = books.customers[2]
    create_recurring_invoice(
        actor=books.actor,
        organization=books.organization,
        values={
            "name": "Rent of the yard",
            "starts_on": books.diary.now - timedelta(days=70),
            "action": "send",
        },
        invoice={"customer_id": tenant.pk},
        lines=[{"name": "Rent of the yard, one month", "rate": Decimal(420), "tax_ids": [books.tax.pk]}],
    )
