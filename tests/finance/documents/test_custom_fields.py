"""Custom fields of documents: typed, kept, shown, filed, told; asked of people alone."""

from __future__ import annotations

import datetime as dt

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import DocumentVersion
from finance.services.conversions import (
    estimate_to_invoice,
    estimate_to_sales_order,
    invoice_to_credit_note,
    purchase_orders_to_bill,
    sales_order_to_invoice,
)
from finance.services.custom_fields import create_custom_field, update_custom_field
from finance.services.document_kinds import SPECS
from finance.services.document_moves import move_document
from finance.services.documents import create_document, delete_document, update_document
from finsuite.kernel.errors import Refused
from tests.finance.documents.conftest import PURCHASES, SALES
from tests.finance.documents.test_pages import url

KINDS = (*SALES, *PURCHASES)


@pytest.fixture
def field(organization, boss):
    """Add a custom field to documents of this kind."""
    from finsuite.kernel.actors import Actor

    def add(of, label="Site", **values):
        known = {"module": SPECS[of].extended.value, "label": label, "kind": "text", **values}
        return create_custom_field(actor=Actor.person(boss), organization=organization, values=known)

    return add


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_typed_kept_shown_and_filed(organization, as_boss, field, typed, kind):
    field(kind)
    field(kind, "Urgent", kind="yes_no")
    address = url(kind, "new", organization)
    body = typed(kind, cf_site="Harbour", cf_urgent="on")
    as_boss.post(url(kind, "new_totals", organization), body)
    kept = as_boss.get(address).content.decode()
    assert 'value="Harbour"' in kept
    as_boss.post(address, body)
    made = SPECS[kind].model.objects.get()
    assert made.custom == {"site": "Harbour", "urgent": True}
    assert "Harbour" in as_boss.get(url(kind, "detail", organization, made)).content.decode()
    history = as_boss.get(url(kind, "history", organization, made)).content.decode()
    assert "Harbour" in history
    assert "Site" in history
    heads, row = b"".join(as_boss.get(url(kind, "export", organization))).decode().splitlines()[:2]
    assert "Site" in heads
    assert "Harbour" in row
    copied = as_boss.get(address, {"copy": made.pk}).content.decode()
    assert 'value="Harbour"' in copied


def test_what_is_required_is_asked_of_people_and_not_of_what_is_made_of_something(actor, draft, field, as_boss):
    estimate = move_document(actor=actor, document=draft(Kind.ESTIMATE), verb="mark_sent")
    field(Kind.INVOICE, is_required=True)
    field(Kind.CREDIT_NOTE, is_required=True)
    with pytest.raises(Refused) as refused:
        draft(Kind.INVOICE)
    assert list(refused.value.fields) == ["cf_site"]
    invoice = estimate_to_invoice(actor=actor, estimate=estimate)
    assert invoice.custom == {}
    sent = move_document(actor=actor, document=invoice, verb="mark_sent")
    assert invoice_to_credit_note(actor=actor, invoice=sent).custom == {}
    with pytest.raises(Refused):
        draft(Kind.INVOICE, number="Z-1", cf_site=" ")


def test_a_required_field_is_marked_where_it_is_typed(organization, as_boss, field, typed):
    field(Kind.BILL, is_required=True)
    page = as_boss.post(url(Kind.BILL, "new", organization), typed(Kind.BILL, cf_site=""))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["cf_site"]
    assert SPECS[Kind.BILL].model.objects.count() == 0


def test_one_value_for_two_is_refused_and_copies_leave_it_out(organization, as_boss, actor, draft, field):
    field(Kind.INVOICE, is_unique=True)
    first = draft(Kind.INVOICE, cf_site="Harbour")
    with pytest.raises(Refused) as refused:
        draft(Kind.INVOICE, cf_site="HARBOUR")
    assert list(refused.value.fields) == ["cf_site"]
    assert SPECS[Kind.INVOICE].model.objects.count() == 1
    page = as_boss.get(url(Kind.INVOICE, "new", organization), {"copy": first.pk}).content.decode()
    assert "Harbour" not in page


def test_it_is_no_part_of_what_was_sent(actor, draft, field):
    field(Kind.INVOICE)
    sent = move_document(actor=actor, document=draft(Kind.INVOICE, cf_site="Harbour"), verb="mark_sent")
    changed = update_document(actor=actor, document=sent, values={"cf_site": "Station"})
    assert changed.custom == {"site": "Station"}
    assert DocumentVersion.objects.filter(record_id=sent.pk).count() == 1
    same = update_document(actor=actor, document=changed, values={"cf_site": "Station"})
    assert same.updated_at == changed.updated_at


def test_unknown_and_retired_fields_are_refused_by_name(organization, actor, customer, draft, field, boss):
    from finsuite.kernel.actors import Actor

    made = field(Kind.ESTIMATE)
    update_custom_field(actor=Actor.person(boss), field=made, values={"is_active": False})
    for name in ("cf_site", "cf_nonsense"):
        with pytest.raises(Refused) as refused:
            draft(Kind.ESTIMATE, **{name: "x"})
        assert list(refused.value.fields) == [name]
    assert SPECS[Kind.ESTIMATE].model.objects.count() == 0
    kept = create_document(
        actor=actor,
        organization=organization,
        kind=Kind.ESTIMATE,
        values={"customer_id": customer.pk},
        lines=[{"name": "Work"}],
    )
    delete_document(actor=actor, document=kept)


def test_a_list_and_its_file_are_narrowed_by_them(organization, as_boss, draft, field):
    field(Kind.INVOICE)
    field(Kind.INVOICE, "Floors", kind="integer")
    field(Kind.INVOICE, "Handed over", kind="date")
    field(Kind.INVOICE, "Seen", kind="moment")
    field(Kind.INVOICE, "Urgent", kind="yes_no")
    field(Kind.INVOICE, "Grade", kind="choice", choices=[{"label": "Gold"}, {"label": "Silver"}])
    values = {"cf_site": "Vieux Port", "cf_floors": 3, "cf_handed_over": dt.date(2026, 5, 4), "cf_urgent": True}
    draft(Kind.INVOICE, number="A", **values, cf_seen=dt.datetime(2026, 5, 4, 23, 30, tzinfo=dt.UTC), cf_grade="gold")
    draft(Kind.INVOICE, number="B", cf_floors=12)
    address = url(Kind.INVOICE, "list", organization)

    def numbers(**query):
        page = as_boss.get(address, query)
        file = b"".join(as_boss.get(url(Kind.INVOICE, "export", organization), query)).decode()
        shown = {row.document.number for row in page.context["rows"]}
        assert len(file.splitlines()) == 1 + len(shown)
        return shown

    assert numbers(cf_site="vieux") == {"A"}
    assert numbers(cf_floors__gte="3", cf_floors__lte="11") == {"A"}
    assert numbers(cf_floors__gte="4") == {"B"}
    assert numbers(cf_handed_over__gte="2026-05-04", cf_handed_over__lte="2026-05-04") == {"A"}
    assert numbers(cf_seen__gte="2026-05-06") == set()
    assert numbers(cf_urgent="no") == {"B"}
    assert numbers(cf_grade="gold", cf_urgent="yes") == {"A"}
    assert numbers(cf_grade="nonsense", cf_floors__gte="nonsense", cf_handed_over__gte="2026-99-99") == {"A", "B"}
    html = as_boss.get(address, {"cf_site": "vieux"}).content.decode()
    assert 'name="cf_site" value="Vieux"'.lower() in html.lower()
    assert "cf_site=vieux" in html  # the tabs and the export keep it


def test_what_is_made_of_a_document_holds_what_both_have_and_defaults_for_the_rest(actor, draft, field):
    for kind in (Kind.ESTIMATE, Kind.SALES_ORDER, Kind.INVOICE, Kind.CREDIT_NOTE):
        field(kind)
        field(kind, "Seal", is_unique=kind is not Kind.CREDIT_NOTE)
    field(Kind.INVOICE, "Grade", kind="choice", choices=[{"label": "Gold"}], default="gold")
    estimate = move_document(actor=actor, document=draft(Kind.ESTIMATE, cf_site="Lyon", cf_seal="1"), verb="mark_sent")
    order = estimate_to_sales_order(actor=actor, estimate=estimate)
    assert order.custom == {"site": "Lyon"}
    order = move_document(actor=actor, document=order, verb="confirm")
    invoice = sales_order_to_invoice(actor=actor, order=order)
    assert invoice.custom == {"site": "Lyon", "grade": "gold"}
    assert estimate_to_invoice(actor=actor, estimate=estimate, values={"cf_site": "Paris"}).custom["site"] == "Paris"
    invoice = update_document(actor=actor, document=invoice, values={"cf_seal": "2"})
    sent = move_document(actor=actor, document=invoice, verb="mark_sent")
    assert invoice_to_credit_note(actor=actor, invoice=sent).custom == {"site": "Lyon", "seal": "2"}


def test_a_bill_of_several_orders_holds_what_none_of_them_contradicts(actor, draft, field):
    for kind in (Kind.PURCHASE_ORDER, Kind.BILL):
        field(kind)
        field(kind, "Dock")
    orders = [
        move_document(actor=actor, document=draft(Kind.PURCHASE_ORDER, **values), verb="mark_issued")
        for values in ({"cf_site": "Lyon", "cf_dock": "7"}, {"cf_site": "Paris"}, {"cf_dock": "7"})
    ]
    bill = purchase_orders_to_bill(actor=actor, orders=orders, number="V-1")
    assert bill.custom == {"dock": "7"}


def test_a_copy_begins_with_the_box_as_it_is_and_without_choices_that_are_out_of_use(
    organization, as_boss, boss, draft, field
):
    from finsuite.kernel.actors import Actor

    field(Kind.INVOICE, "Urgent", kind="yes_no", default=True)
    grade = field(Kind.INVOICE, "Grade", kind="choice", choices=[{"label": "Gold"}, {"label": "Silver"}])
    first = draft(Kind.INVOICE, cf_urgent=False, cf_grade="gold")
    kept = [{"key": "gold", "label": "Gold", "active": False}, {"key": "silver", "label": "Silver", "active": True}]
    update_custom_field(actor=Actor.person(boss), field=grade, values={"choices": kept})
    form = as_boss.get(url(Kind.INVOICE, "new", organization), {"copy": first.pk}).context["form"]
    assert (form["cf_urgent"].value(), form["cf_grade"].value()) == ("", "")
