"""Each act tells what happened, once, in the transaction in which it happened."""

from finance.services import contact_persons, customers, zsc_keys
from finance.services.organizations import update_organization
from tests import factories


def names(told):
    return [type(event).__name__ for event in told]


def test_acts_on_customers_are_told(organization, actor, told):
    customer = factories.customer(organization)
    customers.update_customer(actor=actor, customer=customer, values={"phone": "1"})
    customers.update_customer(actor=actor, customer=customer, values={"phone": "1"})
    customers.delete_customer(actor=actor, customer=customer)
    assert names(told) == ["CustomerCreated", "CustomerUpdated", "CustomerDeleted"]
    assert {event.ids for event in told} == {(customer.pk,)}
    assert told[1].fields == {"phone"}


def test_acts_on_contact_persons_are_told_with_who_became_primary(organization, actor, told):
    customer = factories.customer(organization)
    anna = contact_persons.create_contact_person(actor=actor, customer=customer, values={"first_name": "Anna"})
    bruno = contact_persons.create_contact_person(actor=actor, customer=customer, values={"first_name": "Bruno"})
    contact_persons.delete_contact_person(actor=actor, person=anna)
    assert [(type(event).__name__, event.ids) for event in told[1:]] == [
        ("ContactPersonCreated", (anna.pk,)),
        ("ContactPersonCreated", (bruno.pk,)),
        ("ContactPersonDeleted", (anna.pk,)),
        ("ContactPersonUpdated", (bruno.pk,)),
    ]


def test_the_life_of_a_key_is_told(organization, actor, told):
    made = zsc_keys.generate_key(actor=actor, organization=organization, app="books")
    zsc_keys.regenerate_key(actor=actor, key=made.key)
    zsc_keys.revoke_key(actor=actor, key=made.key)
    assert names(told) == ["ZscKeyGenerated", "ZscKeyGenerated", "ZscKeyRevoked"]
    assert made.secret not in str(told)


def test_a_change_of_the_organization_names_its_fields(organization, actor, told):
    update_organization(actor=actor, organization=organization, values={"name": "New", "country": ""})
    assert [(type(event).__name__, event.fields) for event in told] == [("OrganizationUpdated", {"name"})]
