"""A finance side as full as a mid-sized company's, for benchmarks: customers, items, and years of invoices.

The invoices are what the services would have written, put in by the bulk insert that services use.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bench.crm_records import CITIES, TRADES, _surname

BATCH = 2_000
CUSTOMERS = 2_000
FIRST_DAY = date(2023, 1, 2)
DAYS = 1_420
ITEMS = (("Conseil", "95.50"), ("Maintenance", "49.00"), ("Licence annuelle", "1200.00"), ("Câble", "3.90"))


class Books:
    """An organization with a tax, items and customers."""

    def __init__(self, owner: Any) -> None:
        from finance.models import Customer
        from finance.services.items import create_item
        from finance.services.organizations import create_organization
        from finance.services.taxes import create_tax
        from finsuite.kernel.actors import Actor
        from finsuite.kernel.bulk import insert_many

        self.actor = Actor.person(owner)
        values = {"name": "Bench", "base_currency": "EUR", "country": "FR"}
        self.organization = create_organization(actor=self.actor, owner=owner, values=values)
        given = {"actor": self.actor, "organization": self.organization}
        self.tax = create_tax(**given, values={"name": "TVA 20 %", "rate": Decimal(20)})
        self.items = [
            create_item(**given, values={"name": name, "sales_rate": Decimal(rate), "sales_tax_id": self.tax.pk})
            for name, rate in ITEMS
        ]
        self.customers = list(_customers(self.organization, Customer))
        insert_many(self.customers)

    def fill(self, count: int) -> None:
        """Make so many invoices of three lines, always the same ones; most are paid, the last ones are not."""
        from finance.services import numbering

        for start in range(0, count, BATCH):
            self._insert(range(start, min(start + BATCH, count)), count)
        numbering.take(organization=self.organization, series="invoice", count=count)

    def lines(self) -> list[dict[str, Any]]:
        """Three lines as a program sends them to the API."""
        return [{"item": item.pk, "quantity": str(number)} for number, item in enumerate(self.items[:3], 1)]

    def _insert(self, numbers: range, count: int) -> None:
        from finance.models import Invoice, InvoiceLine
        from finance.services.drafting import compute
        from finsuite.kernel.bulk import insert_many

        invoices, drawn = [], []
        for number in numbers:
            some = random.Random(number)
            invoice = self._invoice(Invoice, number, count, some)
            lines = [self._line(InvoiceLine, place, some) for place in range(3)]
            compute(invoice, lines, {})
            _settle(invoice, some, is_old=number < count * 0.9)
            invoices.append(invoice)
            drawn.append(lines)
        insert_many(invoices)
        for invoice, lines in zip(invoices, drawn, strict=True):
            for line in lines:
                line.document = invoice
        insert_many([line for lines in drawn for line in lines])

    def _invoice(self, model: Any, number: int, count: int, some: random.Random) -> Any:
        from finsuite.kernel.terms import searchable

        customer = some.choice(self.customers)
        day = FIRST_DAY + timedelta(days=number * DAYS // count)
        name = f"INV-{number + 1:05d}"
        return model(
            organization=self.organization,
            customer=customer,
            number=name,
            date=day,
            due_date=day + timedelta(days=30),
            currency="EUR",
            payment_terms_label="30 jours",
            billing={"address": f"{number % 300} rue de la République", "city": some.choice(CITIES), "country": "FR"},
            notes="Merci de votre confiance.",
            terms="Tout retard de paiement entraîne une indemnité forfaitaire de 40 euros.",
            reference=f"BC-{number % 977}",
            language="fr",
            search_text=searchable((name, f"BC-{number % 977}", customer.display_name)),
        )

    def _line(self, model: Any, place: int, some: random.Random) -> Any:
        item = some.choice(self.items)
        return model(
            position=place,
            item=item,
            name=item.name,
            quantity=Decimal(some.randint(1, 12)),
            rate=item.sales_rate,
            tax_ids=[self.tax.pk],
            taxes=[{"id": str(self.tax.pk), "name": self.tax.name, "rate": "20", "is_compound": False}],
        )


def _customers(organization: Any, model: Any) -> Iterator[Any]:
    from finance.services.customer_rules import set_keys

    some = random.Random(3)
    for number in range(CUSTOMERS):
        customer = model(
            organization=organization,
            number=f"CUST-{number + 1:05d}",
            display_name=f"{some.choice(TRADES)} {_surname(some)} {number}",
            currency="EUR",
            billing_city=some.choice(CITIES),
        )
        set_keys(customer)
        yield customer


def _settle(invoice: Any, some: random.Random, *, is_old: bool) -> None:
    """The old ones are paid, of the others some are sent, some paid in part and some drafts."""
    paid = invoice.total if is_old else (Decimal(0), Decimal(0), Decimal("10.00"))[some.randrange(3)]
    invoice.status = "paid" if is_old else "sent"
    invoice.paid_total = invoice.settled_total = paid
    invoice.balance = invoice.balance_base = invoice.total - paid
