"""Two workers that find the same reminders due: each is sent once."""

from datetime import timedelta

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Email, Invoice, ReminderRule
from finance.selectors.days import today
from finance.services import reminder_run
from finance.services.document_moves import move_document
from finance.services.reminder_rules import create_rule
from finsuite.kernel.actors import Actor
from tests import factories
from tests.races.test_payments import at_once


@pytest.fixture
def organization(transactional_db):
    owner = factories.user()
    organization = factories.finance_organization(owner=owner)
    customer = factories.customer(organization, email="info@example.com")
    create_rule(actor=Actor.person(owner), organization=organization, values={"days": 7, "is_active": True})
    due = today(organization) - timedelta(days=7)
    for _number in range(4):
        draft = factories.document(organization, Kind.INVOICE, customer_id=customer.pk, date=due, due_date=due)
        move_document(actor=factories.SYSTEM, document=draft, verb="mark_sent")
    Invoice.objects.update(issued_at=None)
    return organization


def test_three_workers_at_once_send_each_reminder_once(organization):
    day = today(organization)
    sent = at_once(*[lambda: reminder_run.run_due(day=day)] * 3)
    assert sum(sent) == 4
    assert Email.objects.count() == 4
    assert list(Invoice.objects.values_list("reminders_sent", flat=True)) == [1, 1, 1, 1]
    assert ReminderRule.objects.get().fault == ""
