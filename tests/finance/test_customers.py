import pytest

from audit.models import Entry
from finance.choices import Status
from finance.models import ContactPerson, Customer
from finance.selectors import customers as selectors
from finance.selectors import documents
from finance.services import customers as services
from finance.services.contact_persons import PersonRow
from finance.services.rates import add_currency
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


def test_a_customer_is_created_in_five_statements(organization, actor, django_assert_num_queries):
    with django_assert_num_queries(7):  # a savepoint, permission, number, name rule, customer, history, its release
        customer = services.create_customer(
            actor=actor, organization=organization, values={"display_name": "  Crêperie du Port  ", "notes": "a\nb"}
        )
    customer.refresh_from_db()
    assert (customer.number, customer.display_name, customer.currency) == ("CUST-00001", "Crêperie du Port", "EUR")
    assert (customer.name_key, customer.sort_key) == ("crêperie du port", "creperie du port")
    entry = Entry.objects.get(kind="finance.customer")
    assert (entry.verb, entry.user_id, entry.tenant) == ("created", actor.user_id, organization.tenant)
    assert entry.after["display_name"] == "Crêperie du Port"


def test_a_refused_customer_leaves_no_gap_in_the_numbers(organization, actor):
    factories.customer(organization, "Acme")
    with pytest.raises(Refused) as refusal:
        services.create_customer(actor=actor, organization=organization, values={"display_name": " ACME "})
    assert refusal.value.code == "duplicate_name"
    assert list(refusal.value.fields) == ["display_name"]
    assert factories.customer(organization, "Next").number == "CUST-00002"
    assert Customer.objects.count() == 2


def test_each_organization_counts_for_itself(organization, outsider):
    elsewhere = outsider.finance_memberships.get().organization
    assert factories.customer(organization).number == "CUST-00001"
    assert factories.customer(elsewhere).number == "CUST-00001"


def test_a_display_name_is_required(organization, actor):
    with pytest.raises(Refused) as refusal:
        services.create_customer(actor=actor, organization=organization, values={"display_name": "   "})
    assert list(refusal.value.fields) == ["display_name"]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"kind": "business", "company_name": "Acme SA"}, "Acme SA"),
        ({"kind": "individual", "first_name": "Zoé", "last_name": "Petit"}, "Zoé Petit"),
        ({"kind": "individual", "last_name": "Petit", "display_name": "Chez Zoé"}, "Chez Zoé"),
    ],
)
def test_the_display_name_defaults_to_the_company_or_the_full_name(organization, actor, values, shown):
    created = services.create_customer(actor=actor, organization=organization, values=values)
    assert created.display_name == shown


def test_an_individual_needs_a_name(organization, actor):
    with pytest.raises(Refused) as refusal:
        services.create_customer(
            actor=actor, organization=organization, values={"kind": "individual", "display_name": "Zoé"}
        )
    assert list(refusal.value.fields) == ["last_name"]


@pytest.mark.parametrize(
    "name", ["organization", "organization_id", "number", "search_text", "unique_key", "id", "nope"]
)
def test_fields_that_are_not_writable_are_refused_by_name(organization, actor, name):
    with pytest.raises(Refused) as refusal:
        services.create_customer(actor=actor, organization=organization, values={"display_name": "Acme", name: "1"})
    assert (refusal.value.code, list(refusal.value.fields)) == ("unknown_field", [name])
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("website", "javascript:alert(1)"),
        ("kind", "company"),
        ("currency", "USD"),
        ("owner_id", 999_999),
        ("credit_limit", "1.234"),
        ("payment_terms", -1),
        ("display_name", "x" * 201),
        ("display_name", "ﷺ" * 200),
        ("notes", "a\x00b"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_under_its_field(organization, actor, field, value):
    with pytest.raises(Refused) as refusal:
        services.create_customer(
            actor=actor, organization=organization, values={"display_name": "Acme", "last_name": "A", field: value}
        )
    assert list(refusal.value.fields) == [field]
    assert not Customer.objects.exists()


def test_a_change_is_saved_with_its_history_and_nothing_else(organization, actor, django_assert_num_queries):
    customer = factories.customer(organization, phone="1", notes="kept")
    with django_assert_num_queries(6):  # a savepoint, permission, the row, the update, history, its release
        changed = services.update_customer(
            actor=actor, customer=customer, values={"phone": "2"}, version=version_of(customer)
        )
    assert changed.updated_at > customer.updated_at
    changed.refresh_from_db()
    assert (changed.phone, changed.notes) == ("2", "kept")
    entry = Entry.objects.filter(verb="updated").get()
    assert (entry.before, entry.after) == ({"phone": "1"}, {"phone": "2"})


def test_saving_without_a_change_writes_nothing(organization, actor):
    customer = factories.customer(organization, phone="1")
    entries = Entry.objects.count()
    same = services.update_customer(actor=actor, customer=customer, values={"phone": " 1 ", "display_name": "Acme"})
    assert same.updated_at == customer.updated_at
    assert Entry.objects.count() == entries


def test_a_stale_version_is_refused(organization, actor):
    customer = factories.customer(organization)
    stale = version_of(customer)
    services.update_customer(actor=actor, customer=customer, values={"phone": "1"}, version=stale)
    with pytest.raises(Conflict):
        services.update_customer(actor=actor, customer=customer, values={"phone": "2"}, version=stale)
    customer.refresh_from_db()
    assert customer.phone == "1"


def test_renaming_keeps_names_unique_and_keys_current(organization, actor):
    factories.customer(organization, "Taken")
    customer = factories.customer(organization, "Free")
    with pytest.raises(Refused) as refusal:
        services.update_customer(actor=actor, customer=customer, values={"display_name": "tAKEN"})
    assert refusal.value.code == "duplicate_name"
    renamed = services.update_customer(actor=actor, customer=customer, values={"display_name": "Élan"})
    renamed.refresh_from_db()
    assert (renamed.name_key, renamed.unique_key, renamed.sort_key) == ("élan", "élan", "elan")
    assert list(selectors.customers(organization, selectors.Filters(search="elan"))) == [renamed]


def test_a_business_with_contact_persons_stays_a_business(organization, actor):
    customer = services.create_customer(
        actor=actor,
        organization=organization,
        values={"display_name": "Acme", "last_name": "Roy"},
        contact_persons=[PersonRow(values={"first_name": "Anna"})],
    )
    with pytest.raises(Refused) as refusal:
        services.update_customer(actor=actor, customer=customer, values={"kind": "individual"})
    assert list(refusal.value.fields) == ["kind"]


def test_the_currency_is_fixed_by_the_first_document(organization, actor, monkeypatch):
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    customer = factories.customer(organization)
    services.update_customer(actor=actor, customer=customer, values={"currency": "USD"})
    monkeypatch.setattr(documents, "_use_sources", {Customer: [lambda organization, ids: set(ids)]})
    with pytest.raises(Refused) as refusal:
        services.update_customer(actor=actor, customer=customer, values={"currency": "EUR"})
    assert refusal.value.code == "currency_in_use"
    customer.refresh_from_db()
    assert customer.currency == "USD"


def test_a_customer_with_documents_can_be_made_inactive_but_not_deleted(organization, actor, monkeypatch):
    monkeypatch.setattr(documents, "_use_sources", {Customer: [lambda organization, ids: set(ids)]})
    customer = factories.customer(organization)
    with pytest.raises(Refused) as refusal:
        services.delete_customer(actor=actor, customer=customer)
    assert refusal.value.code == "has_documents"
    assert "inactive" in refusal.value.message
    assert services.set_status(actor=actor, customer=customer, status=Status.INACTIVE).status == "inactive"
    assert Customer.objects.filter(status="inactive").count() == 1


def test_deleting_takes_the_contact_persons_along_and_is_told(organization, actor):
    customer = services.create_customer(
        actor=actor,
        organization=organization,
        values={"display_name": "Acme"},
        contact_persons=[PersonRow(values={"first_name": "Anna"})],
    )
    services.delete_customer(actor=actor, customer=customer)
    assert not Customer.objects.exists()
    assert not ContactPerson.objects.exists()
    entry = Entry.objects.get(kind="finance.customer", verb="deleted")
    assert entry.before["contact_persons"] == ["Anna"]


def test_viewers_may_not_write_and_staff_may_not_delete(organization, viewer, staff):
    customer = factories.customer(organization)
    with pytest.raises(NotPermitted):
        services.update_customer(actor=Actor.person(viewer), customer=customer, values={"phone": "1"})
    with pytest.raises(NotPermitted):
        services.create_customer(
            actor=Actor.person(viewer), organization=organization, values={"display_name": "Other"}
        )
    with pytest.raises(NotPermitted):
        services.delete_customer(actor=Actor.person(staff), customer=customer)
    services.update_customer(actor=Actor.person(staff), customer=customer, values={"phone": "2"})
    assert Customer.objects.values_list("display_name", "phone").get() == ("Acme", "2")


def test_a_stranger_meets_the_same_answer_as_for_an_absent_organization(organization, outsider):
    customer = factories.customer(organization)
    with pytest.raises(NotFound):
        services.update_customer(actor=Actor.person(outsider), customer=customer, values={"phone": "1"})
    customer.refresh_from_db()
    assert customer.phone == ""


def test_a_sync_writes_for_somebody_who_is_no_member_but_never_deletes(organization, outsider):
    machine = Actor.person(outsider).by(Via.SYNC)
    customer = services.create_customer(
        actor=machine, organization=organization, values={"display_name": "From the CRM"}
    )
    assert Entry.objects.get(kind="finance.customer").via == "sync"
    with pytest.raises(NotFound):
        services.delete_customer(actor=machine, customer=customer)
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("text", ["creperie", "CRÊPERIE", "port cre", "contact@creperie", "CUST-00001", "0298"])
def test_search_ignores_case_and_accents_and_word_order(organization, text):
    found = factories.customer(organization, "Crêperie du Port", email="Contact@Creperie.fr", phone="0298 1")
    factories.customer(organization, "Autre")
    assert list(selectors.customers(organization, selectors.Filters(search=text))) == [found]


def test_a_free_display_name_counts_on(organization):
    assert selectors.free_display_name(organization, "Acme") == "Acme"
    factories.customer(organization, "Acme")
    assert selectors.free_display_name(organization, "ACME") == "ACME (2)"
    factories.customer(organization, "Acme (2)")
    assert selectors.free_display_name(organization, "Acme") == "Acme (3)"
    assert selectors.free_display_name(organization, "Acme", taken={"acme (3)"}) == "Acme (4)"
    long = "x" * 200
    factories.customer(organization, long)
    assert selectors.free_display_name(organization, long) == "x" * 196 + " (2)"
