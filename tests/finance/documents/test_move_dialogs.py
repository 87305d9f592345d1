"""What can't be taken back, or takes something from somebody, asks first."""

import re

import pytest
from django.urls import reverse

from audit.models import Entry
from finance.choices import DocumentKind as Kind
from finance.models import Refund
from finance.services.document_moves import move_document
from finance.services.payments import record_payment
from finance.services.refunds import refund_payment
from tests import factories

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def as_boss(client, boss):
    client.force_login(boss, backend=BACKEND)
    return client


def dialog(html, name):
    """The form within the dialog of this id."""
    found = re.search(rf'<dialog[^>]*id="{name}".*?</dialog>', html, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("kind", "moves", "verb", "needs_reason", "is_final"),
    [
        (Kind.ESTIMATE, ["mark_sent"], "decline", False, False),
        (Kind.SALES_ORDER, ["confirm"], "void", False, True),
        (Kind.INVOICE, ["mark_sent"], "void", True, False),
        (Kind.INVOICE, ["mark_sent", "void"], "to_draft", True, False),
        (Kind.CREDIT_NOTE, ["mark_open"], "void", True, False),
        (Kind.PURCHASE_ORDER, ["mark_issued"], "cancel", False, True),
        (Kind.BILL, ["mark_open"], "void", False, False),
    ],
)
def test_a_grave_move_asks_first_and_keeps_its_reason(
    organization, actor, as_boss, draft, kind, moves, verb, needs_reason, is_final
):
    document = draft(kind)
    for move in moves:
        document = move_document(actor=actor, document=document, verb=move, reason="Before")
    names = {"organization": organization.pk, "document": document.pk}
    html = as_boss.get(reverse(f"finance:{kind}_detail", kwargs=names)).content.decode()
    name = f"move-{verb.replace('_', '-')}"
    asked = dialog(html, name)
    assert f'data-open="{name}"' in html
    assert f'form="move" name="verb" value="{verb}"' not in html
    assert (" required" in asked, "This can’t be taken back." in asked) == (needs_reason, is_final)
    typed = {"verb": verb, "reason": "The customer asked for it"}
    as_boss.post(reverse(f"finance:{kind}_move", kwargs=names), typed)
    entry = Entry.objects.filter(kind=document._meta.label_lower, verb=verb).latest("pk")
    assert entry.after["reason"] == "The customer asked for it"


def test_a_harmless_move_is_made_at_once(organization, as_boss, draft):
    names = {"organization": organization.pk, "document": draft(Kind.ESTIMATE).pk}
    html = as_boss.get(reverse("finance:estimate_detail", kwargs=names)).content.decode()
    assert re.search(r'form="move"[^>]*value="mark_sent"', html)
    assert "<dialog" in html  # of deleting it, alone
    assert dialog(html, "move-mark-sent") == ""


def test_a_refund_is_deleted_after_a_question(organization, actor, as_boss, customer):
    values = {"customer_id": customer.pk, "amount": 50}
    payment = record_payment(actor=actor, organization=organization, kind=Kind.PAYMENT, values=values, allocations=[])
    refund = refund_payment(actor=factories.SYSTEM, payment=payment, values={"amount": 20})
    names = {"organization": organization.pk}
    html = as_boss.get(reverse("finance:payment_detail", kwargs={**names, "payment": payment.pk})).content.decode()
    url = reverse("finance:refund_delete", kwargs={**names, "refund": refund.pk})
    assert f'action="{url}"' in dialog(html, f"refund-{refund.pk}")
    assert html.count(f'action="{url}"') == 1
    as_boss.post(url)
    assert not Refund.objects.exists()
