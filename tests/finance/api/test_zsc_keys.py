import pytest
from django.core.cache import cache

from finance.models import ZscKey
from finance.services.zsc_keys import verify
from finsuite.kernel.actors import Actor


@pytest.fixture
def call(program, boss):
    cache.clear()
    return program(boss, "admin")


@pytest.fixture
def base(organization):
    return f"/finance/{organization.pk}/zsc-keys"


def test_a_key_is_generated_listed_without_it_regenerated_and_revoked(call, base, boss):
    made = call("POST", base, {"app": "books"})
    told = made.json()
    assert (made.status_code, told["app"], told["email"], told["user"]) == (201, "books", boss.email, boss.pk)
    assert verify(actor=Actor.person(boss), email=boss.email, key=told["key"]).key.pk == told["id"]
    listed = call("GET", f"{base}?app=books").json()["results"]
    assert [(row["id"], row["last_four"], "key" in row) for row in listed] == [(told["id"], told["key"][-4:], False)]
    renewed = call("POST", f"{base}/{told['id']}/regenerate").json()
    assert renewed["key"] != told["key"]
    assert call("DELETE", f"{base}/{told['id']}").status_code == 204
    assert call("GET", base).json()["results"] == []
    assert call("POST", f"{base}/{told['id']}/regenerate").status_code == 404


def test_the_same_idempotency_key_shows_no_secret_twice(call, base):
    first = call("POST", base, {"app": "books"}, idempotency_key="once")
    again = call("POST", base, {"app": "books"}, idempotency_key="once")
    assert (first.status_code, again.status_code) == (201, 400)
    assert "zsc_" not in again.content.decode()
    assert ZscKey.objects.count() == 1


def test_a_program_that_may_only_write_makes_no_keys(program, boss, base):
    answer = program(boss, "read", "write")("POST", base, {"app": "books"})
    assert answer.status_code == 403
    assert not ZscKey.objects.exists()
