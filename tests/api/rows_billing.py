"""Who may bill on what was spent: whoever writes invoices, and of expenses only those that they may see."""

from __future__ import annotations

from typing import Any

from finance.choices import DocumentKind as Kind
from finance.models import Organization
from finance.services.document_moves import move_document
from tests import factories
from tests.api.permissions import Row, World, page, read, write
from users.models import User

API = "/api/v1/finance/{finance}"
PAGES = "/finance/{finance}"


def _button(url: str, body: dict[str, Any] | None = None, *, edit: int = 200, admin: int = 200) -> Row:
    return page(url, method="POST", body=body or {}, view=403, edit=edit, admin=admin)


ROWS = [
    read(f"{API}/customers/{{billed_customer}}/unbilled"),
    write("POST", f"{API}/expenses/{{billable}}/convert", body={"to": "invoice"}, edit=404, admin=201),
    _button(f"{PAGES}/invoices/new/billables/", {"customer_id": "{billed_customer}"}),
    _button(f"{PAGES}/invoices/{{draft_invoice}}/edit/billables/", {"customer_id": "{billed_customer}"}),
    write(
        "POST",
        f"{API}/purchase-orders/convert",
        body={"to": "bill", "orders": [{"order": "{billed_order}"}], "values": {"number": "R-99"}},
        edit=403,
        admin=201,
    ),
    _button(f"{PAGES}/purchase-orders/bill/", {"pick": "{billed_order}"}, edit=403),
    _button(f"{PAGES}/expenses/bill/", {"pick": "{billable}"}, edit=400, admin=302),
]


def furnish(world: World) -> None:
    """An administrator's billable expense, a draft for its customer, and an order, here and at the outsider's."""
    ours = _spent(world.finance, world.people["admin"])
    foreign = _spent(world.foreign_finance, world.people["outsider"])
    for name, own, other in zip(
        ("billed_customer", "billable", "draft_invoice", "billed_order"), ours, foreign, strict=True
    ):
        world.add(name, own, other)


def _spent(organization: Organization, person: User) -> list[Any]:
    customer = factories.customer(organization, "Billed & Co")
    expense = factories.expense(organization, person, is_billable=True, customer_id=customer.pk)
    draft = factories.document(organization, Kind.INVOICE, customer_id=customer.pk)
    vendor = factories.finance_vendor(organization, "Billing & Co")
    order = factories.document(organization, Kind.PURCHASE_ORDER, vendor_id=vendor.pk)
    order = move_document(actor=factories.SYSTEM, document=order, verb="mark_issued")
    return [customer, expense, draft, order]
