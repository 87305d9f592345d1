"""Who gets which answer about payments, credits and statements: money is moved by accountants and administrators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from finance.choices import DocumentKind as Kind
from finance.models import Vendor
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.services.payments import record_payment
from finance.services.refunds import refund_payment
from finsuite.kernel.text import fold, name_key
from tests import factories
from tests.api.permissions import World, page, read, write

API = "/api/v1/finance/{finance}"
TO = {"to": ["a@example.com"]}


def _entity(name: str, singular: str, party: dict[str, str]) -> list[Any]:
    one = f"{API}/{name}/{{{singular}}}"
    new = {**party, "amount": "5.00"}
    version = {"If-Match": f'"{{{singular}_version}}"'}
    target = "bill" if name == "vendor-payments" else "invoice"
    document = f"{{owed_{target}}}"
    return [
        read(f"{API}/{name}"),
        read(one),
        read(f"{one}/history"),
        write("POST", f"{API}/{name}", body=new, edit=403, admin=201),
        write("POST", f"{API}/{name}/bulk", body={"records": [new]}, edit=403, admin=200),
        write("PATCH", one, body={"reference": "X"}, headers=version, edit=403, admin=200),
        write("DELETE", one, headers=version, edit=403, admin=204),
        *_verbs(one, target, document, unapplied=400),
    ]


def _verbs(one: str, target: str, document: str, *, unapplied: int) -> list[Any]:
    rows = {"allocations": [{target: document, "amount": "1.00"}]}
    return [
        write("POST", f"{one}/apply", body=rows, edit=403, admin=200),
        write("POST", f"{one}/unapply", body={target: document}, edit=403, admin=unapplied),
        write("POST", f"{one}/refund", body={"amount": "1.00"}, edit=403, admin=200),
    ]


PAGES = "/finance/{finance}"


def _pages(segment: str, singular: str) -> list[Any]:
    every, one = f"{PAGES}/{segment}", f"{PAGES}/{segment}/{{{singular}}}"
    return [
        page(f"{every}/"),
        page(f"{every}/new/", view=403, edit=403),
        page(f"{every}/new/", method="POST", body={}, view=403, edit=403),
        page(f"{one}/"),
        page(f"{one}/edit/", view=403, edit=403),
        page(f"{one}/edit/", method="POST", body={}, view=403, edit=403, admin=422),
        *(_button(f"{one}/{verb}/") for verb in ("delete", "unapply", "refund")),
    ]


def _button(url: str) -> Any:
    return page(url, method="POST", body={}, view=403, edit=403, admin=302)


OWED = f"{API}/invoices/{{owed_invoice}}"

ROWS = [
    *_entity("payments", "payment", {"customer": "{payer}"}),
    *_entity("vendor-payments", "vendor_payment", {"vendor": "{payee}"}),
    *_verbs(f"{API}/credit-notes/{{open_note}}", "invoice", "{owed_invoice}", unapplied=400),
    write("POST", f"{OWED}/write-off", body={"reason": "Bankrupt"}, edit=403, admin=200),
    write("POST", f"{OWED}/cancel-write-off", edit=403, admin=400),
    write("DELETE", f"{API}/refunds/{{refund}}", edit=403, admin=204),
    read(f"{API}/customers/{{payer}}/statement"),
    read(f"{API}/customers/{{payer}}/statement/pdf"),
    write("POST", f"{API}/customers/{{payer}}/statement/email", body=TO, edit=201, admin=201),
    read(f"{API}/payments/{{payment}}/pdf"),
    write("POST", f"{API}/payments/{{payment}}/email", body=TO, edit=201, admin=201),
    read(f"{API}/receivables"),
    read(f"{API}/payables"),
    *_pages("payments", "payment"),
    *_pages("vendor-payments", "vendor_payment"),
    _button(f"{PAGES}/invoices/{{owed_invoice}}/settle/"),
    _button(f"{PAGES}/bills/{{owed_bill}}/settle/"),
    _button(f"{PAGES}/credit-notes/{{open_note}}/settle/"),
    _button(f"{PAGES}/credit-notes/{{open_note}}/unapply/"),
    _button(f"{PAGES}/credit-notes/{{open_note}}/refund/"),
    _button(f"{PAGES}/invoices/{{owed_invoice}}/write-off/"),
    _button(f"{PAGES}/invoices/{{owed_invoice}}/write-off/cancel/"),
    _button(f"{PAGES}/refunds/{{refund}}/delete/"),
    page(f"{PAGES}/customers/{{payer}}/documents/"),
    page(f"{PAGES}/vendors/{{payee}}/documents/"),
    page(f"{PAGES}/customers/{{payer}}/statement/"),
    page(f"{PAGES}/customers/{{payer}}/statement/pdf/"),
    page(f"{PAGES}/customers/{{payer}}/statement/image/"),
    page(f"{PAGES}/customers/{{payer}}/statement/email/", view=403),
    page(f"{PAGES}/payments/{{payment}}/pdf/"),
    page(f"{PAGES}/payments/{{payment}}/image/"),
    page(f"{PAGES}/payments/{{payment}}/email/", view=403),
]


def furnish(world: World) -> None:
    """A payment each way with something unused, what it can be applied to, and a refund, on both sides."""
    for name, ours, foreign in zip(
        ("payer", "payee", "owed_invoice", "owed_bill", "open_note", "payment", "vendor_payment", "refund"),
        _made(world.finance),
        _made(world.foreign_finance),
        strict=True,
    ):
        world.add(name, ours, foreign)


def _made(organization: Any) -> list[Any]:
    payer = factories.customer(organization, "Payer")
    keys = {"name_key": name_key("Payee"), "unique_key": name_key("Payee"), "sort_key": fold("Payee")}
    payee = Vendor.objects.create(organization=organization, display_name="Payee", currency="EUR", **keys)
    parties = {"customer_id": payer.pk}, {"vendor_id": payee.pk, "number": "B-77"}
    invoice = _issued(organization, Kind.INVOICE, "mark_sent", parties[0])
    bill = _issued(organization, Kind.BILL, "mark_open", parties[1])
    note = _issued(organization, Kind.CREDIT_NOTE, "mark_open", parties[0])
    paid = _paid(organization, Kind.PAYMENT, {"customer_id": payer.pk})
    paid_out = _paid(organization, Kind.VENDOR_PAYMENT, {"vendor_id": payee.pk})
    given_back = _paid(organization, Kind.PAYMENT, {"customer_id": payer.pk})
    refund = refund_payment(actor=factories.SYSTEM, payment=given_back, values={"amount": Decimal(2)})
    return [payer, payee, invoice, bill, note, paid, paid_out, refund]


def _issued(organization: Any, kind: Kind, verb: str, values: dict[str, Any]) -> Any:
    made = create_document(
        actor=factories.SYSTEM,
        organization=organization,
        kind=kind,
        values=values,
        lines=[{"name": "Work", "rate": Decimal(100)}],
    )
    return move_document(actor=factories.SYSTEM, document=made, verb=verb)


def _paid(organization: Any, kind: Kind, values: dict[str, Any]) -> Any:
    return record_payment(
        actor=factories.SYSTEM, organization=organization, kind=kind, values={**values, "amount": Decimal(10)}
    )
