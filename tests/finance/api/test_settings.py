import pytest
from django.core.cache import cache

from finance.models import Currency, Membership
from tests import factories


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "read", "write", "admin")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}"


def test_currencies_are_added_changed_and_kept(call, base):
    made = call("POST", f"{base}/currencies", {"code": "USD", "rate": "0.916666666666667"})
    assert (made.status_code, made.json()["rate"]) == (201, "0.916666666666667")
    one = f"{base}/currencies/{made.json()['id']}"
    assert call("PATCH", one, {"code": "GBP"}, if_match=made.headers["ETag"]).status_code == 400
    changed = call("PATCH", one, {"is_active": False}, if_match=made.headers["ETag"])
    assert changed.json()["is_active"] is False
    assert call("DELETE", one, if_match=changed.headers["ETag"]).status_code == 409
    assert sorted(Currency.objects.values_list("code", flat=True)) == ["EUR", "USD"]


def test_members_are_added_given_a_role_and_removed(call, base, boss):
    factories.user("new@example.com", last_name="New")
    made = call("POST", f"{base}/members", {"email": "new@example.com", "role": "viewer"})
    assert (made.status_code, made.json()["role"], made.json()["is_owner"]) == (201, "viewer", False)
    one = f"{base}/members/{made.json()['id']}"
    changed = call("PATCH", one, {"role": "accountant"}, if_match=made.headers["ETag"])
    assert changed.json()["role"] == "accountant"
    listed = call("GET", f"{base}/members?expand=user").json()["results"]
    assert [row["user"]["email"] for row in listed] == [boss.email, "new@example.com"]
    assert call("DELETE", one, if_match=changed.headers["ETag"]).status_code == 204
    assert Membership.objects.count() == 1


def test_me_lists_the_finance_organizations(call, organization):
    assert call("GET", "/me").json()["finance"] == [
        {"id": organization.pk, "name": "Dupont Frères", "role": "admin", "apps": organization.apps}
    ]
