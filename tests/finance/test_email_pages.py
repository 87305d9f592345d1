"""The pages of the outbox, of its templates, and the one on which an e-mail is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

import finance.services.documents
from finance.choices import DocumentKind, EmailKind, EmailState
from finance.documents.building import sheet_of
from finance.models import Customer, Email, Organization
from finance.models.documents import Document
from finance.selectors.document_papers import lines_of
from finance.services.contact_persons import create_contact_person
from finance.services.email_sending import send_email
from finance.services.email_templates import create_template
from finance.services.emails import File, Letter, queue_email
from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User

ROOMS = len(tenants._providers)
BACKEND = "django.contrib.auth.backends.ModelBackend"
HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


def url(name: str, organization: Organization, **names: Any) -> str:
    return reverse(f"finance:{name}", kwargs={"organization": organization.pk, **names})


@pytest.fixture
def as_boss(client: Client, boss: User) -> Client:
    client.force_login(boss, backend=BACKEND)
    return client


def queue(organization: Organization, actor: Actor, **changes: Any) -> Email:
    written = {"to": ["claire@example.com"], "subject": "Invoice", "body": "Hello <b>", "language": "en", **changes}
    return queue_email(actor=actor, organization=organization, letter=Letter(kind=EmailKind.INVOICE, **written))


def test_the_outbox_shows_a_page_of_emails_in_four_queries(
    organization: Organization, actor: Actor, as_boss: Client, django_assert_num_queries: Any
) -> None:
    for number in range(55):
        queue(organization, actor, subject=f"Number {number:02d}", cc=["copy@example.com"])
    as_boss.get(url("email_list", organization))
    with django_assert_num_queries(4 + ROOMS):  # session, person, membership, e-mails with their senders
        page = as_boss.get(url("email_list", organization))
    html = page.content.decode()
    assert "Number 54" in html
    assert "Number 04" not in html
    assert "and 1 other" in html
    more = as_boss.get(url("email_list", organization), {"after": page.context["after"]}, headers=HTMX)
    assert [row.email.subject for row in more.context["emails"]] == [f"Number 0{number}" for number in (4, 3, 2, 1, 0)]


def test_the_outbox_is_narrowed_by_state_kind_and_words(
    organization: Organization, actor: Actor, as_boss: Client
) -> None:
    queue(organization, actor, subject="Facture de décembre")
    failed = queue(organization, actor)
    Email.objects.filter(pk=failed.pk).update(state=EmailState.FAILED, next_try_at=None)
    for asked, count in (({"state": "failed"}, 1), ({"kind": "estimate"}, 0), ({"q": "decembre"}, 1), ({}, 2)):
        assert len(as_boss.get(url("email_list", organization), asked).context["emails"]) == count


def test_an_email_s_page_shows_what_was_written_and_why_it_failed(
    organization: Organization, actor: Actor, as_boss: Client, django_assert_num_queries: Any
) -> None:
    email = queue(organization, actor, files=[File(name="a.pdf", media_type="application/pdf", content=b"%PDF")])
    Email.objects.filter(pk=email.pk).update(
        state=EmailState.FAILED,
        problem="recipients",
        refused={"claire@example.com": "550 <i>gone</i>"},
        next_try_at=None,
    )
    as_boss.get(url("email_detail", organization, email=email.pk))
    with django_assert_num_queries(5 + ROOMS):  # session, person, membership, the e-mail, its files
        html = as_boss.get(url("email_detail", organization, email=email.pk)).content.decode()
    assert "The mail server refused every recipient." in html
    assert "550 &lt;i&gt;gone&lt;/i&gt;" in html
    assert "Hello &lt;b&gt;" in html
    assert "a.pdf" in html


def test_an_email_is_tried_again_and_cancelled_on_its_page(
    organization: Organization, actor: Actor, as_boss: Client
) -> None:
    email = queue(organization, actor)
    as_boss.post(url("email_cancel", organization, email=email.pk))
    email.refresh_from_db()
    assert email.state == EmailState.CANCELLED
    as_boss.post(url("email_retry", organization, email=email.pk))
    email.refresh_from_db()
    assert email.state == EmailState.QUEUED


def test_a_file_is_saved_and_never_opened(organization: Organization, actor: Actor, as_boss: Client) -> None:
    email = queue(organization, actor, files=[File(name="Reçu.html", media_type="text/html", content=b"<script>")])
    address = url("email_attachment", organization, email=email.pk, attachment=email.attachments.get().pk)
    answer = as_boss.get(address)
    assert answer.content == b"<script>"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_mail_folder_shows_what_this_organization_would_have_sent(
    organization: Organization, actor: Actor, as_boss: Client, outsider: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = "finsuite.kernel.mail.FolderBackend", str(tmp_path)
    other = outsider.finance_memberships.get().organization
    send_email(queue(organization, actor, subject="Ours").pk)
    send_email(queue(other, Actor.person(outsider), subject="Theirs").pk)
    html = as_boss.get(url("mail_folder", organization)).content.decode()
    assert "Ours" in html
    assert "Theirs" not in html
    for file in tmp_path.iterdir():
        answer = as_boss.get(f"{url('mail_folder', organization)}{file.name}")
        assert answer.status_code == (200 if b"Subject: Ours" in file.read_bytes() else 404)


def test_the_templates_page_shows_every_kind_in_every_language(
    organization: Organization, actor: Actor, as_boss: Client, django_assert_num_queries: Any
) -> None:
    values = {"name": "Warm", "subject": "{{number}}", "body": "Dear {{contact}}", "is_default": True}
    create_template(actor=actor, organization=organization, kind="invoice", language="fr", values=values)
    as_boss.get(url("email_template_list", organization))
    with django_assert_num_queries(4 + ROOMS):  # session, person, membership, templates
        page = as_boss.get(url("email_template_list", organization))
    html = page.content.decode()
    assert html.count("finsuite’s own") == 15
    assert "Warm" in html


def test_a_template_is_written_changed_and_deleted(organization: Organization, as_boss: Client) -> None:
    new = url("email_template_create", organization, kind="reminder", language="fr")
    page = as_boss.get(new)
    assert page.context["form"]["is_default"].value() is True
    refused = as_boss.post(new, {"name": "Ferme", "subject": "{{numero}}", "body": "Payez."})
    assert refused.status_code == 422
    assert "{{numero}} is no variable of these e-mails." in refused.content.decode()
    as_boss.post(new, {"name": "Ferme", "subject": "{{number}}", "body": "Payez.", "is_default": "on"})
    template = organization.email_templates.get()
    assert (template.kind, template.language, template.is_default) == ("reminder", "fr", True)
    one = url("email_template_edit", organization, template=template.pk)
    as_boss.post(one, {"name": "Ferme", "subject": "Rappel {{number}}", "body": "Payez.", "is_default": "on"})
    template.refresh_from_db()
    assert template.subject == "Rappel {{number}}"
    as_boss.post(url("email_template_delete", organization, template=template.pk))
    assert organization.email_templates.count() == 0


def test_a_preview_fills_the_variables_and_says_which_are_unknown(organization: Organization, as_boss: Client) -> None:
    address = url("email_template_preview", organization, kind="invoice", language="fr")
    html = as_boss.post(address, {"subject": "{{number}}", "body": "{{total}} {{nothing}} <b>"}).content.decode()
    assert "INV-000123" in html
    assert "2\u202f798,79\u00a0€" in html
    assert "&lt;b&gt;" in html
    assert "{{nothing}} is no variable" in html


# Writing one ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def merieux(organization: Organization, actor: Actor) -> Customer:
    customer = factories.customer(organization, "Mérieux", language="fr", email="info@merieux.example")
    for first_name in ("Claire", "Jean"):
        values = {"first_name": first_name, "email": f"{first_name.lower()}@merieux.example"}
        create_contact_person(actor=actor, customer=customer, values=values)
    return customer


@pytest.fixture
def invoice(organization: Organization, actor: Actor, merieux: Customer) -> Document:
    return finance.services.documents.create_document(
        actor=actor,
        organization=organization,
        kind=DocumentKind.INVOICE,
        values={"customer_id": merieux.pk},
        lines=[{"name": "Conseil", "rate": 1000}],
    )


def fields(page: Any) -> dict[str, Any]:
    return {bound.name: bound.value() for bound in page.context["form"]}


def test_an_email_begins_with_the_customer_s_language_person_and_template(
    organization: Organization, as_boss: Client, invoice: Document
) -> None:
    page = as_boss.get(url("invoice_email", organization, document=invoice.pk))
    typed = fields(page)
    assert (typed["language"], typed["to"], typed["attach"]) == ("fr", "claire@merieux.example", True)
    assert invoice.number in typed["subject"]
    assert "1\u202f000,00\u00a0€" in typed["body"]
    assert "Béatrice Roy" in typed["body"]
    html = page.content.decode()
    assert '<option value="jean@merieux.example">Jean</option>' in html
    assert '<option value="info@merieux.example">Mérieux</option>' in html


def test_another_language_or_template_refills_the_words_and_keeps_the_addresses(
    organization: Organization, actor: Actor, as_boss: Client, invoice: Document
) -> None:
    values = {"name": "Short", "subject": "No {{number}}", "body": "Here."}
    template = create_template(actor=actor, organization=organization, kind="invoice", language="en", values=values)
    asked = {"step": "refill", "language": "en", "template": str(template.pk), "to": "a@example.com, b@example.com"}
    page = as_boss.post(url("invoice_email", organization, document=invoice.pk), asked, headers=HTMX)
    assert page.templates[0].name == "finance/compose_letter.html"
    typed = fields(page)
    assert (typed["subject"], typed["body"]) == (f"No {invoice.number}", "Here.")
    assert typed["to"] == "a@example.com, b@example.com"
    assert Email.objects.count() == 0


def test_sending_a_draft_queues_it_with_its_pdf_and_marks_it_sent(
    organization: Organization, as_boss: Client, invoice: Document
) -> None:
    typed = {
        "to": "claire@merieux.example; jean@merieux.example",
        "cc": "",
        "bcc": "archive@example.com",
        "language": "fr",
        "template": "standard",
        "subject": "Votre facture",
        "body": "Bonjour",
        "attach": "on",
    }
    answer = as_boss.post(url("invoice_email", organization, document=invoice.pk), typed)
    assert answer.status_code == 302
    email = Email.objects.get()
    assert email.to == ["claire@merieux.example", "jean@merieux.example"]
    assert (email.bcc, email.record_kind, email.record_id) == (["archive@example.com"], "invoice", invoice.pk)
    (attached,) = email.attachments.all()
    assert attached.name.endswith(f"{invoice.number}.pdf")
    assert bytes(attached.content).startswith(b"%PDF-")
    invoice.refresh_from_db()
    assert invoice.status == "sent"


def test_what_can_t_be_sent_changes_nothing(organization: Organization, as_boss: Client, invoice: Document) -> None:
    typed = {"to": "claire", "language": "fr", "template": "standard", "subject": "S", "body": "B"}
    answer = as_boss.post(url("invoice_email", organization, document=invoice.pk), typed)
    assert answer.status_code == 422
    assert "“claire” is not an e-mail address." in answer.content.decode()
    invoice.refresh_from_db()
    assert (Email.objects.count(), invoice.status) == (0, "draft")


def test_an_example_goes_to_oneself(organization: Organization, as_boss: Client, boss: User) -> None:
    address = url("email_template_try", organization, kind="invoice", language="en")
    typed = fields(as_boss.get(address))
    assert typed["to"] == boss.email
    as_boss.post(address, {name: value for name, value in typed.items() if value is not None})
    email = Email.objects.get()
    assert (email.to, email.attachments.get().name) == ([boss.email], "Invoice INV-000123.pdf")


# What documents look like --------------------------------------------------------------------------------------------


def test_the_look_of_documents_is_chosen_and_drawn(
    organization: Organization, as_boss: Client, invoice: Document
) -> None:
    address = url("document_look", organization)
    page = as_boss.get(address)
    assert page.context["form"]["look"].value() == "classic"
    refused = as_boss.post(address, {"look": "modern", "accent": "red", "paper": "a4"})
    assert refused.status_code == 422
    as_boss.post(address, {"look": "modern", "accent": "#0f766e", "paper": "us-letter"})
    sheet = sheet_of(invoice, lines_of(invoice))
    assert (sheet.template, sheet.accent, sheet.paper) == ("modern", "#0f766e", "us-letter")


def test_a_look_can_be_tried_on_before_it_is_saved(organization: Organization, as_boss: Client) -> None:
    pictures = set()
    for asked in ({}, {"accent": "#b91c1c", "paper": "a4"}, {"accent": "#b91c1c", "paper": "us-letter"}):
        answer = as_boss.get(url("document_look_image", organization, look="modern"), asked)
        assert answer.headers["Content-Type"] == "image/png"
        pictures.add(answer.content)
    assert len(pictures) == 3
    assert as_boss.get(url("document_look_image", organization, look="nothing")).status_code == 404
