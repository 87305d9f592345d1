"""A person's own settings: what they change, and at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories
from users.models import User
from users.services.profile import change_password, update_profile

SETTINGS: dict[str, Any] = {
    "first_name": "Marie",
    "last_name": "Curie",
    "language": "fr",
    "theme": "dark",
    "time_zone": "Asia/Tokyo",
}


def _html(text: str) -> str:
    return re.search(r"<html[^>]*>", text).group()  # type: ignore[union-attr]


def test_language_theme_and_shortcuts_hold_from_the_next_page_on(signed_in: Client, person: User) -> None:
    assert 'lang="en" dir="ltr" data-theme="system" data-shortcuts="on"' in _html(signed_in.get("/").content.decode())
    response = signed_in.post("/settings/", SETTINGS)
    assert response.headers["Location"] == "/settings/"
    assert 'lang="fr" dir="ltr" data-theme="dark" data-shortcuts="off"' in _html(signed_in.get("/").content.decode())
    assert signed_in.get("/").headers["Content-Language"] == "fr"


def test_the_language_stays_on_the_sign_in_page(signed_in: Client) -> None:
    signed_in.post("/settings/", SETTINGS)
    signed_in.post("/sign-out/")
    assert 'lang="fr"' in _html(signed_in.get("/sign-in/").content.decode())


def test_the_persons_language_counts_more_than_the_browsers(signed_in: Client) -> None:
    html = signed_in.get("/", headers={"Accept-Language": "fr"}).content.decode()
    assert 'lang="en"' in _html(html)


def test_the_language_of_one_request_is_not_that_of_the_next(signed_in: Client, client: Client) -> None:
    signed_in.post("/settings/", SETTINGS)
    signed_in.get("/")
    assert 'lang="en"' in _html(Client().get("/sign-in/").content.decode())


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "xx"), ("theme", "neon"), ("time_zone", "Mars/Olympus"), ("first_name", "a" * 101)],
)
def test_a_wrong_setting_is_told_beside_its_field_and_nothing_is_saved(
    signed_in: Client, person: User, field: str, value: str
) -> None:
    response = signed_in.post("/settings/", {**SETTINGS, field: value})
    person.refresh_from_db()
    assert (response.status_code, person.language, person.theme) == (422, "en", "system")
    assert f'id="id_{field}_error"' in response.content.decode()


def test_settings_that_stay_the_same_write_nothing(person: User, django_assert_num_queries: Any) -> None:
    values = {name: getattr(person, name) for name in ("first_name", "language", "theme")}
    with django_assert_num_queries(3):  # savepoint, the locked row, release
        update_profile(actor=Actor.person(person), user=person, values=values)
    assert not Entry.objects.filter(kind="users.user").exists()


def test_a_change_of_settings_is_in_the_history(person: User) -> None:
    update_profile(actor=Actor.person(person), user=person, values={"theme": "dark"})
    entry = Entry.objects.get(kind="users.user", record_id=person.pk)
    assert (entry.verb, entry.before, entry.after) == ("updated", {"theme": "system"}, {"theme": "dark"})
    assert entry.user_id == person.pk


def test_nobody_changes_another_persons_settings(person: User) -> None:
    other = factories.user("pierre@example.com")
    with pytest.raises(NotPermitted):
        update_profile(actor=Actor.person(other), user=person, values={"theme": "dark"})
    with pytest.raises(NotPermitted):
        change_password(actor=Actor.person(other), user=person, old="let me in", new="a new long sentence")
    person.refresh_from_db()
    assert (person.theme, person.check_password("let me in")) == ("system", True)


@pytest.mark.parametrize("field", ["email", "is_staff", "is_superuser", "is_demo", "password", "id"])
def test_the_rest_of_a_person_can_not_be_written_as_a_setting(person: User, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        update_profile(actor=Actor.person(person), user=person, values={field: "1"})
    assert list(refusal.value.fields) == [field]


def _change(client: Client, old: str, new: str) -> Any:
    return client.post("/settings/password/", {"old_password": old, "new_password": new})


def test_a_new_password_ends_the_other_sign_ins_and_keeps_this_one(signed_in: Client, person: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert _change(signed_in, "let me in", "a new long sentence").status_code == 302
    assert signed_in.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    person.refresh_from_db()
    assert person.check_password("a new long sentence")
    assert Entry.objects.get(kind="users.user").verb == "password_changed"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "a new long sentence", "old_password"),
        ("let me in", "short", "new_password"),
        ("let me in", "password123", "new_password"),
        ("let me in", "marie@example.com", "new_password"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    signed_in: Client, person: User, old: str, new: str, field: str
) -> None:
    response = _change(signed_in, old, new)
    person.refresh_from_db()
    assert (response.status_code, person.check_password("let me in")) == (422, True)
    assert f'id="id_{field}_error"' in response.content.decode()
    assert not Entry.objects.filter(kind="users.user").exists()


def test_a_password_is_never_in_the_page(signed_in: Client) -> None:
    html = _change(signed_in, "wrong-old-one", "a new long sentence").content.decode()
    assert "wrong-old-one" not in html
    assert "a new long sentence" not in html
