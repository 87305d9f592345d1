"""Signing in by e-mail, the lock-out, and signing out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from tests import factories
from users.models import User

WRONG = "This e-mail and password don&#x27;t belong together. Check both and try again."


def _try(client: Client, email: str, password: str = "wrong", **headers: Any) -> Any:
    return client.post("/sign-in/", {"username": email, "password": password}, **headers)


def _is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_leads_to_the_start_page(client: Client, person: User) -> None:
    response = _try(client, "  MARIE@example.com ", "let me in")
    assert (response.status_code, response.headers["Location"], _is_in(client)) == (302, "/", True)


@pytest.mark.parametrize("email", ["marie@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_person_are_answered_alike(client: Client, person: User, email: str) -> None:
    response = _try(client, email)
    assert (response.status_code, _is_in(client)) == (422, False)
    assert WRONG in response.content.decode()


def test_who_was_shut_out_is_answered_like_everybody(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    response = _try(client, person.email, "let me in")
    assert (response.status_code, _is_in(client)) == (422, False)
    assert WRONG in response.content.decode()


def test_the_fifth_wrong_password_closes_the_door_even_to_the_right_one(client: Client, person: User) -> None:
    assert [_try(client, person.email).status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    response = _try(client, person.email, "let me in")
    assert (response.status_code, response.headers["Retry-After"], _is_in(client)) == (429, "900", False)
    assert "Signing in is closed for 15 minutes." in response.content.decode()


def test_writing_the_e_mail_otherwise_is_no_way_round_the_lock(client: Client, person: User) -> None:
    for email in [
        "marie@example.com",
        "MARIE@example.com",
        " marie@Example.com",
        "Marie@example.com ",
        "marie@EXAMPLE.com",
    ]:
        _try(client, email)
    assert _try(client, person.email, "let me in").status_code == 429


def test_a_forged_header_is_no_way_round_the_lock(client: Client, person: User) -> None:
    for at in range(5):
        _try(client, person.email, headers={"X-Forwarded-For": f"10.0.0.{at}"})
    assert _try(client, person.email, "let me in", headers={"X-Forwarded-For": "10.9.9.9"}).status_code == 429


def test_the_lock_is_on_one_person_from_one_address(client: Client, person: User) -> None:
    for _attempt in range(5):
        _try(client, "other@example.com")
    assert _try(client, person.email, "let me in").status_code == 302


def test_somebody_elses_lock_does_not_shut_the_person_out_elsewhere(client: Client, person: User) -> None:
    for _attempt in range(5):
        _try(client, person.email)
    assert _try(client, person.email, "let me in", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_the_lock_opens_after_a_quarter_of_an_hour(client: Client, person: User) -> None:
    for _attempt in range(5):
        _try(client, person.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15, seconds=1))
    assert _try(client, person.email, "let me in").status_code == 302


def test_each_wrong_password_is_in_the_history_without_what_was_typed(client: Client, person: User) -> None:
    for _attempt in range(7):
        _try(client, " MARIE@example.com", "s3cret typed")
    _try(client, "my password by mistake@example.com", "s3cret typed", REMOTE_ADDR="192.0.2.7")
    told = Entry.objects.filter(verb="sign_in_failed").order_by("id")
    facts = ("kind", "record_id", "record_label", "actor_label", "user_id", "via", "after")
    known = ("users.user", person.pk, str(person), "127.0.0.1", None, "page", {"address": "127.0.0.1"})
    unknown = ("users.user", None, "", "192.0.2.7", None, "page", {"address": "192.0.2.7"})
    assert list(told.values_list(*facts)) == [known] * 5 + [unknown]
    assert "typed" not in str(list(Entry.objects.values()))
    assert "mistake" not in str(list(Entry.objects.values()))


def test_an_empty_form_and_the_right_password_are_no_failures(client: Client, person: User) -> None:
    assert _try(client, "", "").status_code == 422
    assert _try(client, person.email, "let me in").status_code == 302
    assert Entry.objects.filter(verb="sign_in_failed").count() == 0


def test_signing_in_starts_the_count_anew(client: Client, person: User) -> None:
    for _round in range(2):
        assert [_try(client, person.email).status_code for _ in range(4)] == [422] * 4
        assert _try(client, person.email, "let me in").status_code == 302
        client.logout()


def test_signing_in_gives_the_session_another_key(client: Client, person: User) -> None:
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = session.session_key
    _try(client, person.email, "let me in")
    assert client.session.session_key != before


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(client: Client, person: User, target: str) -> None:
    response = client.post("/sign-in/", {"username": person.email, "password": "let me in", "next": target})
    assert response.headers["Location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client, person: User) -> None:
    asked = client.get("/settings/password/").headers["Location"]
    assert asked == "/sign-in/?next=/settings/password/"
    response = client.post(asked, {"username": person.email, "password": "let me in", "next": "/settings/password/"})
    assert response.headers["Location"] == "/settings/password/"


def test_the_form_lets_a_password_manager_help(client: Client, db: None) -> None:
    html = client.get("/sign-in/").content.decode()
    assert 'autocomplete="username"' in html
    assert 'autocomplete="current-password"' in html
    assert "onpaste" not in html


def test_the_sign_in_page_is_kept_by_no_cache(client: Client, db: None) -> None:
    assert "no-store" in client.get("/sign-in/").headers["Cache-Control"]


def test_signing_out_takes_a_post(signed_in: Client) -> None:
    assert signed_in.get("/sign-out/").status_code == 405
    assert _is_in(signed_in)
    assert signed_in.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert not _is_in(signed_in)


def test_a_sign_in_from_another_site_is_refused(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = _try(client, person.email, "let me in")
    assert (response.status_code, _is_in(client)) == (403, False)
    assert "This form is too old or came from elsewhere." in response.content.decode()


def test_the_demos_people_are_offered_while_they_exist(client: Client, settings: Any, db: None) -> None:
    settings.DEMO_BANNER = True
    factories.user("admin@demo.finsuite.test", is_demo=True)
    html = client.get("/sign-in/").content.decode()
    assert 'data-fill-email="admin@demo.finsuite.test"' in html
    cache.clear()
    User.objects.filter(is_demo=True).delete()
    assert "data-fill-email" not in client.get("/sign-in/").content.decode()


def test_the_language_can_be_chosen_before_signing_in(client: Client, db: None) -> None:
    response = client.post("/language/", {"language": "fr", "next": "/sign-in/"})
    assert response.headers["Location"] == "/sign-in/"
    assert '<html lang="fr"' in client.get("/sign-in/").content.decode()
    assert client.get("/language/").status_code == 405
