"""Reminders by rule: set up, foreseen on their page, and sent once each."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from finance.choices import DocumentKind as Kind
from finance.models import Customer, Email, Invoice, ReminderRule
from finance.selectors.days import today
from finance.services import reminder_run, reminders
from finance.services.contact_persons import create_contact_person
from finance.services.document_moves import move_document
from finance.services.email_templates import create_template
from finance.services.reminder_rules import create_rule, delete_rule, update_rule
from finance.tasks import remind
from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def customer(organization, actor):
    found = factories.customer(organization, "Mérieux", email="info@merieux.example")
    create_contact_person(
        actor=actor, customer=found, values={"first_name": "Claire", "email": "claire@merieux.example"}
    )
    return found


@pytest.fixture
def owed(organization, actor, customer):
    """An invoice, sent a month ago, that is due so many days from today."""

    def make(due_in, **values):
        due = today(organization) + timedelta(days=due_in)
        given = {"customer_id": customer.pk, "date": due - timedelta(days=30), "due_date": due, **values}
        draft = factories.document(organization, Kind.INVOICE, **given)
        invoice = move_document(actor=actor, document=draft, verb="mark_sent")
        Invoice.objects.filter(pk=invoice.pk).update(issued_at=timezone.now() - timedelta(days=40))
        return invoice

    return make


@pytest.fixture
def rule(organization, actor):
    """A rule that has been switched on for a month."""

    def make(days, **values):
        given = {"days": days, "is_active": True, **values}
        made = create_rule(actor=actor, organization=organization, values=given)
        if made.is_active:
            ReminderRule.objects.filter(pk=made.pk).update(active_from=today(organization) - timedelta(days=30))
        return made

    return make


def run(organization, days=0):
    return reminder_run.run_due(day=today(organization) + timedelta(days=days))


def test_a_rule_reminds_once_of_each_invoice_in_its_customer_s_words(organization, actor, customer, owed, rule):
    Customer.objects.filter(pk=customer.pk).update(language="fr")
    words = {
        "name": "Doux",
        "subject": "Rappel {{number}}",
        "body": "Bonjour {{contact}},\n\n{{sender}}\n{{organization}}",
    }
    create_template(actor=actor, organization=organization, kind="reminder", language="fr", values=words)
    rule(7, template="Doux")
    invoice, _not_yet, _long_ago = owed(-7), owed(-6), owed(-11)
    assert [run(organization), run(organization)] == [1, 0]
    email = Email.objects.get()
    assert (email.subject, email.to, email.sender_id) == ("Rappel INV-00001", ["claire@merieux.example"], None)
    assert email.body == "Bonjour Claire,\n\nDupont Frères"
    assert (email.from_name, email.reply_to) == ("Dupont Frères", organization.email)
    assert email.key == f"reminder:{invoice.pk}:{today(organization).isoformat()}"
    assert email.attachments.count() == 1
    assert list(Invoice.objects.order_by("pk").values_list("reminders_sent", flat=True)) == [1, 0, 0]
    assert run(organization, days=1) == 1  # the second's day has come


@pytest.mark.parametrize("left_out", ["invoice", "customer", "reminded today", "draft", "off", "new", "key"])
def test_nobody_is_reminded_who_is_left_out(organization, actor, customer, owed, rule, left_out):
    made, invoice = rule(7, is_active=left_out != "off"), owed(-8)
    if left_out == "invoice":
        reminders.set_reminded(actor=actor, invoice=invoice, is_reminded=False)
    elif left_out == "customer":
        Customer.objects.filter(pk=customer.pk).update(is_reminded=False)
    elif left_out == "reminded today":
        reminders.remind(actor=actor, invoice=invoice)
    elif left_out == "draft":
        move_document(actor=actor, document=invoice, verb="void", reason="Wrong")
        move_document(actor=actor, document=invoice, verb="to_draft", reason="Right")
    elif left_out == "new":  # its day was yesterday, and it is switched on today
        update_rule(actor=actor, rule=made, values={"is_active": False})
        update_rule(actor=actor, rule=made, values={"is_active": True})
    elif left_out == "key":  # somebody has taken the e-mail out of the outbox
        assert run(organization) == 1
        Invoice.objects.update(last_reminder_at=None, reminders_sent=0)
    before = Email.objects.count()
    assert run(organization) == 0
    assert Email.objects.count() == before


def test_what_fails_is_told_on_its_rule_and_keeps_nobody_back(organization, owed, rule):
    nobody = factories.customer(organization, "Sans adresse")
    made = rule(7)
    owed(-7, customer_id=nobody.pk)
    owed(-7)
    assert run(organization) == 1
    made.refresh_from_db()
    assert made.fault == "INV-00001: Neither the customer nor their contact persons have an e-mail address."
    Customer.objects.filter(pk=nobody.pk).update(email="now@example.com")
    assert run(organization) == 1
    made.refresh_from_db()
    assert made.fault == ""


def test_the_customer_s_own_address_is_written_to_where_the_rule_says_so(organization, owed, rule):
    rule(0, recipient="customer")
    owed(0)
    run(organization)
    assert Email.objects.get().to == ["info@merieux.example"]


def test_nobody_is_written_to_at_night(organization, owed, rule):
    moments = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (6, 7)]  # 7 and 8 o'clock in Paris
    assert [reminder_run.is_awake(organization, moment) for moment in moments] == [False, True]


def test_the_clock_of_the_background_reminds(organization, owed, rule, monkeypatch):
    monkeypatch.setattr(reminder_run, "is_awake", lambda _organization, _moment: True)
    rule(7)
    owed(-7)
    remind()
    assert Email.objects.count() == 1


def test_a_run_asks_the_database_the_same_however_many_are_not_due(organization, owed, rule, django_assert_num_queries):
    rule(7)
    for _number in range(5):
        owed(-20)
    with django_assert_num_queries(4):  # the organizations with rules, the organization, its rules, the invoices
        assert run(organization) == 0


# Setting up ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "days"),
        ({"days": None}, "days"),
        ({"days": -61}, "days"),
        ({"days": 366}, "days"),
        ({"days": 3}, "days"),  # there is one
        ({"days": 5, "recipient": "everybody"}, "recipient"),
        ({"days": 5, "template": "None of this name"}, "template"),
        ({"days": 5, "active_from": "2026-01-01"}, "active_from"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(organization, actor, rule, values, field):
    rule(3)
    with pytest.raises(Refused) as refusal:
        create_rule(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert ReminderRule.objects.count() == 1


def test_a_rule_begins_on_the_day_it_is_switched_on_or_moved(organization, actor):
    made = create_rule(actor=actor, organization=organization, values={"days": 3})
    assert (made.is_active, made.active_from) == (False, None)
    seen = version_of(made)
    made = update_rule(actor=actor, rule=made, values={"is_active": True}, version=seen)
    assert made.active_from == today(organization)
    ReminderRule.objects.update(active_from=today(organization) - timedelta(days=9))
    with pytest.raises(Conflict):
        update_rule(actor=actor, rule=made, values={"days": 4}, version=seen)
    assert update_rule(actor=actor, rule=made, values={"recipient": "customer"}).active_from < today(organization)
    assert update_rule(actor=actor, rule=made, values={"days": 4}).active_from == today(organization)
    delete_rule(actor=actor, rule=made)
    assert not ReminderRule.objects.exists()


def test_there_are_ten_rules_at_most_and_staff_make_none(organization, actor, staff, rule):
    for days in range(10):
        rule(days)
    for who, why in ((actor, Refused), (Actor.person(staff), NotPermitted)):
        with pytest.raises(why):
            create_rule(actor=who, organization=organization, values={"days": 11})
    assert ReminderRule.objects.count() == 10


# The page ------------------------------------------------------------------------------------------------------------


def page_of(organization, name="reminder_settings", **names):
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


def test_the_page_foresees_what_the_next_days_send(organization, boss, client, owed, rule, django_assert_num_queries):
    client.force_login(boss, backend=BACKEND)
    rule(7)
    rule(-2, recipient="customer")
    rule(0, is_active=False)
    invoices = [owed(-8), owed(-5), owed(3), owed(40), owed(-30)]
    client.get(page_of(organization))
    with django_assert_num_queries(7 + ROOMS):  # session, person, membership; templates, rules, invoices, persons
        page = client.get(page_of(organization))
    told = [((one.planned.day - today(organization)).days, one.planned.invoice.pk) for one in page.context["coming"]]
    assert told == [(0, invoices[0].pk), (1, invoices[2].pk), (2, invoices[1].pk)]
    assert [one.recipients for one in page.context["coming"]][1] == ["info@merieux.example"]
    asleep = [((one.planned.day - today(organization)).days, one.planned.invoice.pk) for one in page.context["asleep"]]
    assert asleep == [(3, invoices[2].pk)]
    sent = []
    for day in range(8):
        run(organization, days=day)
        now = list(Email.objects.order_by("pk").values_list("record_id", flat=True))
        sent += [(day, pk) for pk in now[len(sent) :]]
    assert sent == told
    assert all(first[0] <= second[0] for first, second in pairwise(told))


def test_a_rule_is_added_changed_and_deleted_on_the_page(organization, boss, client):
    client.force_login(boss, backend=BACKEND)
    client.post(page_of(organization), {"days": "3", "side": "before", "recipient": "persons"})
    rule = ReminderRule.objects.get()
    assert (rule.days, rule.recipient, rule.is_active) == (-3, "persons", False)
    html = client.get(page_of(organization)).content.decode()
    assert "3 days before the due day" in html
    assert "No rule is switched on" in html
    edit = page_of(organization, "reminder_rule_edit", rule=rule.pk)
    refused = client.post(edit, {"days": "400", "side": "after", "recipient": "persons"})
    assert refused.status_code == 422
    typed = {"days": "1", "side": "after", "recipient": "customer", "is_active": "on", "version": version_of(rule)}
    client.post(edit, typed)
    rule.refresh_from_db()
    assert (rule.days, rule.recipient, rule.is_active) == (1, "customer", True)
    client.post(page_of(organization, "reminder_rule_delete", rule=rule.pk))
    assert not ReminderRule.objects.exists()
