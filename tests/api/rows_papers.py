"""Who gets which answer at the documents' pages: sales are edited by staff, purchases by accountants."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from finance.choices import DocumentKind as Kind
from finance.models import Vendor
from finance.services.attachments import attach
from finance.services.comments import add_comment
from finance.services.document_kinds import SPECS
from finance.services.document_letters import KINDS
from finance.services.document_moves import move_document
from finance.services.documents import create_document
from finance.ui.documents.pages import PAGES
from finance.workflow import ISSUING
from finsuite.kernel.actors import Actor
from finsuite.kernel.text import fold, name_key
from tests import factories
from tests.api.permissions import Row, World, page

ROOT = "/finance/{finance}"
CONVERTED = {Kind.ESTIMATE: "sales_order", Kind.SALES_ORDER: "invoice", Kind.INVOICE: "credit_note"}


def _rows(kind: Kind) -> list[Row]:
    pages = PAGES[kind]
    staff = 302 if pages.spec.is_sale else 403
    seen = 200 if pages.spec.is_sale else 403
    every, one = f"{ROOT}/{pages.segment}", f"{ROOT}/{pages.segment}/{{{kind}}}"
    comment, file = f"{one}/comments/{{{kind}_comment}}", f"{one}/files/{{{kind}_file}}"
    found = [
        page(f"{every}/"),
        page(f"{every}/export/"),
        page(f"{every}/columns/", method="POST", body={"column": "total"}, view=302, edit=302, admin=302),
        page(f"{every}/print/", method="POST", body={"pick": f"{{{kind}}}"}),
        page(f"{one}/"),
        page(f"{one}/comments/"),
        page(f"{one}/files/"),
        page(f"{one}/history/"),
        page(f"{one}/versions/1/"),
        page(f"{one}/versions/1/pdf/"),
        page(f"{one}/pdf/"),
        page(f"{file}/"),
        page(f"{file}/shown/"),
        page(f"{one}/comments/add/", method="POST", body={"text": "Hm"}, view=403, edit=staff, admin=302),
        page(f"{comment}/delete/", method="POST", body={}, view=403, edit=403, admin=302),
        page(f"{one}/files/upload/", method="POST", body={}, view=403, edit=staff, admin=302),
        page(f"{file}/delete/", method="POST", body={}, view=403, edit=staff, admin=302),
        page(
            f"{one}/move/",
            method="POST",
            body={"verb": "nonsense"},
            view=403,
            edit=404 if seen == 200 else 403,
            admin=404,
        ),
        page(f"{one}/delete/", method="POST", body={}, view=403, edit=403, admin=DELETED[kind]),
    ]
    found += _editor_rows(pages.spec.is_sale, every, one)
    if kind in KINDS:
        found += [page(f"{one}/email/", view=403, edit=seen), page(f"{one}/image/")]
    if kind is Kind.INVOICE:
        found += [
            page(f"{one}/remind/", view=403),
            page(f"{one}/remind/", method="POST", body={}, view=403, edit=422, admin=422),
            page(f"{every}/remind/", method="POST", body={"pick": "{invoice}"}, view=403),
            page(f"{one}/reminders/", method="POST", body={}, view=403, edit=302, admin=302),
        ]
    if kind in CONVERTED:
        to = f"{one}/convert/{CONVERTED[kind]}/"
        found += [
            page(to, view=403),
            page(to, method="POST", body={}, view=403, edit=CONVERSION[kind], admin=CONVERSION[kind]),
        ]
    if kind is Kind.PURCHASE_ORDER:
        to = f"{one}/convert/bill/"
        found += [page(to, view=403, edit=403), page(to, method="POST", body={}, view=403, edit=403, admin=422)]
    return found


def _editor_rows(is_sale: bool, every: str, one: str) -> list[Row]:
    seen, staff = (200, 302) if is_sale else (403, 403)
    found = []
    for place in (f"{every}/new", f"{one}/edit"):
        found += [
            page(f"{place}/", view=403, edit=seen),
            page(f"{place}/", method="POST", body={}, view=403, edit=422 if is_sale else 403, admin=422),
            page(f"{place}/totals/", method="POST", body={}, view=403, edit=seen),
            page(f"{place}/line/?index=1", method="POST", body={}, view=403, edit=seen),
            page(f"{place}/blank/?index=1", view=403, edit=seen),
            page(f"{place}/discard/", method="POST", body={}, view=403, edit=staff, admin=302),
        ]
    gone = 404 if is_sale else 403
    found += [page(f"{every}/new/preview/", view=403, edit=gone, admin=404)]
    return [*found, page(f"{one}/edit/preview/", view=403, edit=seen)]


# An issued invoice or credit note is not deleted, but voided.
DELETED = {
    Kind.ESTIMATE: 302,
    Kind.SALES_ORDER: 302,
    Kind.INVOICE: 400,
    Kind.CREDIT_NOTE: 400,
    Kind.PURCHASE_ORDER: 302,
    Kind.BILL: 302,
}
CONVERSION = {Kind.ESTIMATE: 302, Kind.SALES_ORDER: 422, Kind.INVOICE: 422}

ROWS = [
    page(f"{ROOT}/customers/lookup/"),
    page(f"{ROOT}/vendors/lookup/"),
    page(f"{ROOT}/items/lookup/"),
    *(row for kind in PAGES for row in _rows(kind)),
]


def furnish(world: World) -> None:
    """An issued document of each kind, with a comment and a file, here and at the outsider's."""
    made: dict[str, list[Any]] = {}
    for organization, owner in ((world.finance, "admin"), (world.foreign_finance, "outsider")):
        actor = Actor.person(world.people[owner])
        party = {"customer_id": factories.customer(organization, "Client").pk}
        name = "Papeterie Roux"
        keys = {"name_key": name_key(name), "unique_key": name_key(name), "sort_key": fold(name)}
        vendor = Vendor.objects.create(organization=organization, display_name=name, currency="EUR", **keys)
        for kind in PAGES:
            values = party if SPECS[kind].is_sale else {"vendor_id": vendor.pk}
            number = {"number": "V-1"} if kind is Kind.BILL else {}
            document = create_document(
                actor=actor,
                organization=organization,
                kind=kind,
                values={**values, **number},
                lines=[{"name": "Work", "rate": 100}],
            )
            document = move_document(actor=actor, document=document, verb=ISSUING[kind])
            comment = add_comment(actor=actor, document=document, text="Hm")
            picture = ContentFile(b"\x89PNG\r\n\x1a\n", name="picture.png")
            file = attach(actor=actor, document=document, file=picture)
            for label, record in ((kind.value, document), (f"{kind}_comment", comment), (f"{kind}_file", file)):
                made.setdefault(label, []).append(record)
    for label, (ours, foreign) in made.items():
        world.add(label, ours, foreign)
