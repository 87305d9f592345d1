"""To whom a document goes: persons and addresses in the editor, on the record, on paper, in its versions."""

from __future__ import annotations

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import DocumentVersion, Invoice, PurchaseOrder
from finance.selectors.document_papers import lines_of
from finance.services.contact_persons import create_contact_person
from finance.services.document_moves import move_document
from finance.services.documents import update_document
from finance.services.previews import preview_change
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import version_of
from tests import factories
from tests.finance.documents.test_pages import url

THEIRS = {"city": "Köln", "zip": "50667"}
OWN = {"attention": "Site office", "address": "Hafen 3", "city": "Brest"}


@pytest.fixture
def persons(actor, customer):
    named = ({"first_name": "Anna", "email": "anna@mueller.test"}, {"first_name": "Ben", "is_primary": True})
    return [create_contact_person(actor=actor, customer=customer, values=values) for values in named]


def edited(invoice, **more):
    """What the editor of a draft sends, its first line as it was."""
    line = invoice.lines.first()
    known = {"line": "0", "id-0": line.pk, "name-0": line.name, "rate-0": "100", "exchange_rate": "1"}
    known |= {"customer_id": invoice.customer_id, "number": invoice.number, "version": version_of(invoice)}
    return {**known, "date": invoice.date, "due_date": invoice.due_date, **more}


def own(name, address):
    return {f"{name}-own": "1", **{f"{name}-{part}": value for part, value in address.items()}}


def test_the_primary_person_is_chosen_until_others_are(organization, as_boss, customer, persons, typed):
    address = url(Kind.INVOICE, "new", organization)
    page = as_boss.get(address, {"customer": customer.pk})
    assert [(one.person.first_name, one.is_chosen) for one in page.context["recipient"].persons] == [
        ("Ben", True),
        ("Anna", False),
    ]
    as_boss.post(address, typed(Kind.INVOICE, party_of=customer.pk, person=[persons[0].pk]))
    made = Invoice.objects.get()
    assert made.contact_person_ids == [persons[0].pk]
    shown = as_boss.get(url(Kind.INVOICE, "detail", organization, made)).content.decode()
    assert "anna@mueller.test" in shown
    mail = as_boss.get(url(Kind.INVOICE, "email", organization, made)).content.decode()
    assert 'value="anna@mueller.test"' in mail


def test_nobody_is_chosen_where_nobody_is_ticked(organization, as_boss, customer, persons, typed):
    as_boss.post(url(Kind.INVOICE, "new", organization), typed(Kind.INVOICE, party_of=customer.pk))
    assert Invoice.objects.get().contact_person_ids == []


def test_another_customer_brings_their_persons_and_addresses(organization, actor, as_boss, customer, persons, typed):
    other = factories.customer(organization, "Roux SARL", shipping_city="Nantes")
    (ours,) = [create_contact_person(actor=actor, customer=other, values={"first_name": "Zoé"})]
    body = typed(
        Kind.INVOICE, customer_id=other.pk, party_of=customer.pk, person=[persons[0].pk], **own("billing", OWN)
    )
    live = as_boss.post(url(Kind.INVOICE, "new_totals", organization), body)
    assert f'id="person-{ours.pk}" checked' in live.content.decode()
    again = as_boss.post(url(Kind.INVOICE, "new_totals", organization), {**body, "party_of": other.pk})
    assert 'id="doc-recipient"' not in again.content.decode()  # it is not taken away from under one's hands
    as_boss.post(url(Kind.INVOICE, "new", organization), body)
    made = Invoice.objects.get()
    assert (made.contact_person_ids, made.billing, made.shipping) == ([ours.pk], {}, {"city": "Nantes"})


def test_an_address_of_its_own_is_printed_and_kept_until_it_is_theirs_again(organization, as_boss, actor, draft):
    invoice = draft(Kind.INVOICE)
    address = url(Kind.INVOICE, "edit", organization, invoice)
    page = as_boss.get(address)
    assert [(one.name, one.is_own, one.value) for one in page.context["recipient"].addresses] == [
        ("billing", False, THEIRS),
        ("shipping", False, {}),
    ]
    key = invoice.customer_id
    as_boss.post(address, edited(invoice, party_of=key, **own("billing", OWN), **own("shipping", {"city": "Lyon"})))
    invoice.refresh_from_db()
    assert (invoice.billing, invoice.shipping) == (OWN, {"city": "Lyon"})
    assert invoice.customer.billing_city == "Köln"
    paper = as_boss.get(url(Kind.INVOICE, "detail", organization, invoice)).content.decode()
    assert "Site office\nHafen 3\nBrest" in paper
    assert [one.is_own for one in as_boss.get(address).context["recipient"].addresses] == [True, True]
    sent = move_document(actor=actor, document=invoice, verb="mark_sent")
    as_boss.post(address, edited(sent, party_of=key, **{f"billing-{part}": value for part, value in OWN.items()}))
    sent.refresh_from_db()
    assert (sent.billing, sent.shipping) == (THEIRS, {})
    versions = DocumentVersion.objects.filter(kind=Kind.INVOICE, record_id=sent.pk).order_by("position")
    assert [version.content["billing"] for version in versions] == [OWN, THEIRS]
    history = as_boss.get(url(Kind.INVOICE, "history", organization, sent)).content.decode()
    assert "Hafen 3" in history


def test_what_is_not_said_of_persons_and_addresses_stays(organization, as_boss, draft, persons):
    invoice = draft(Kind.INVOICE, contact_person_ids=[persons[0].pk], billing={**OWN, "fax": "12"})
    address = url(Kind.INVOICE, "edit", organization, invoice)
    as_boss.post(address, edited(invoice, notes="Thanks"))
    invoice.refresh_from_db()
    assert (invoice.notes, invoice.contact_person_ids, invoice.billing["city"]) == ("Thanks", [persons[0].pk], "Brest")
    as_boss.post(address, edited(invoice, party_of=invoice.customer_id, **own("billing", {"city": "Metz"})))
    invoice.refresh_from_db()
    assert (invoice.contact_person_ids, invoice.billing) == ([], {"city": "Metz", "fax": "12"})


def test_the_preview_and_the_api_follow_another_customer(organization, actor, draft, customer):
    other = factories.customer(organization, "Roux SARL", billing_city="Nantes")
    invoice = draft(Kind.INVOICE)
    lines = [{"id": line.pk} for line in lines_of(invoice)]
    looked, _lines = preview_change(actor=actor, document=invoice, values={"customer_id": other.pk}, lines=lines)
    assert looked.billing == {"city": "Nantes"}
    invoice.refresh_from_db()
    assert (invoice.customer_id, invoice.billing) == (customer.pk, THEIRS)
    changed = update_document(actor=actor, document=invoice, values={"customer_id": other.pk})
    assert changed.billing == {"city": "Nantes"}
    kept = update_document(actor=actor, document=changed, values={"customer_id": customer.pk, "billing": OWN})
    assert kept.billing == OWN


def test_a_purchase_order_is_delivered_where_it_says(organization, as_boss, vendor, typed):
    address = url(Kind.PURCHASE_ORDER, "new", organization)
    as_boss.post(address, typed(Kind.PURCHASE_ORDER, party_of=vendor.pk, **own("deliver_to", {"city": "Brest"})))
    order = PurchaseOrder.objects.get()
    assert order.deliver_to == {"city": "Brest"}
    assert "Brest" in as_boss.get(url(Kind.PURCHASE_ORDER, "detail", organization, order)).content.decode()


@pytest.mark.parametrize(
    "address",
    ["Köln", {"planet": "Mars"}, {"city": 5}, {"city": "x" * 501}, {"city": "a\x00b"}, {"city": "\ud800"}, ["city"]],
)
def test_an_address_is_texts_under_known_names(draft, address):
    with pytest.raises(Refused) as refused:
        draft(Kind.INVOICE, billing=address)
    assert list(refused.value.fields) == ["billing"]
    assert Invoice.objects.count() == 0
