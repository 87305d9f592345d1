"""Who gets which answer about expenses: viewers look at all, staff write their own, administrators everybody's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from finance.models import Organization
from finance.services.expense_reports import create_report, move_report
from finance.services.expenses import create_expense
from finance.services.receipts import add_receipt
from finsuite.kernel.actors import Actor
from tests.api.permissions import Row, World, page, read, write
from users.models import User

API = "/api/v1/finance/{finance}"
PAGES = "/finance/{finance}"
NEW = {"category": "{expense_category}", "amount": "12.00"}


def _if_match(name: str) -> dict[str, str]:
    return {"If-Match": f'"{{{name}_version}}"'}


def _move(report: str, verb: str, body: dict[str, Any] | None = None, *, edit: int, admin: int = 200) -> Row:
    return write("POST", f"{API}/expense-reports/{{{report}}}/{verb}", body=body, edit=edit, admin=admin)


def _button(url: str, body: dict[str, Any] | None = None, *, edit: int, admin: int = 302) -> Row:
    return page(url, method="POST", body=body or {}, view=403, edit=edit, admin=admin)


_WAY = {"date": "2026-11-02", "amount": "12", "currency": "EUR", "paid_through": "card", "is_tax_inclusive": "1"}

ROWS = [
    read(f"{API}/expenses"),
    read(f"{API}/expenses/{{expense}}", edit=404),
    read(f"{API}/expenses/{{own_expense}}"),
    read(f"{API}/expenses/{{expense}}/history", edit=404),
    write("POST", f"{API}/expenses", body=NEW, edit=201, admin=201),
    write("POST", f"{API}/expenses/bulk", body={"records": [NEW]}, edit=200, admin=200),
    write(
        "PATCH",
        f"{API}/expenses/{{expense}}",
        body={"reference": "R"},
        headers=_if_match("expense"),
        edit=404,
        admin=200,
    ),
    write(
        "PATCH",
        f"{API}/expenses/{{own_expense}}",
        body={"reference": "R"},
        headers=_if_match("own_expense"),
        edit=200,
        admin=200,
    ),
    write("DELETE", f"{API}/expenses/{{expense}}", headers=_if_match("expense"), edit=404, admin=204),
    write("DELETE", f"{API}/expenses/{{own_expense}}", headers=_if_match("own_expense"), edit=204, admin=204),
    read(f"{API}/expense-reports"),
    read(f"{API}/expense-reports/{{report}}", edit=404),
    read(f"{API}/expense-reports/{{own_report}}"),
    read(f"{API}/expense-reports/{{report}}/history", edit=404),
    write("POST", f"{API}/expense-reports", body={"name": "New"}, edit=201, admin=201),
    write("POST", f"{API}/expense-reports/bulk", body={"records": [{"name": "New"}]}, edit=200, admin=200),
    write(
        "PATCH",
        f"{API}/expense-reports/{{report}}",
        body={"name": "Other"},
        headers=_if_match("report"),
        edit=404,
        admin=200,
    ),
    write("DELETE", f"{API}/expense-reports/{{report}}", headers=_if_match("report"), edit=404, admin=204),
    _move("report", "submit", edit=404),
    _move("own_report", "submit", edit=409, admin=409),
    _move("own_report", "recall", edit=200),
    _move("own_report", "approve", edit=403),
    _move("own_report", "reject", {"reason": "No receipt"}, edit=403),
    _move("own_report", "reimburse", edit=403, admin=409),
    read(f"{API}/expense-categories"),
    read(f"{API}/expense-categories/{{expense_category}}"),
    read(f"{API}/expense-categories/{{expense_category}}/history"),
    write("POST", f"{API}/expense-categories", body={"name": "New"}, edit=403, admin=201),
    write("POST", f"{API}/expense-categories/bulk", body={"records": [{"name": "New"}]}, edit=403, admin=200),
    write(
        "PATCH",
        f"{API}/expense-categories/{{expense_category}}",
        body={"name": "Other"},
        headers=_if_match("expense_category"),
        edit=403,
        admin=200,
    ),
    write(
        "DELETE",
        f"{API}/expense-categories/{{expense_category}}",
        headers=_if_match("expense_category"),
        edit=403,
        admin=409,
    ),
    page(f"{PAGES}/expenses/"),
    page(f"{PAGES}/expenses/new/", view=403),
    _button(f"{PAGES}/expenses/new/", {**_WAY, "category": "{expense_category}"}, edit=302),
    _button(f"{PAGES}/expenses/figures/", _WAY, edit=200, admin=200),
    page(f"{PAGES}/expenses/{{expense}}/", edit=404),
    page(f"{PAGES}/expenses/{{own_expense}}/"),
    page(f"{PAGES}/expenses/{{expense}}/history/", edit=404),
    page(f"{PAGES}/expenses/{{expense}}/edit/", view=403, edit=404),
    _button(f"{PAGES}/expenses/{{expense}}/delete/", edit=404),
    _button(f"{PAGES}/expenses/{{expense}}/receipts/", edit=404),
    page(f"{PAGES}/expenses/{{expense}}/receipts/{{receipt}}/", edit=404),
    page(f"{PAGES}/expenses/{{expense}}/receipts/{{receipt}}/shown/", edit=404),
    _button(f"{PAGES}/expenses/{{expense}}/receipts/{{receipt}}/delete/", edit=404),
    page(f"{PAGES}/expense-reports/"),
    page(f"{PAGES}/expense-reports/new/", view=403),
    _button(f"{PAGES}/expense-reports/new/", {"name": "New"}, edit=302),
    page(f"{PAGES}/expense-reports/{{report}}/", edit=404),
    page(f"{PAGES}/expense-reports/{{own_report}}/"),
    page(f"{PAGES}/expense-reports/{{report}}/history/", edit=404),
    page(f"{PAGES}/expense-reports/{{report}}/edit/", view=403, edit=404),
    _button(f"{PAGES}/expense-reports/{{report}}/expenses/", edit=404),
    _button(f"{PAGES}/expense-reports/{{report}}/move/", {"verb": "submit"}, edit=404),
    _button(f"{PAGES}/expense-reports/{{own_report}}/move/", {"verb": "approve"}, edit=403),
    _button(f"{PAGES}/expense-reports/{{report}}/delete/", edit=404),
    page(f"{PAGES}/settings/expense-categories/", view=403, edit=403),
    _button(f"{PAGES}/settings/expense-categories/", {"name": "New"}, edit=403),
    _button(
        f"{PAGES}/settings/expense-categories/{{expense_category}}/",
        {"name": "Other", "version": "{expense_category_version}"},
        edit=403,
    ),
    _button(f"{PAGES}/settings/expense-categories/{{expense_category}}/delete/", edit=403, admin=409),
]


def furnish(world: World) -> None:
    """An administrator's expense and draft report, and staff's report that was handed in, here and there."""
    found = []
    for organization, owner, worker in (
        (world.finance, world.people["admin"], world.people["edit"]),
        (world.foreign_finance, world.people["outsider"], world.people["outsider"]),
    ):
        category = organization.expense_categories.get(name="Travel")
        expense = _spend(organization, owner)
        draft = create_report(
            actor=Actor.person(owner),
            organization=organization,
            values={"name": "Lyon"},
            expense_ids=[_spend(organization, owner).pk],
        )
        own = _spend(organization, worker)
        handed = create_report(
            actor=Actor.person(worker),
            organization=organization,
            values={"name": "Brest"},
            expense_ids=[_spend(organization, worker).pk],
        )
        handed = move_report(actor=Actor.person(worker), report=handed, verb="submit")
        draft.refresh_from_db()
        picture = SimpleUploadedFile("receipt.png", b"\x89PNG\r\n\x1a\n")
        receipt = add_receipt(actor=Actor.person(owner), expense=expense, file=picture)
        found.append((category, expense, own, draft, handed, receipt))
    names = ("expense_category", "expense", "own_expense", "report", "own_report", "receipt")
    for name, ours, foreign in zip(names, *found, strict=True):
        world.add(name, ours, foreign)


def _spend(organization: Organization, person: User) -> Any:
    category = organization.expense_categories.get(name="Travel")
    values = {"category_id": category.pk, "amount": Decimal(12), "date": date(2026, 11, 2)}
    return create_expense(actor=Actor.person(person), organization=organization, values=values)
