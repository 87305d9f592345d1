import pytest

from audit.models import Entry
from finance.models import ContactPerson
from finance.services import contact_persons as services
from finance.services.contact_persons import PersonRow
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


@pytest.fixture
def customer(organization):
    return factories.customer(organization)


def add(actor, customer, name, **values):
    return services.create_contact_person(actor=actor, customer=customer, values={"first_name": name, **values})


def primaries(customer):
    return list(ContactPerson.objects.filter(customer=customer, is_primary=True).values_list("first_name", flat=True))


def test_the_first_person_is_the_primary_one(customer, actor):
    add(actor, customer, "Anna")
    add(actor, customer, "Bruno")
    assert primaries(customer) == ["Anna"]


def test_a_new_primary_person_takes_over_and_both_histories_tell(customer, actor):
    anna = add(actor, customer, "Anna")
    bruno = add(actor, customer, "Bruno")
    services.update_contact_person(actor=actor, person=bruno, values={"is_primary": True})
    assert primaries(customer) == ["Bruno"]
    told = Entry.objects.filter(kind="finance.contactperson", verb="updated").order_by("id")
    assert [(entry.record_id, entry.after) for entry in told] == [
        (anna.pk, {"is_primary": False}),
        (bruno.pk, {"is_primary": True}),
    ]


def test_a_person_added_as_primary_takes_over(customer, actor):
    add(actor, customer, "Anna")
    add(actor, customer, "Bruno", is_primary=True)
    assert primaries(customer) == ["Bruno"]


def test_nobody_stops_being_primary_without_somebody_else_becoming_it(customer, actor):
    anna = add(actor, customer, "Anna")
    with pytest.raises(Refused) as refusal:
        services.update_contact_person(actor=actor, person=anna, values={"is_primary": False})
    assert list(refusal.value.fields) == ["is_primary"]
    assert primaries(customer) == ["Anna"]


def test_deleting_the_primary_person_promotes_the_oldest_other(customer, actor):
    anna, bruno = add(actor, customer, "Anna"), add(actor, customer, "Bruno")
    add(actor, customer, "Chloé")
    services.delete_contact_person(actor=actor, person=anna)
    assert primaries(customer) == ["Bruno"]
    services.delete_contact_person(actor=actor, person=bruno)
    assert primaries(customer) == ["Chloé"]


def test_deleting_the_last_person_leaves_none(customer, actor):
    services.delete_contact_person(actor=actor, person=add(actor, customer, "Anna"))
    assert not ContactPerson.objects.exists()


def test_a_person_needs_a_name(customer, actor):
    with pytest.raises(Refused) as refusal:
        services.create_contact_person(actor=actor, customer=customer, values={"email": "a@example.com"})
    assert list(refusal.value.fields) == ["first_name"]
    assert not ContactPerson.objects.exists()


def test_an_individual_has_no_contact_persons(organization, actor):
    zoe = factories.customer(organization, "Zoé", kind="individual", last_name="Petit")
    with pytest.raises(Refused):
        add(actor, zoe, "Anna")
    assert not ContactPerson.objects.exists()


def test_an_unchanged_person_is_not_written(customer, actor):
    anna = add(actor, customer, "Anna")
    entries = Entry.objects.count()
    same = services.update_contact_person(actor=actor, person=anna, values={"first_name": "Anna", "is_primary": True})
    assert same.updated_at == anna.updated_at
    assert Entry.objects.count() == entries


def test_a_stale_version_is_refused(customer, actor):
    anna = add(actor, customer, "Anna")
    stale = version_of(anna)
    services.update_contact_person(actor=actor, person=anna, values={"phone": "1"}, version=stale)
    with pytest.raises(Conflict):
        services.delete_contact_person(actor=actor, person=anna, version=stale)
    assert ContactPerson.objects.get().phone == "1"


def test_a_forms_rows_are_saved_together(customer, actor):
    anna, bruno = add(actor, customer, "Anna"), add(actor, customer, "Bruno")
    services.save_contact_persons(
        actor=actor,
        customer=customer,
        rows=[
            PersonRow(id=bruno.pk, values={"first_name": "Bruno", "phone": "2", "is_primary": False}),
            PersonRow(values={"first_name": "Chloé", "is_primary": True}),
        ],
        deleted=[anna.pk],
    )
    found = ContactPerson.objects.order_by("id").values_list("first_name", "phone", "is_primary")
    assert list(found) == [("Bruno", "2", False), ("Chloé", "", True)]


def test_a_row_at_fault_is_named_and_nothing_is_saved(customer, actor):
    anna = add(actor, customer, "Anna")
    with pytest.raises(Refused) as refusal:
        services.save_contact_persons(
            actor=actor,
            customer=customer,
            rows=[
                PersonRow(id=anna.pk, values={"phone": "2"}),
                PersonRow(values={"first_name": "Bruno", "email": "nope"}),
            ],
        )
    assert list(refusal.value.fields) == ["contact_persons.1.email"]
    assert ContactPerson.objects.values_list("first_name", "phone").get() == ("Anna", "")


def test_another_customers_person_is_not_found(organization, customer, actor):
    stranger = add(actor, factories.customer(organization, "Other"), "Stranger")
    with pytest.raises(NotFound):
        services.save_contact_persons(
            actor=actor, customer=customer, rows=[PersonRow(id=stranger.pk, values={"phone": "1"})]
        )
    services.save_contact_persons(actor=actor, customer=customer, rows=[], deleted=[stranger.pk])
    assert ContactPerson.objects.values_list("phone").get() == ("",)


def test_viewers_may_not_write(customer, viewer):
    with pytest.raises(NotPermitted):
        add(Actor.person(viewer), customer, "Anna")
    assert not ContactPerson.objects.exists()
