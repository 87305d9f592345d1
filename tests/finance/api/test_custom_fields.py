"""Custom fields of customers and contact persons on the API."""

from __future__ import annotations

import pytest

from tests import factories
from users.models import User


@pytest.fixture
def owner(db) -> User:
    return factories.user(email="owner@example.com")


@pytest.fixture
def organization(owner):
    return factories.finance_organization(owner)


@pytest.fixture
def call(owner, organization, program):
    return program(owner, "read", "write", "admin")


def test_customers_and_contact_persons_carry_custom_fields(call, organization):
    base = f"/finance/{organization.pk}"
    body = {"module": "customers", "label": "Grade", "kind": "integer"}
    assert call("POST", f"{base}/custom-fields", body).status_code == 201
    assert call("POST", f"{base}/custom-fields", body | {"module": "contact_persons"}).status_code == 201
    made = call("POST", f"{base}/customers", {"display_name": "Acme", "custom_fields": {"grade": 7}})
    assert made.json()["custom_fields"] == {"grade": 7}
    person = {"customer": made.json()["id"], "last_name": "Roy", "custom_fields": {"grade": 8}}
    assert call("POST", f"{base}/contact-persons", person).json()["custom_fields"] == {"grade": 8}
    for name in ("customers?cf_grade=7", "contact-persons?cf_grade__gte=8", "customers?ordering=-cf_grade"):
        assert len(call("GET", f"{base}/{name}").json()["results"]) == 1
    assert call("GET", f"{base}/customers?cf_grade__gte=8").json()["results"] == []
    refused = call("POST", f"{base}/customers", {"display_name": "B", "custom_fields": {"x": 1}})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/custom_fields/x"]


def test_payments_are_written_with_custom_fields_and_found_by_them(call, organization):
    place = f"/finance/{organization.pk}"
    field = {"module": "payments", "label": "Slip", "kind": "text"}
    assert call("POST", f"{place}/custom-fields", field).status_code == 201
    payer = factories.customer(organization, "Acme")
    body = {"customer": payer.pk, "amount": "5", "custom_fields": {"slip": "S-77"}}
    made = call("POST", f"{place}/payments", body)
    assert made.status_code == 201, made.json()
    found = call("GET", f"{place}/payments?cf_slip=s-77").json()["results"]
    assert [(row["id"], row["custom_fields"]) for row in found] == [(made.json()["id"], {"slip": "S-77"})]
    assert call("GET", f"{place}/payments?cf_slip=s-78").json()["results"] == []
