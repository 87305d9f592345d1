"""What the pages around a document ask of the database: as much for thirty lines as for one."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from finance.choices import DocumentKind as Kind
from finance.services.comments import add_comment
from finance.services.contact_persons import create_contact_person
from finance.services.custom_fields import create_custom_field
from finance.services.documents import update_document
from finsuite.kernel import tenants
from finsuite.kernel.versions import version_of
from tests.finance.documents.test_pages import url

ROOMS = len(tenants._providers)

# Session, person, membership; what was typed; the document, its lines, customer and persons; what fields offer.
NEW, EDIT, RESTORED = 14, 14, 21
# The same; what lines name; what is typed is kept.
LIVE, NEW_LIVE = 20, 27
SAVE = 25


def lines(count, **values):
    return [{"name": f"Line {number}", "rate": "1", **values} for number in range(count)]


def form_of(invoice):
    """What the editor sends of an invoice."""
    body = {"customer_id": invoice.customer_id, "party_of": invoice.customer_id, "exchange_rate": "1"}
    body |= {"number": invoice.number, "version": version_of(invoice), "date": invoice.date, "line": []}
    for place, line in enumerate(invoice.lines.order_by("position")):
        body["line"].append(str(place))
        item = {f"item_id-{place}": line.item_id, f"tax_ids-{place}": line.tax_ids[0]}
        body |= {f"id-{place}": line.pk, f"name-{place}": line.name, f"rate-{place}": "1", **item}
    return body


@pytest.mark.parametrize("count", [1, 30])
def test_the_editor_asks_the_same_for_any_number_of_lines(
    organization, as_boss, actor, customer, draft, item, vat, count, django_assert_num_queries
):
    create_contact_person(actor=actor, customer=customer, values={"first_name": "Anna"})
    create_custom_field(
        actor=actor, organization=organization, values={"module": "invoices", "label": "Site", "kind": "text"}
    )
    invoice = draft(Kind.INVOICE, lines(count, item_id=item.pk, tax_ids=[vat.pk]))
    edit, live = (url(Kind.INVOICE, name, organization, invoice) for name in ("edit", "edit_totals"))
    new, new_live = (url(Kind.INVOICE, name, organization) for name in ("new", "new_totals"))
    body = form_of(invoice)
    for address in (edit, new):
        as_boss.get(address)
    with django_assert_num_queries(NEW + ROOMS):
        as_boss.get(new)
    with django_assert_num_queries(EDIT + ROOMS):
        as_boss.get(edit)
    as_boss.post(live, body)
    with django_assert_num_queries(LIVE):
        as_boss.post(live, body)
    with django_assert_num_queries(RESTORED + ROOMS):
        as_boss.get(edit)
    as_boss.post(new_live, body)
    with django_assert_num_queries(NEW_LIVE):
        as_boss.post(new_live, body)
    with django_assert_num_queries(SAVE):
        as_boss.post(edit, {**body, "notes": "Thanks"})


@pytest.mark.parametrize("count", [1, 20])
def test_comments_files_and_history_ask_the_same_however_long_they_are(
    organization, as_boss, actor, draft, count, django_assert_num_queries
):
    invoice = draft(Kind.INVOICE, lines(count))
    for number in range(count):
        add_comment(actor=actor, document=invoice, text=f"Comment {number}")
        invoice = update_document(actor=actor, document=invoice, values={"reference": f"PO-{number}"})
        file = SimpleUploadedFile(f"{number}.txt", b"text", content_type="text/plain")
        as_boss.post(url(Kind.INVOICE, "file_upload", organization, invoice), {"file": file})
    for name, queries in (("comments", 6), ("files", 6), ("history", 9)):
        address = url(Kind.INVOICE, name, organization, invoice)
        as_boss.get(address)
        with django_assert_num_queries(queries + ROOMS):
            as_boss.get(address)
