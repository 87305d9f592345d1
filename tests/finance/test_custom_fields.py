"""Custom fields of customers and contact persons: defined by administrators, written with the records."""

from __future__ import annotations

import pytest

from audit.models import Entry
from finance.models import ContactPerson, Customer, CustomField, CustomValue
from finance.selectors.custom_fields import counted
from finance.services.contact_persons import PersonRow, create_contact_person, update_contact_person
from finance.services.custom_fields import (
    create_custom_field,
    delete_custom_field,
    order_custom_fields,
    update_custom_field,
)
from finance.services.customers import create_customer, delete_customer, edit_customer, update_customer
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories


@pytest.fixture
def owner(db):
    return factories.user(email="owner@example.com")


@pytest.fixture
def organization(owner):
    return factories.finance_organization(owner)


@pytest.fixture
def actor(owner, organization):
    return Actor.person(owner)


def field(organization, label="Grade", kind="text", module="customers", **values):
    return factories.finance_field(organization, label, kind=kind, module=module, **values)


def test_only_administrators_define_fields(organization):
    accountant = factories.finance_member(organization, "accountant", "a@example.com")
    with pytest.raises(NotPermitted):
        create_custom_field(
            actor=Actor.person(accountant),
            organization=organization,
            values={"module": "customers", "label": "Grade", "kind": "text"},
        )
    assert not CustomField.objects.exists()


def test_a_kind_of_record_without_custom_fields_is_refused(organization):
    with pytest.raises(Refused) as refused:
        field(organization, module="taxes")
    assert list(refused.value.fields) == ["module"]


def test_a_customer_is_written_with_custom_values(organization, actor):
    field(organization, kind="money")
    customer = create_customer(
        actor=actor, organization=organization, values={"display_name": "Acme", "cf_grade": "12.50"}
    )
    assert Customer.objects.get().custom == {"grade": "12.5"}
    entries = Entry.objects.count()
    update_customer(actor=actor, customer=customer, values={"cf_grade": "12.5"})
    assert Entry.objects.count() == entries
    update_customer(actor=actor, customer=customer, values={"cf_grade": None})
    assert Customer.objects.get().custom == {}
    entry = Entry.objects.latest("id")
    assert (entry.before, entry.after) == ({"cf_grade": "12.5"}, {"cf_grade": None})


def test_an_amount_has_the_decimals_of_the_customers_currency(organization, actor):
    field(organization, kind="money")
    customer = factories.customer(organization)
    Customer.objects.filter(pk=customer.pk).update(currency="JPY")
    with pytest.raises(Refused) as refused:
        update_customer(actor=actor, customer=customer, values={"cf_grade": "12.50"})
    assert refused.value.fields == {"cf_grade": ["Grade can have at most 0 decimals."]}


def test_a_unique_value_is_refused_to_a_second_customer(organization, actor):
    field(organization, kind="email", is_unique=True)
    factories.customer(organization, "One", cf_grade="a@example.com")
    two = factories.customer(organization, "Two")
    with pytest.raises(Refused) as refused:
        update_customer(actor=actor, customer=two, values={"cf_grade": "A@example.com"})
    assert refused.value.code == "taken"
    assert Customer.objects.get(pk=two.pk).custom == {}


def test_a_contact_person_is_written_with_custom_values(organization, actor):
    field(organization, module="contact_persons", is_required=True)
    customer = factories.customer(organization)
    with pytest.raises(Refused):
        create_contact_person(actor=actor, customer=customer, values={"last_name": "Roy"})
    person = create_contact_person(actor=actor, customer=customer, values={"last_name": "Roy", "cf_grade": "A"})
    update_contact_person(actor=actor, person=person, values={"cf_grade": "B"})
    assert ContactPerson.objects.get().custom == {"grade": "B"}
    assert CustomValue.objects.get().key == "b"


def test_the_fault_of_a_persons_custom_value_is_told_in_its_row(organization, actor):
    field(organization, module="contact_persons", kind="integer")
    customer = factories.customer(organization)
    with pytest.raises(Refused) as refused:
        edit_customer(
            actor=actor,
            customer=customer,
            values={},
            contact_persons=[PersonRow(values={"last_name": "Roy", "cf_grade": "x"})],
        )
    assert list(refused.value.fields) == ["contact_persons.0.cf_grade"]
    assert not ContactPerson.objects.exists()


def test_a_deleted_customers_history_keeps_custom_values(organization, actor):
    field(organization)
    customer = factories.customer(organization, cf_grade="A")
    delete_customer(actor=actor, customer=customer)
    assert Entry.objects.latest("id").before["cf_grade"] == "A"
    assert not CustomValue.objects.exists()


def test_fields_are_changed_ordered_counted_and_deleted(organization):
    one = field(organization)
    two = field(organization, "Other")
    factories.customer(organization, cf_grade="A")
    update_custom_field(actor=factories.SYSTEM, field=one, values={"label": "Tier"})
    order_custom_fields(actor=factories.SYSTEM, organization=organization, module="customers", ids=[two.pk])
    assert [(one.label, one.uses) for one in counted(organization, "customers")] == [("Other", 0), ("Tier", 1)]
    assert delete_custom_field(actor=factories.SYSTEM, field=one) == 1
    assert Customer.objects.get().custom == {}
    assert organization.extended == ["customers"]
