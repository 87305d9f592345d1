"""Customers who pay no tax: their documents bear none and say why; what was issued keeps what it was issued with."""

from decimal import Decimal

import pytest

from finance.choices import DocumentKind as Kind
from finance.documents.building import sheet_of
from finance.models import PaymentTerm, TaxExemption
from finance.selectors.chain import verify
from finance.services import versions
from finance.services.customers import update_customer
from finance.services.document_moves import move_document
from finance.services.documents import lines_of, update_document
from finance.services.previews import preview_new
from finance.services.tax_exemptions import create_exemption
from tests import factories

SENTENCE = "Intra-Community supply, article 138 of directive 2006/112/EC."


@pytest.fixture
def reason(actor, organization):
    values = {"name": "Supply within the EU", "category": "K", "code": "VATEX-EU-IC", "reason": SENTENCE}
    return create_exemption(actor=actor, organization=organization, values=values)


@pytest.fixture
def untaxed(actor, customer, reason):
    return update_customer(actor=actor, customer=customer, values={"is_taxable": False, "exemption_id": reason.pk})


@pytest.mark.parametrize(("kind", "told"), [(Kind.PURCHASE_ORDER, ("RCS Lyon",)), (Kind.BILL, ())])
def test_the_organizations_notice_stands_on_its_own_documents_alone(organization, draft, kind, told):
    organization.legal_notice = "RCS Lyon"
    made = draft(kind)
    made.organization = organization
    assert sheet_of(made, lines_of(made)).mentions == told


@pytest.mark.parametrize("kind", [Kind.ESTIMATE, Kind.SALES_ORDER, Kind.INVOICE, Kind.CREDIT_NOTE])
def test_a_document_of_who_pays_no_tax_bears_none_and_says_why(draft, untaxed, item, vat, kind):
    lines = [{"item_id": item.pk}, {"name": "Work", "rate": Decimal(10), "tax_ids": [vat.pk]}]
    made = draft(kind, lines=lines, shipping_charge=Decimal(5), shipping_tax_id=vat.pk)
    assert (made.is_taxable, made.total, made.tax_total, made.taxes) == (False, Decimal("110.50"), 0, [])
    assert [line.tax_ids for line in lines_of(made)] == [[], []]
    assert made.exemption["code"] == "VATEX-EU-IC"
    assert sheet_of(made, lines_of(made)).mentions == (SENTENCE,)


def test_purchases_are_taxed_whatever_customers_pay(draft, untaxed, vat):
    lines = [{"name": "Paper", "rate": Decimal(10), "tax_ids": [vat.pk]}]
    assert draft(Kind.BILL, lines=lines).total == 12


def test_a_draft_follows_its_customer_and_what_was_issued_does_not(
    actor, organization, draft, customer, item, reason, django_assert_num_queries
):
    kept, sent = draft(Kind.INVOICE, lines=[{"item_id": item.pk}]), draft(Kind.INVOICE, lines=[{"item_id": item.pk}])
    move_document(actor=actor, document=sent, verb="mark_sent")
    update_customer(actor=actor, customer=customer, values={"is_taxable": False, "exemption_id": reason.pk})
    for one in (kept, sent):
        update_document(actor=actor, document=one, values={"notes": "Thanks"})
        one.refresh_from_db()
    assert (kept.is_taxable, kept.tax_total, kept.exemption["reason"]) == (False, 0, SENTENCE)
    assert (sent.is_taxable, sent.tax_total, sent.exemption) == (True, Decimal("19.10"), {})
    reason.reason = "Said otherwise since."
    reason.save()
    issued = move_document(actor=actor, document=kept, verb="mark_sent")
    assert sheet_of(issued, lines_of(issued)).mentions == (SENTENCE,)
    assert verify(organization).broken is None
    assert TaxExemption.objects.get().reason == "Said otherwise since."


def test_another_customer_brings_another_treatment(actor, organization, draft, untaxed, item):
    other = factories.customer(organization, "Taxable & Co")
    made = draft(Kind.INVOICE, lines=[{"item_id": item.pk}], customer_id=other.pk)
    assert made.tax_total == Decimal("19.10")
    made = update_document(actor=actor, document=made, values={"customer_id": untaxed.pk})
    assert (made.is_taxable, made.tax_total) == (False, 0)


def test_the_editor_looks_at_it_alike(actor, organization, untaxed, item):
    values = {"customer_id": untaxed.pk}
    found, lines = preview_new(
        actor=actor, organization=organization, kind=Kind.INVOICE, values=values, lines=[{"item_id": item.pk}]
    )
    assert (found.is_taxable, found.tax_total, lines[0].taxes) == (False, 0, [])


def test_versions_that_are_older_than_a_column_still_hold(actor, organization, draft, monkeypatch):
    known = versions.LEFT_OUT
    monkeypatch.setattr(versions, "LEFT_OUT", known | {"is_taxable", "exemption"})
    monkeypatch.setattr(versions, "LINE_LEFT_OUT", versions.LINE_LEFT_OUT | {"bill_line_id"})
    invoice = move_document(actor=actor, document=draft(Kind.INVOICE), verb="mark_sent")
    monkeypatch.undo()
    assert (verify(organization).entries, verify(organization).broken) == (1, None)
    type(invoice).objects.update(is_taxable=False)
    assert verify(organization).broken.sentence == "is_taxable was “True”, and is “False”"


def test_a_customer_s_payment_term_says_when_their_invoices_are_due(actor, organization, customer, draft):
    term = PaymentTerm.objects.of(organization).get(days=30)
    update_customer(actor=actor, customer=customer, values={"payment_term_id": term.pk, "payment_terms": 7})
    made = draft(Kind.INVOICE)
    assert (made.payment_term, made.payment_terms_label, (made.due_date - made.date).days) == (term, term.name, 30)
