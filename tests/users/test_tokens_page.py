"""API tokens in the settings: shown once, listed by their ends, revoked at once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from finsuite.kernel import tenants
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import ApiToken, User
from users.services.tokens import create_token, find_live_token

FORM: dict[str, Any] = {"name": "laptop", "scopes": ["read", "write"], "lifetime": "90"}


def test_a_new_token_is_shown_this_once_and_works(signed_in: Client, person: User) -> None:
    response = signed_in.post("/settings/tokens/", FORM)
    plain = re.search(r'<code id="new-token"[^>]*>(\S+)</code>', response.content.decode()).group(1)  # type: ignore[union-attr]
    token = find_live_token(plain)
    assert token is not None
    assert (token.user, token.name, token.scopes) == (person, "laptop", ["read", "write"])
    assert token.expires_at is not None
    assert abs(token.expires_at - timezone.now() - dt.timedelta(days=90)) < dt.timedelta(minutes=1)
    assert "no-store" in response.headers["Cache-Control"]
    again = signed_in.get("/settings/tokens/").content.decode()
    assert plain not in again
    assert f"…{plain[-4:]}" in again


def test_a_token_may_work_until_it_is_revoked(signed_in: Client) -> None:
    signed_in.post("/settings/tokens/", {**FORM, "lifetime": "0"})
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("change", "field"), [({"name": " "}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["root"]}, "scopes")]
)
def test_a_token_without_name_or_scope_is_not_made(signed_in: Client, change: dict[str, Any], field: str) -> None:
    response = signed_in.post("/settings/tokens/", {**FORM, **change})
    assert (response.status_code, ApiToken.objects.count()) == (422, 0)
    assert f'id="id_{field}_error"' in response.content.decode()


def test_a_revoked_token_is_refused_at_once_and_stays_in_the_list(signed_in: Client, person: User) -> None:
    token, plain = create_token(actor=Actor.person(person), user=person, name="laptop")
    assert signed_in.post(f"/settings/tokens/{token.pk}/revoke/").headers["Location"] == "/settings/tokens/"
    assert find_live_token(plain) is None
    html = signed_in.get("/settings/tokens/").content.decode()
    assert "Revoked" in html
    assert f"revoke-{token.pk}" not in html


def test_another_persons_token_is_neither_listed_nor_revoked(signed_in: Client) -> None:
    other = factories.user("pierre@example.com")
    token, plain = create_token(actor=Actor.person(other), user=other, name="not Marie's")
    assert signed_in.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert find_live_token(plain) == token
    assert "not Marie" not in signed_in.get("/settings/tokens/").content.decode()


def test_looking_at_the_tokens_revokes_none(signed_in: Client, person: User) -> None:
    token, plain = create_token(actor=Actor.person(person), user=person, name="laptop")
    assert signed_in.get(f"/settings/tokens/{token.pk}/revoke/").status_code == 405
    assert find_live_token(plain) == token


def test_the_list_is_one_query_however_long(
    signed_in: Client, person: User, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenants, "_providers", {})
    for at in range(20):
        create_token(actor=Actor.person(person), user=person, name=f"token {at}")
    with django_assert_num_queries(3):  # session, person, tokens
        signed_in.get("/settings/tokens/")
