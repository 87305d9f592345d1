"""Custom fields on the pages of customers and contact persons, and their settings."""

from __future__ import annotations

import pytest
from django.test import Client

from finance.models import ContactPerson, Customer, CustomField
from tests import factories


@pytest.fixture
def owner(db):
    return factories.user(email="owner@example.com")


@pytest.fixture
def organization(owner):
    return factories.finance_organization(owner)


@pytest.fixture
def browser(owner, organization):
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def at(organization):
    return lambda path: f"/finance/{organization.pk}/{path}"


def test_a_customer_and_a_contact_person_are_typed_with_custom_values(browser, at, organization):
    factories.finance_field(organization, "Grade", kind="choices", choices=["Gold", "Silver"])
    factories.finance_field(organization, "Floor", module="contact_persons", kind="integer")
    assert "cf_grade" in browser.get(at("customers/new/")).content.decode()
    typed = {
        "kind": "business",
        "display_name": "Acme",
        "currency": "EUR",
        "payment_terms": "0",
        "cf_grade": ["gold"],
        "persons-0-first_name": "Anna",
        "persons-0-cf_floor": "7",
        "primary": "0",
    }
    answer = browser.post(at("customers/new/"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    customer = Customer.objects.get()
    assert (customer.custom, ContactPerson.objects.get().custom) == ({"grade": ["gold"]}, {"floor": 7})
    assert '<span class="badge">Gold</span>' in browser.get(at(f"customers/{customer.pk}/")).content.decode()
    page = browser.get(at(f"customers/{customer.pk}/contact-persons/")).content.decode()
    assert "Floor" in page
    history = browser.get(at(f"customers/{customer.pk}/history/")).content.decode()
    assert "Gold" in history


def test_custom_fields_stand_under_the_section_that_they_name(browser, at, organization):
    factories.finance_field(organization, "Grade", section="Quality")
    factories.finance_field(organization, "Nickname", module="contact_persons")
    factories.finance_field(organization, "Floor", module="contact_persons", section="Where they sit")
    page = browser.get(at("customers/new/")).content.decode()
    assert page.index("Quality</h2>") < page.index("cf_grade")
    assert "More fields" not in page
    heading = page.index("Where they sit</h3>")
    assert page.index('name="persons-0-cf_nickname"') < heading < page.index('name="persons-0-cf_floor"')


def test_what_is_wrong_is_told_at_its_control(browser, at, organization):
    factories.finance_field(organization, "Grade id", is_required=True)
    typed = {"kind": "business", "display_name": "Acme", "currency": "EUR", "payment_terms": "0"}
    answer = browser.post(at("customers/new/"), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"cf_grade_id": ["Grade id is required."]}
    assert not Customer.objects.exists()


def test_the_settings_list_add_order_and_delete_fields(browser, at, organization):
    place = "settings/custom-fields/customers/"
    assert browser.get(at(place)).status_code == 200
    made = browser.post(at(f"{place}new/"), {"label": "Grade", "kind": "text", "is_active": "on"})
    assert made.status_code == 302
    field = CustomField.objects.get()
    assert "Grade" in browser.get(at(place)).content.decode()
    assert browser.get(at(f"settings/custom-fields/{field.pk}/")).status_code == 200
    assert browser.post(at(f"{place}order/"), {"row": field.pk}).status_code == 302
    assert browser.post(at(f"settings/custom-fields/{field.pk}/delete/")).status_code == 302
    field.refresh_from_db()
    assert field.deleted_at is not None
