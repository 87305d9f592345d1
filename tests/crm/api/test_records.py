import pytest

from audit.models import Entry
from crm.choices import Module
from crm.models import Account, Contact
from tests import factories


@pytest.fixture
def base(organization):
    return f"/crm/{organization.pk}"


def test_an_account_is_created_read_changed_and_deleted(call, base, organization, admin):
    made = call("POST", f"{base}/accounts", {"name": "Société Générale", "annual_revenue": "1200.50", "tags": ["vip"]})
    assert made.status_code == 201, made.content
    record = made.json()
    assert (record["name"], record["annual_revenue"], record["currency"]) == ("Société Générale", "1200.50", "EUR")
    assert (record["owner"], record["tags"]) == (admin.pk, ["vip"])
    place = f"{base}/accounts/{record['id']}"
    changed = call("PATCH", place, {"phone": "01 02"}, if_match=made.headers["ETag"])
    assert (changed.status_code, changed.json()["phone"]) == (200, "01 02")
    assert call("PATCH", place, {"phone": "9"}, if_match=made.headers["ETag"]).status_code == 412
    assert call("PATCH", place, {"phone": "9"}).status_code == 428
    assert call("DELETE", place, if_match=changed.headers["ETag"]).status_code == 204
    assert call("GET", place).status_code == 404
    tombs = call("GET", f"{base}/accounts?deleted=true").json()["results"]
    assert [tomb["id"] for tomb in tombs] == [record["id"]]
    assert list(Entry.objects.filter(kind="crm.account").values_list("verb", "via")) == [
        ("deleted", "api"),
        ("updated", "api"),
        ("created", "api"),
    ]


def test_faults_name_the_fields_as_the_api_does(call, base):
    answer = call("POST", f"{base}/contacts", {"last_name": "Martin", "email": "no", "account": 999})
    assert answer.status_code == 400
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == ["/account", "/email"]
    assert not Contact.objects.exists()


def test_a_list_is_filtered_searched_ordered_and_expanded(call, base, organization, standard):
    acme = factories.account(organization, name="Écho", industry="Steel", owner_id=standard.pk)
    factories.account(organization, name="Beta", industry="Wood")
    listed = call("GET", f"{base}/accounts?ordering=name&count=true").json()
    assert ([row["name"] for row in listed["results"]], listed["count"]) == (["Beta", "Écho"], 2)
    found = call("GET", f"{base}/accounts?search=echo&expand=owner").json()["results"]
    assert [(row["id"], row["owner"]["email"]) for row in found] == [(acme.pk, "standard@example.com")]
    assert [row["name"] for row in call("GET", f"{base}/accounts?industry=Wood").json()["results"]] == ["Beta"]
    assert call("GET", f"{base}/accounts?nonsense=1").status_code == 400


def test_a_batch_answers_row_by_row(call, base):
    rows = [{"name": "One"}, {"name": "x" * 101}, {"name": "Three", "currency": "USD"}, {"name": "Four"}]
    results = call("POST", f"{base}/accounts/bulk", {"records": rows}).json()["results"]
    assert [result["status"] for result in results] == [201, 400, 400, 201]
    assert sorted(Account.objects.values_list("name", flat=True)) == ["Four", "One"]


def test_the_statements_of_a_write_and_of_a_list_are_on_record(call, base, organization, django_assert_num_queries):
    for number in range(3):
        factories.account(organization, name=f"Account {number}")
    call("GET", f"{base}/accounts")  # the key's last use is noted once a while
    with django_assert_num_queries(4):  # key, membership, rights, page
        call("GET", f"{base}/accounts?expand=owner")
    with django_assert_num_queries(9):  # key, membership, rights, savepoint, right, insert, history, release, read
        call("POST", f"{base}/accounts", {"name": "Acme"})


def test_a_list_view_is_made_used_and_refused_by_name(call, base, organization, standard, program):
    views = call("GET", f"{base}/list-views").json()["results"]
    assert [view["name"] for view in views] == [
        name
        for module in ("Accounts", "Contacts", "Deals", "Products", "Vendors")
        for name in (f"All {module}", f"My {module}")
    ]
    body = {
        "module": "accounts",
        "name": "Steel",
        "scope": "criteria",
        "criteria": [{"field": "industry", "comparator": "is", "value": "Steel"}],
    }
    made = call("POST", f"{base}/list-views", body)
    assert made.status_code == 201, made.content
    wrong = {**body, "name": "Other", "criteria": [{"field": "nonsense", "comparator": "is", "value": "x"}]}
    refused = call("POST", f"{base}/list-views", wrong)
    assert refused.status_code == 400
    assert "nonsense" in refused.json()["errors"][0]["message"]
    mine = program(standard)
    assert mine("POST", f"{base}/list-views", {**body, "name": "Shared"}).status_code == 403
    own = mine("POST", f"{base}/list-views", {**body, "name": "Own", "owner": standard.pk})
    assert own.status_code == 201
    assert call("GET", f"{base}/list-views/{own.json()['id']}").status_code == 404


def test_setup_is_read_by_members_and_written_with_the_admin_scope_and_the_setup_right(
    call, base, organization, standard, admin, program
):
    profiles = call("GET", f"{base}/profiles").json()["results"]
    assert [(profile["name"], profile["rights"]) for profile in profiles] == [
        ("Administrator", dict.fromkeys(Module, 4)),
        ("Standard", dict.fromkeys(Module, 3)),
        ("Read-only", dict.fromkeys(Module, 1)),
    ]
    body = {"name": "Sales", "rights": {"accounts": 4}}
    assert program(admin)("POST", f"{base}/profiles", body).status_code == 403
    assert program(standard, "read", "write", "admin")("POST", f"{base}/profiles", body).status_code == 403
    made = call("POST", f"{base}/profiles", body)
    assert (made.status_code, made.json()["rights"]) == (201, {**dict.fromkeys(Module, 0), "accounts": 4})
    newcomer = factories.user("new@example.com")
    added = call("POST", f"{base}/members", {"email": "NEW@example.com", "profile": made.json()["id"]})
    assert (added.status_code, added.json()["user"]) == (201, newcomer.pk)
    dollars = call("POST", f"{base}/currencies", {"code": "USD", "rate": "1.085000000"})
    assert (dollars.status_code, dollars.json()["rate"]) == (201, "1.085000000")
    again = call("PATCH", f"{base}/currencies/{dollars.json()['id']}", {"rate": "-1"}, if_match=dollars.headers["ETag"])
    assert again.status_code == 400
    gone = call("DELETE", f"{base}/currencies/{dollars.json()['id']}", if_match=dollars.headers["ETag"])
    assert gone.status_code == 400


def test_a_reader_and_an_outsider_get_what_they_may(base, organization, reader, outsider, program):
    account = factories.account(organization)
    look, stranger = program(reader), program(outsider)
    assert look("GET", f"{base}/accounts/{account.pk}").status_code == 200
    assert look("POST", f"{base}/accounts", {"name": "No"}).status_code == 403
    assert look("DELETE", f"{base}/accounts/{account.pk}", if_match='"x"').status_code == 403
    for path in (f"{base}/accounts", f"{base}/accounts/{account.pk}", f"{base}/accounts/{account.pk + 99}"):
        assert stranger("GET", path).status_code == 404
    assert Account.objects.count() == 1
