"""The shown status follows from the day and from what was paid; SQL and Python say the same of every combination."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest

from finance import derived, workflow
from finance.choices import DocumentKind as Kind
from finance.derived import State
from finance.selectors.days import today
from finance.selectors.shown import in_status, shown_statuses, with_shown_status
from finance.services.document_kinds import SPECS
from tests.finance.documents.conftest import customer, draft, vendor  # noqa: F401

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("kind", "status", "until", "done", "left", "shown"),
    [
        ("estimate", "sent", DAY, 0, 0, "sent"),
        ("estimate", "sent", DAY - timedelta(1), 0, 0, "expired"),
        ("estimate", "accepted", DAY - timedelta(1), 0, 0, "accepted"),
        ("invoice", "draft", DAY - timedelta(9), 0, 60, "draft"),
        ("invoice", "sent", DAY, 0, 60, "sent"),
        ("invoice", "sent", DAY - timedelta(1), 0, 60, "overdue"),
        ("invoice", "sent", DAY, 20, 40, "partially_paid"),
        ("invoice", "sent", DAY - timedelta(1), 20, 40, "overdue"),
        ("invoice", "paid", DAY - timedelta(1), 60, 0, "paid"),
        ("invoice", "void", DAY - timedelta(1), 0, 60, "void"),
        ("bill", "open", DAY - timedelta(1), 0, 60, "overdue"),
        ("bill", "open", DAY, 20, 40, "partially_paid"),
        ("sales_order", "open", None, 0, 0, "open"),
        ("sales_order", "open", DAY, 2, 0, "partially_invoiced"),
        ("sales_order", "open", DAY - timedelta(1), 2, 0, "overdue"),
        ("purchase_order", "open", DAY, 2, 0, "partially_billed"),
        ("purchase_order", "billed", DAY - timedelta(1), 2, 0, "billed"),
        ("credit_note", "open", DAY - timedelta(9), 2, 0, "open"),
    ],
)
def test_the_shown_status_is_told_from_the_day_and_what_was_paid(kind, status, until, done, left, shown):
    state = State(kind=Kind(kind), status=status, until=until, done=Decimal(done), open=Decimal(left))
    assert derived.shown(state, DAY) == shown


def test_due_on_receipt_is_overdue_from_the_next_day():
    state = State(kind=Kind.INVOICE, status="sent", until=date(2024, 5, 1), open=Decimal(1))
    assert derived.shown(state, date(2024, 5, 1)) == "sent"
    assert derived.shown(state, date(2024, 5, 2)) == "overdue"


@pytest.mark.parametrize("kind", list(workflow.TABLES))
def test_sql_tells_the_same_as_python(draft, organization, kind):  # noqa: F811
    model = SPECS[kind].model
    day = today(organization)
    days = [day - timedelta(1), day, day + timedelta(1)]
    done = [Decimal(0), Decimal(1)] if model.done_field else [None]
    statuses = [value for value, _label in model._meta.get_field("status").choices]
    for number, (status, until, part) in enumerate(itertools.product(statuses, days, done)):
        record = draft(kind, number=f"N-{number}", date=day - timedelta(9))
        told = {"status": status, model.until_field: until}
        if part is not None:
            whole = record.total if status in ("paid", "closed") else part
            told |= {model.done_field: whole}
            if model.open_field:
                told |= {"balance": record.total - whole}
            if kind is Kind.INVOICE:
                told |= {"paid_total": whole}
        model.objects.filter(pk=record.pk).update(**told)
    rows = list(with_shown_status(model.objects.of(organization), day))
    assert len(rows) == len(statuses) * len(days) * len(done)
    assert {row.pk: row.shown_status for row in rows} == {row.pk: derived.shown(row.state, day) for row in rows}
    for status, _label in shown_statuses(model):
        found = set(in_status(model.objects.of(organization), status, day).values_list("pk", flat=True))
        assert found == {row.pk for row in rows if row.shown_status == status}, status
    assert {row.shown_status for row in rows} == {status for status, _label in shown_statuses(model)}
