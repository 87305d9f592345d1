"""One bill of several purchase orders, from their list."""

from __future__ import annotations

import pytest

from finance.choices import DocumentKind as Kind
from finance.models import Bill, PurchaseOrder
from finance.services.document_moves import move_document
from finance.services.documents import lines_of
from tests import factories
from tests.finance.documents.test_pages import url


@pytest.fixture
def issued(actor, draft):
    def make(**values):
        return move_document(actor=actor, document=draft(Kind.PURCHASE_ORDER, **values), verb="mark_issued")

    return make


def test_ticked_orders_become_one_bill_under_the_vendor_s_number(organization, as_boss, issued):
    first, second = issued(), issued()
    assert "Make one bill" in as_boss.get(url(Kind.PURCHASE_ORDER, "list", organization)).content.decode()
    address = url(Kind.PURCHASE_ORDER, "bill_many", organization)
    picks = {"pick": [second.pk, first.pk]}
    asked = as_boss.post(address, picks)
    assert [order.number for order, _shown in asked.context["orders"]] == [first.number, second.number]
    unnumbered = as_boss.post(address, {**picks, "number": "", "once": asked.context["once"]})
    assert (unnumbered.status_code, list(unnumbered.context["faults"])) == (422, ["number"])
    answer = as_boss.post(address, {**picks, "number": "R-99", "once": unnumbered.context["once"]})
    bill = Bill.objects.get()
    assert answer.url == url(Kind.BILL, "detail", organization, bill)
    assert (bill.number, len(lines_of(bill))) == ("R-99", 4)
    assert set(PurchaseOrder.objects.values_list("status", flat=True)) == {"billed"}
    again = as_boss.post(address, {**picks, "number": "R-99", "once": unnumbered.context["once"]})
    assert (again.status_code, Bill.objects.count()) == (302, 1)


def test_orders_of_two_vendors_are_not_put_on_one_bill(organization, as_boss, issued, client, viewer):
    other = factories.finance_vendor(organization, "Somebody else")
    picks = {"pick": [issued().pk, issued(vendor_id=other.pk).pk]}
    address = url(Kind.PURCHASE_ORDER, "bill_many", organization)
    once = as_boss.post(address, picks).context["once"]
    refused = as_boss.post(address, {**picks, "number": "R-99", "once": once})
    assert refused.status_code == 422
    assert "Choose orders of one vendor, in one currency." in refused.content.decode()
    assert as_boss.post(address, {}).status_code == 400
    client.force_login(viewer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address, picks).status_code == 403
    assert not Bill.objects.exists()
