"""An organization that sells and buys in three currencies, and a way to ask a report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import finance.services.rates
from finance.choices import DocumentKind as Kind
from finance.selectors.reports.asking import read
from finance.selectors.reports.catalogue import REPORTS
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from tests import factories

VERBS = {Kind.INVOICE: "mark_sent", Kind.CREDIT_NOTE: "mark_open", Kind.BILL: "mark_open"}


@pytest.fixture
def currencies(actor, organization):
    for code, rate in (("USD", "0.9213"), ("JPY", "0.006131")):
        values = {"code": code, "rate": Decimal(rate)}
        finance.services.rates.add_currency(actor=actor, organization=organization, values=values)


@pytest.fixture
def customer(organization):
    return factories.customer(organization, "Müller & Söhne")


@pytest.fixture
def vendor(organization):
    return factories.finance_vendor(organization, "Papeterie Roux")


@pytest.fixture
def draft(actor, organization, customer, vendor):
    def make(kind, *lines, **values):
        party = {"vendor_id": vendor.pk, "number": f"B-{len(lines)}"} if kind is Kind.BILL else {}
        party = party or {"customer_id": customer.pk}
        lines = [{"name": "Work", "rate": Decimal(line)} if isinstance(line, str) else line for line in lines]
        day = values.get("date", date(2026, 3, 15))
        due = {"due_date": day} if kind in (Kind.INVOICE, Kind.BILL) else {}
        values = {**party, "date": day, **due, **values}
        return create_document(actor=actor, organization=organization, kind=kind, values=values, lines=lines)

    return make


@pytest.fixture
def issue(actor, draft):
    def make(kind, *lines, **values):
        return move_document(actor=actor, document=draft(kind, *lines, **values), verb=VERBS[kind])

    return make


@pytest.fixture
def ask(organization):
    """A report by its name, of 2026 unless told otherwise."""

    def asked(name, **given):
        definition = REPORTS[name]
        days = {} if given.get("period") or not definition.has_period else {"since": "2026-01-01", "to": "2026-12-31"}
        return definition.find(read(organization, definition.asked, {**days, **given}))

    return asked
