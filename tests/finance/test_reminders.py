"""Reminding customers of open invoices: by hand, several at once, by program; and what is kept of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from finance.choices import DocumentKind as Kind
from finance.choices import EmailKind
from finance.models import ChainEntry, Email, Invoice
from finance.selectors.chain import verify
from finance.selectors.days import today
from finance.services import reminders
from finance.services.contact_persons import create_contact_person
from finance.services.correspondence import Wanted
from finance.services.document_moves import move_document
from finance.services.email_templates import create_template
from finance.services.payments import record_payment
from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused, TransitionRefused
from tests import factories
from tests.api.conftest import Program, program  # noqa: F401

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def customer(organization, actor):
    found = factories.customer(organization, "Mérieux", language="fr", email="info@merieux.example")
    create_contact_person(
        actor=actor, customer=found, values={"first_name": "Claire", "email": "claire@merieux.example"}
    )
    return found


@pytest.fixture
def owed(organization, actor, customer):
    """An invoice of 100.00, sent, which is due so many days from today."""

    def make(due_in=-10, **values):
        day = today(organization)
        given = {"customer_id": customer.pk, "date": day + timedelta(days=min(due_in, 0)), **values}
        given["due_date"] = day + timedelta(days=due_in)
        return move_document(
            actor=actor, document=factories.document(organization, Kind.INVOICE, **given), verb="mark_sent"
        )

    return make


def url(name, organization, **names):
    return reverse(f"finance:invoice_{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


def pay(actor, organization, invoice):
    values = {"customer_id": invoice.customer_id, "amount": invoice.balance}
    rows = [{"invoice_id": invoice.pk, "amount": invoice.balance}]
    record_payment(actor=actor, organization=organization, kind=Kind.PAYMENT, values=values, allocations=rows)


def test_a_reminder_is_written_in_the_customer_s_language_and_counted(organization, actor, owed):
    template = {
        "name": "Ferme",
        "subject": "Rappel {{number}}",
        "body": "{{days_overdue}} jours, {{balance}}, {{sender}}",
    }
    create_template(actor=actor, organization=organization, kind="reminder", language="fr", values={**template})
    invoice = owed()
    entries = ChainEntry.objects.count()
    email = reminders.remind(actor=actor, invoice=invoice, wanted=Wanted(template="Ferme"))
    assert (email.kind, email.to, email.language) == (EmailKind.REMINDER, ["claire@merieux.example"], "fr")
    assert (email.record_kind, email.record_id, email.subject) == ("invoice", invoice.pk, "Rappel INV-00001")
    assert email.body == "10 jours, 100,00\u00a0€, Béatrice Roy"
    assert [file.name for file in email.attachments.all()] == ["Facture INV-00001.pdf"]
    invoice.refresh_from_db()
    assert invoice.reminders_sent == 1
    assert timezone.now() - invoice.last_reminder_at < timedelta(minutes=1)
    entry = Entry.objects.get(kind="finance.invoice", verb="reminded")
    assert (entry.before, entry.after) == (
        {"reminders_sent": 0},
        {"reminders_sent": 1, "recipients": ["claire@merieux.example"]},
    )
    assert ChainEntry.objects.count() == entries
    assert verify(organization).broken is None


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("draft", "INV-00001 is a draft. Send the invoice itself before you remind anybody of it."),
        ("void", "INV-00001 is void, so there is nothing to remind anybody of."),
        ("paid", "INV-00001 is paid, so there is nothing to remind anybody of."),
    ],
)
def test_nobody_is_reminded_of_what_they_do_not_owe(
    organization,
    actor,
    customer,
    owed,
    as_boss,
    program,  # noqa: F811
    boss,
    state,
    sentence,
):
    if state == "draft":
        invoice = factories.document(organization, Kind.INVOICE, customer_id=customer.pk)
    else:
        invoice = owed()
        if state == "void":
            move_document(actor=actor, document=invoice, verb="void", reason="Wrong")
        else:
            pay(actor, organization, invoice)
    invoice = Invoice.objects.select_related("customer", "organization").get()
    with pytest.raises(TransitionRefused, match=sentence):
        reminders.remind(actor=actor, invoice=invoice)
    page = as_boss.get(url("remind", organization, document=invoice.pk), follow=True)
    assert sentence in page.content.decode()
    assert "Send a reminder" not in page.content.decode()
    cache.clear()
    answer = program(boss)("POST", f"/finance/{organization.pk}/invoices/{invoice.pk}/remind")
    assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    invoice.refresh_from_db()
    assert (invoice.reminders_sent, Email.objects.count()) == (0, 0)


def test_who_has_paid_while_it_was_written_is_not_reminded(organization, actor, owed, as_boss):
    invoice = owed()
    address = url("remind", organization, document=invoice.pk)
    form = {bound.name: bound.value() or "" for bound in as_boss.get(address).context["form"]}
    pay(actor, organization, invoice)
    seen = Invoice.objects.select_related("customer").get()
    seen.organization, seen.status, seen.balance = organization, "sent", Decimal(1)
    with pytest.raises(TransitionRefused):
        reminders.remind(actor=actor, invoice=seen)
    page = as_boss.post(address, {**form, "attach": "on"}, follow=True)
    assert "is paid, so there is nothing" in page.content.decode()
    assert Email.objects.count() == 0


def test_several_are_reminded_at_once_and_those_who_can_not_be_are_named(
    organization, actor, customer, owed, as_boss, django_assert_num_queries
):
    nobody = factories.customer(organization, "Sans adresse")
    chosen = [owed(), owed(5), owed(customer_id=nobody.pk)]
    draft = factories.document(organization, Kind.INVOICE, customer_id=customer.pk)
    picked = {"pick": [one.pk for one in (*chosen, draft)]}
    as_boss.post(url("remind_many", organization), picked)
    with django_assert_num_queries(5 + ROOMS):  # session, person, membership; the invoices, the contact persons
        page = as_boss.post(url("remind_many", organization), picked)
    html = page.content.decode()
    assert "Send 2 reminders" in html
    assert "have an e-mail address." in html
    assert "is a draft" in html
    sending = {**picked, "do": "send", "once": page.context["once"]}
    page = as_boss.post(url("remind_many", organization), sending, follow=True)
    as_boss.post(url("remind_many", organization), sending)  # a second click
    assert "2 reminders are on their way." in page.content.decode()
    assert list(Invoice.objects.order_by("pk").values_list("reminders_sent", flat=True)) == [1, 1, 0, 0]
    assert Email.objects.count() == 2


def test_at_most_ten_are_reminded_at_once(organization, owed, as_boss):
    picked = [owed().pk for _number in range(11)]
    page = as_boss.post(url("remind_many", organization), {"pick": picked, "do": "send"})
    assert page.status_code == 400
    assert "At most 10 reminders can be sent at once." in page.content.decode()
    assert Email.objects.count() == 0
    assert as_boss.post(url("remind_many", organization), {"pick": picked[:10], "do": "send"}).status_code == 302
    assert Email.objects.count() == 10


def test_a_program_reminds_with_what_it_wants_otherwise(organization, boss, owed, program):  # noqa: F811
    cache.clear()
    invoice, call = owed(), program(boss)
    one = f"/finance/{organization.pk}/invoices/{invoice.pk}"
    answer = call("POST", f"{one}/remind", {"to": ["x@example.com"], "language": "en", "attach": False})
    told = answer.json()
    assert (answer.status_code, told["kind"], told["to"]) == (201, "reminder", ["x@example.com"])
    assert told["subject"] == "Reminder: invoice INV-00001 from Dupont Frères"
    assert "due on" in told["body"]
    assert answer.headers["Location"] == f"/api/v1/finance/{organization.pk}/emails/{told['id']}"
    assert not Email.objects.get().attachments.exists()
    row = call("GET", one).json()
    assert (row["reminders_sent"], row["is_reminded"], row["last_reminder_at"] is None) == (1, True, False)
    for body, pointer in (({"to": ["nobody"]}, "/to"), ({"template": "None"}, "/template"), ({"sender": 1}, "/sender")):
        refused = call("POST", f"{one}/remind", body)
        assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (400, [pointer])
    assert call("POST", f"{one}/stop-reminders").json()["is_reminded"] is False
    assert call("POST", f"{one}/resume-reminders").json()["is_reminded"] is True


def test_a_program_sends_a_draft_which_is_issued_by_it(organization, boss, customer, program):  # noqa: F811
    cache.clear()
    invoice, call = factories.document(organization, Kind.INVOICE, customer_id=customer.pk), program(boss)
    one = f"/finance/{organization.pk}/invoices/{invoice.pk}"
    assert call("POST", f"{one}/email").json()["to"] == ["claire@merieux.example"]
    invoice.refresh_from_db()
    assert invoice.status == "sent"
    call("POST", f"{one}/void", {"reason": "Wrong"})
    refused = call("POST", f"{one}/email")
    assert (refused.status_code, refused.json()["detail"]) == (400, "INV-00001 is void and isn’t sent to anybody.")
    assert Email.objects.count() == 1


def test_the_rules_are_told_to_leave_an_invoice_alone_on_its_page(organization, owed, as_boss):
    invoice = owed()
    address = url("reminders", organization, document=invoice.pk)
    for value, is_reminded, label in (("0", False, "Remind by rule again"), ("1", True, "Stop the reminders")):
        page = as_boss.post(address, {"is_reminded": value}, follow=True)
        assert label in page.content.decode()
        invoice.refresh_from_db()
        assert invoice.is_reminded is is_reminded
    verbs = list(Entry.objects.filter(verb__startswith="reminders").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["reminders stopped", "reminders resumed"]


def test_a_viewer_reminds_nobody(organization, owed, viewer):
    with pytest.raises(NotPermitted):
        reminders.remind(actor=Actor.person(viewer), invoice=owed())
    assert Email.objects.count() == 0


def test_without_an_address_there_is_no_reminder(organization, actor, owed):
    invoice = owed(customer_id=factories.customer(organization, "Sans adresse").pk)
    with pytest.raises(Refused):
        reminders.remind(actor=actor, invoice=invoice)
    invoice.refresh_from_db()
    assert invoice.reminders_sent == 0
