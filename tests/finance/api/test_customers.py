import pytest
from django.core.cache import cache

from finance.models import ContactPerson, Customer
from finance.services.contact_persons import create_contact_person
from tests import factories


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "read", "write", "admin")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


def test_a_customer_is_created_read_changed_and_deleted(call, base, boss):
    made = call("POST", f"{base}/customers", {"display_name": "Acme", "credit_limit": "1234.50", "owner": boss.pk})
    assert made.status_code == 201
    told = made.json()
    assert (told["number"], told["currency"], told["credit_limit"], told["owner"], told["status"]) == (
        *("CUST-00001", "EUR", "1234.50", boss.pk, "active"),
    )
    one = f"{base}/customers/{told['id']}"
    read = call("GET", f"{one}?expand=owner")
    assert read.json()["owner"]["email"] == boss.email
    assert read.headers["ETag"] == made.headers["ETag"]

    assert call("PATCH", one, {"phone": "1"}).status_code == 428
    changed = call("PATCH", one, {"phone": "1", "status": "inactive"}, if_match=made.headers["ETag"])
    assert (changed.status_code, changed.json()["phone"], changed.json()["status"]) == (200, "1", "inactive")
    assert call("PATCH", one, {"phone": "2"}, if_match=made.headers["ETag"]).status_code == 412
    history = call("GET", f"{one}/history").json()["results"]
    assert [entry["verb"] for entry in history] == ["updated", "created"]
    assert call("DELETE", one, if_match=changed.headers["ETag"]).status_code == 204
    assert call("GET", one).status_code == 404
    assert [gone["id"] for gone in call("GET", f"{base}/customers?deleted=true").json()["results"]] == [told["id"]]


def test_a_list_is_read_in_three_queries(call, base, organization, django_assert_num_queries):
    for number in range(60):
        factories.customer(organization, f"Customer {number:02d}")
    call("GET", f"{base}/customers")
    with django_assert_num_queries(3):  # the key, the membership, the customers
        page = call("GET", f"{base}/customers?ordering=display_name").json()
    assert [len(page["results"]), page["results"][0]["display_name"]] == [50, "Customer 00"]
    rest = call("GET", page["next"].partition("/api/v1")[2]).json()
    assert [len(rest["results"]), rest["next"]] == [10, None]


def test_a_customer_is_created_in_eight_statements(call, base, django_assert_num_queries):
    call("POST", f"{base}/customers", {"display_name": "First"})
    # The key, the membership twice (page and service), number, name rule, customer, history, the answer; a savepoint.
    with django_assert_num_queries(8 + 2):
        assert call("POST", f"{base}/customers", {"display_name": "Acme"}).status_code == 201


def test_a_list_is_searched_filtered_and_refuses_what_it_does_not_know(call, base, organization):
    factories.customer(organization, "Crêperie du Port")
    factories.customer(organization, "Zoé", kind="individual", last_name="Petit")
    names = lambda query: [row["display_name"] for row in call("GET", f"{base}/customers?{query}").json()["results"]]  # noqa: E731
    assert names("search=creperie") == ["Crêperie du Port"]
    assert names("kind=individual") == ["Zoé"]
    assert names("number__in=CUST-00001,CUST-00009") == ["Crêperie du Port"]
    assert call("GET", f"{base}/customers?colour=red").status_code == 400


@pytest.mark.parametrize("field", ["id", "number", "organization", "unique_key", "created_at", "search_text"])
def test_fields_that_are_not_the_callers_to_set_are_refused_by_name(call, base, field):
    answer = call("POST", f"{base}/customers", {"display_name": "Acme", field: 1})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (400, [f"/{field}"])
    assert not Customer.objects.exists()


def test_a_refusal_names_the_field(call, base, organization):
    factories.customer(organization, "Acme")
    answer = call("POST", f"{base}/customers", {"display_name": "ACME"})
    assert answer.status_code == 400
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("/display_name", "duplicate_name")
    ]


def test_in_bulk_each_record_has_its_own_result_and_numbers_have_no_gap(call, base):
    records = [{"display_name": "One"}, {"display_name": "one"}, {"display_name": "Two"}]
    results = call("POST", f"{base}/customers/bulk", {"records": records}).json()["results"]
    assert [result["status"] for result in results] == [201, 400, 201]
    assert list(Customer.objects.order_by("id").values_list("number", flat=True)) == ["CUST-00001", "CUST-00002"]


def test_a_rehearsal_saves_nothing(call, base):
    told = call("POST", f"{base}/customers?dry_run=true", {"display_name": "Acme"}).json()
    assert (told["id"], told["display_name"]) == (None, "Acme")
    assert not Customer.objects.exists()


def test_contact_persons_belong_to_their_customer(call, base, organization, actor):
    acme, other = factories.customer(organization, "Acme"), factories.customer(organization, "Other")
    first = create_contact_person(actor=actor, customer=acme, values={"first_name": "Anna"})
    made = call("POST", f"{base}/contact-persons", {"customer": acme.pk, "first_name": "Bruno", "is_primary": True})
    assert (made.status_code, made.json()["is_primary"]) == (201, True)
    listed = call("GET", f"{base}/contact-persons?customer={acme.pk}&expand=customer&ordering=id").json()["results"]
    assert [(row["id"], row["is_primary"], row["customer"]["display_name"]) for row in listed] == [
        (first.pk, False, "Acme"),
        (made.json()["id"], True, "Acme"),
    ]
    one = f"{base}/contact-persons/{made.json()['id']}"
    moved = call("PATCH", one, {"customer": other.pk}, if_match=made.headers["ETag"])
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (400, "/customer")
    assert call("DELETE", one, if_match=made.headers["ETag"]).status_code == 204
    assert list(ContactPerson.objects.values_list("first_name", "is_primary")) == [("Anna", True)]


def test_a_foreign_customer_is_refused_like_an_absent_one(call, base, outsider):
    foreign = factories.customer(outsider.finance_memberships.get().organization)
    answers = [
        call("POST", f"{base}/contact-persons", {"customer": pk, "first_name": "A"}).json()["errors"]
        for pk in (foreign.pk, 999_999)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0]["pointer"] == "/customer"
    assert not ContactPerson.objects.exists()
