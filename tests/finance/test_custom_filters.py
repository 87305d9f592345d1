"""Lists of finance records are narrowed by custom fields; where there are none, nothing is asked for them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from finance.choices import DocumentKind as Kind
from finance.services.custom_fields import create_custom_field
from finance.services.customers import create_customer
from finance.services.expenses import update_expense
from finance.services.items import create_item
from finance.services.payments import record_payment
from finance.services.vendors import create_vendor
from tests import factories

BACKEND = "django.contrib.auth.backends.ModelBackend"


def customers(actor, organization, boss, grade):
    create_customer(actor=actor, organization=organization, values={"display_name": f"C {grade}", "cf_grade": grade})


def vendors(actor, organization, boss, grade):
    create_vendor(actor=actor, organization=organization, values={"display_name": f"V {grade}", "cf_grade": grade})


def items(actor, organization, boss, grade):
    create_item(actor=actor, organization=organization, values={"name": f"I {grade}", "cf_grade": grade})


def expenses(actor, organization, boss, grade):
    update_expense(actor=actor, expense=factories.expense(organization, boss), values={"cf_grade": grade})


def payments(actor, organization, boss, grade):
    values = {"customer_id": factories.customer(organization, f"Payer {grade}").pk, "amount": 5, "cf_grade": grade}
    record_payment(actor=actor, organization=organization, kind=Kind.PAYMENT, values=values)


@pytest.mark.parametrize("make", [customers, vendors, items, expenses, payments])
def test_a_list_is_narrowed_by_a_custom_field(organization, actor, boss, client, make):
    module = make.__name__
    values = {"module": module, "label": "Grade", "kind": "text"}
    create_custom_field(actor=actor, organization=organization, values=values)
    for grade in ("Gold", "Silver"):
        make(actor, organization, boss, grade)
    client.force_login(boss, backend=BACKEND)
    address = reverse(f"finance:{module.removesuffix('s')}_list", kwargs={"organization": organization.pk})

    def rows(**query):
        context = client.get(address, query).context
        return len(context.get("rows", context.get(module)))

    assert rows() == 2
    assert rows(cf_grade="gol") == 1
    assert rows(cf_grade="bronze") == 0
    assert rows(cf_nonsense="gol") == 2
    html = client.get(address, {"cf_grade": "bronze"}).content.decode()
    assert 'name="cf_grade" value="bronze"' in html
    assert "Clear" in html
