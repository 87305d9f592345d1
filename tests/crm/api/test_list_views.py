from crm.models import ListView
from tests import factories


def test_a_list_is_narrowed_by_a_view_of_ones_own(call, organization, admin, standard, program):
    base = f"/crm/{organization.pk}"
    for name, industry in (("One", "Énergie"), ("Two", "energie verte"), ("Three", "Wood")):
        factories.account(organization, name=name, industry=industry)
    criteria = [{"any": [{"field": "industry", "comparator": "contains", "value": "ENERGIE"}]}]
    values = {"module": "accounts", "name": "Energy", "scope": "criteria", "criteria": criteria, "owner": admin.pk}
    made = call("POST", f"{base}/list-views", values)
    assert made.status_code == 201, made.content
    view = made.json()
    assert (view["visibility"], view["pin"], view["is_default"]) == ("private", None, False)
    kept = call("GET", f"{base}/accounts?view={view['id']}&ordering=name&count=true&limit=1").json()
    assert ([row["name"] for row in kept["results"]], kept["count"]) == (["One"], 2)
    rest = call("GET", kept["next"].split("/api/v1")[1]).json()
    assert [row["name"] for row in rest["results"]] == ["Two"]
    other = program(standard, "read", "write")
    assert other("GET", f"{base}/accounts?view={view['id']}").status_code == 404
    assert call("GET", f"{base}/contacts?view={view['id']}").status_code == 404
    assert call("GET", f"{base}/accounts?view=x").status_code == 404
    assert call("GET", f"{base}/accounts?view={view['id']}&view=1").status_code == 400


def test_a_list_by_view_takes_the_same_statements_whatever_its_length(
    call, organization, admin, django_assert_num_queries
):
    base = f"/crm/{organization.pk}"
    values = {"module": "accounts", "name": "Mine", "scope": "mine", "owner": admin.pk}
    view = call("POST", f"{base}/list-views", values).json()["id"]
    counts = []
    for more in (1, 49):
        for number in range(more):
            factories.account(organization, name=f"Account {more} {number}", owner_id=admin.pk)
        with django_assert_num_queries(5) as asked:  # key, membership, rights; view, rows
            rows = call("GET", f"{base}/accounts?view={view}").json()["results"]
        counts.append((len(rows), len(asked)))
    assert counts == [(1, 5), (50, 5)]


def test_a_view_is_pinned_chosen_and_copied(call, organization, admin):
    base = f"/crm/{organization.pk}/list-views"
    every = ListView.objects.of(organization).get(name="All Accounts").pk
    assert call("POST", f"{base}/{every}/pin").json()["pin"] == 0
    assert call("POST", f"{base}/{every}/make-default").json()["is_default"] is True
    assert call("POST", f"{base}/{every}/unpin").json()["pin"] is None
    assert call("POST", f"{base}/{every}/clear-default").json()["is_default"] is False
    copy = call("POST", f"{base}/{every}/clone", {})
    assert (copy.status_code, copy.json()["owner"], copy.json()["name"]) == (201, admin.pk, "All Accounts (copy)")
    assert call("POST", f"{base}/{every}/clone", {"name": "Chosen"}).json()["name"] == "Chosen"


def test_who_shares_what_is_told_and_refused_by_field(call, organization, standard):
    base = f"/crm/{organization.pk}/list-views"
    values = {
        "module": "accounts",
        "name": "Ours",
        "scope": "all",
        "visibility": "shared",
        "shared_people": [standard.pk],
    }
    made = call("POST", base, values)
    assert (made.status_code, made.json()["shared_people"]) == (201, [standard.pk])
    wrong = call("PATCH", f"{base}/{made.json()['id']}", {"shared_people": "all"}, if_match=made.headers["ETag"])
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/shared_people"]
