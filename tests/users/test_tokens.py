"""API keys: made, used, revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from tests import factories
from tests.api.conftest import Program
from users.models import ApiToken, User
from users.services.tokens import MOST_LIVE_TOKENS, create_token, digest_of, find_live_token, revoke_token

pytestmark = pytest.mark.django_db
PASSWORD = "let me in"


@pytest.fixture
def person() -> User:
    return factories.user()


@pytest.fixture
def actor(person: User) -> Actor:
    return Actor.person(person)


def test_a_key_is_256_random_bits_and_only_its_digest_is_kept(person: User, actor: Actor) -> None:
    token, plain = create_token(actor=actor, user=person, name="laptop")
    assert re.fullmatch(r"fsk_[A-Za-z0-9_-]{43}", plain)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert plain not in str(row)
    assert (row["prefix"], row["last_four"], row["digest"]) == ("fsk_", plain[-4:], digest_of(plain))
    assert row["scopes"] == ["read", "write"]
    told = Entry.objects.filter(kind="users.apitoken").values().get()
    assert (told["verb"], told["user_id"], told["after"]["last_four"]) == ("created", person.pk, plain[-4:])
    assert plain not in str(told)
    assert row["digest"] not in str(told)


def test_a_live_key_is_found_in_one_query_and_its_use_noted_once_a_minute(
    person: User, actor: Actor, django_assert_num_queries: Any
) -> None:
    token, plain = create_token(actor=actor, user=person, name="laptop")
    with django_assert_num_queries(5):  # the key, and between two savepoints: when it was used, and the history
        found = find_live_token(plain)
    assert found == token
    noted = ApiToken.objects.get(pk=token.pk).last_used_at
    assert noted is not None
    with django_assert_num_queries(1):
        find_live_token(plain)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == noted
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(seconds=61))
    find_live_token(plain)
    assert ApiToken.objects.get(pk=token.pk).last_used_at > noted  # type: ignore[operator]


def test_the_first_use_of_a_key_on_a_day_is_in_the_history(person: User, actor: Actor) -> None:
    token, plain = create_token(actor=actor, user=person, name="laptop")

    def told() -> list[Any]:
        rows = Entry.objects.filter(kind="users.apitoken", record_id=token.pk, verb="used").order_by("id")
        return list(rows.values_list("user_id", "via", "after"))

    for _use in range(3):
        ApiToken.objects.filter(last_used_at__isnull=False).update(last_used_at=timezone.now() - timedelta(seconds=0))
        find_live_token(plain, address="192.0.2.7")
    once = (person.pk, "api", {"address": "192.0.2.7"})
    assert told() == [once]
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(days=1))
    find_live_token(plain, address="192.0.2.7")
    assert told() == [once, once]
    assert plain not in str(list(Entry.objects.values()))


def test_a_revoked_an_expired_and_an_unknown_key_and_that_of_somebody_inactive_are_none(
    person: User, actor: Actor
) -> None:
    token, plain = create_token(actor=actor, user=person, name="laptop")
    assert find_live_token(plain + "x") is None
    ApiToken.objects.update(expires_at=timezone.now())
    assert find_live_token(plain) is None
    ApiToken.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    assert find_live_token(plain) == token
    User.objects.update(is_active=False)
    assert find_live_token(plain) is None
    User.objects.update(is_active=True)
    revoke_token(actor=actor, user=person, token_id=token.pk)
    assert find_live_token(plain) is None


def test_revoking_twice_is_once_in_the_history(person: User, actor: Actor) -> None:
    token, _plain = create_token(actor=actor, user=person, name="laptop")
    first = revoke_token(actor=actor, user=person, token_id=token.pk).revoked_at
    assert revoke_token(actor=actor, user=person, token_id=token.pk).revoked_at == first
    assert Entry.objects.filter(verb="revoked").count() == 1


def test_nobody_revokes_the_key_of_another(person: User, actor: Actor) -> None:
    token, plain = create_token(actor=actor, user=person, name="laptop")
    other = factories.user("other@example.com")
    with pytest.raises(NotFound):
        revoke_token(actor=Actor.person(other), user=other, token_id=token.pk)
    assert find_live_token(plain) == token


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes"),
        ({"name": "x", "expires_at": timezone.now()}, "expires_at"),
    ],
)
def test_what_cannot_be_a_key_is_refused(person: User, actor: Actor, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_token(actor=actor, user=person, **values)
    assert set(refusal.value.fields) == {field}
    assert ApiToken.objects.count() == 0


def test_a_person_has_so_many_live_keys_at_most(person: User, actor: Actor) -> None:
    ApiToken.objects.bulk_create(
        [ApiToken(user=person, name=str(n), digest=str(n), scopes=["read"]) for n in range(MOST_LIVE_TOKENS)]
    )
    with pytest.raises(Refused):
        create_token(actor=actor, user=person, name="one more")
    revoke_token(actor=actor, user=person, token_id=ApiToken.objects.earliest("pk").pk)
    create_token(actor=actor, user=person, name="one more")


def _sign_in(email: str = "person@example.com", password: str = PASSWORD, **more: Any) -> Any:
    return Program()("POST", "/tokens", {"email": email, "password": password, "name": "laptop", **more})


def test_a_key_is_made_over_the_api_shown_once_and_works(person: User) -> None:
    answer = _sign_in(email="Person@Example.com", scopes=["write"], expires_at="2100-01-01T00:00:00Z")
    told = answer.json()
    assert answer.status_code == 201
    assert (told["scopes"], told["expires_at"]) == (["write"], "2100-01-01T00:00:00Z")
    call = Program(told["token"])
    assert call("GET", "/me").json() == {
        "user": {
            "id": person.pk,
            "email": "person@example.com",
            "first_name": "",
            "last_name": "",
            "language": "en",
            "time_zone": "Europe/Paris",
        },
        "crm": [],
        "finance": [],
        "portals": [],
    }
    (listed,) = call("GET", "/tokens").json()["results"]
    assert set(told) - set(listed) == {"token"}
    assert call("DELETE", f"/tokens/{told['id']}").status_code == 204
    answer = call("GET", "/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="finsuite"')


def test_only_a_key_with_the_scope_admin_revokes_another(person: User, program: Any) -> None:
    token, plain = create_token(actor=Actor.person(person), user=person, name="laptop")
    answer = program(person, "write")("DELETE", f"/tokens/{token.pk}")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:finsuite:problem:scope")
    assert find_live_token(plain) == token
    assert program(person, "admin")("DELETE", f"/tokens/{token.pk}").status_code == 204
    assert find_live_token(plain) is None


def test_every_wrong_sign_in_answers_alike(person: User) -> None:
    User.objects.create_user("gone@example.com", PASSWORD, is_active=False)
    answers = [_sign_in(password="wrong"), _sign_in(email="nobody@example.com"), _sign_in(email="gone@example.com")]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1
    assert ApiToken.objects.count() == 0


def test_five_wrong_tries_lock_the_account_for_this_address(person: User) -> None:
    assert [_sign_in(password=f"wrong {n}").status_code for n in range(5)] == [400, 400, 400, 400, 429]
    answer = _sign_in()
    assert list(Entry.objects.filter(verb="sign_in_failed").values_list("record_id", "via")) == [(person.pk, "api")] * 5
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert answer.headers["Content-Type"] == "application/problem+json"
    answer = Program(x_forwarded_for="10.1.1.1")(
        "POST", "/tokens", {"email": person.email, "password": PASSWORD, "name": "x"}
    )
    assert answer.status_code == 429
    assert ApiToken.objects.count() == 0


def test_the_scopes_include_each_other() -> None:
    def allowed(*held: str) -> list[str]:
        return [scope for scope in ApiToken.Scope.values if ApiToken(scopes=held).allows(scope)]

    assert allowed("read") == ["read"]
    assert allowed("write") == ["read", "write"]
    assert allowed("admin") == ["read", "write", "admin"]
    assert allowed() == allowed("nonsense") == []
