from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from tests import factories
from users.models import Notification, User
from users.services.notifications import Notice, forget_read, mark_all_read, mark_read, notify


@pytest.fixture
def person(db: None) -> User:
    return factories.user()


def notice(person: User, key: str = "a") -> Notice:
    return Notice(
        user_id=person.pk, kind="reminder", message="Reminder: “%(subject)s”", key=key, params={"subject": "Acme"}
    )


def unread(person: User) -> int:
    return User.objects.get(pk=person.pk).unread


def test_one_occasion_is_told_once(person: User) -> None:
    other = factories.user("other@example.com")
    assert notify([notice(person), notice(person, "b"), notice(other)]) == 3
    assert notify([notice(person), notice(person, "c")]) == 1
    assert notify([]) == 0
    assert (unread(person), unread(other)) == (3, 1)


def test_reading_counts_down_by_what_was_unread(person: User) -> None:
    other = factories.user("other@example.com")
    notify([notice(person, key) for key in "abc"] + [notice(other)])
    first = Notification.objects.filter(user=person).earliest("pk")
    foreign = Notification.objects.get(user=other)
    assert mark_read(user=person, ids=[first.pk, foreign.pk, 999_999]) == 1
    assert mark_read(user=person, ids=[first.pk]) == 0
    assert unread(person) == 2
    assert mark_all_read(user=person) == 2
    assert (unread(person), unread(other)) == (0, 1)


def test_a_sentence_is_told_in_the_readers_language_with_what_it_names(person: User) -> None:
    notify([notice(person)])
    with translation.override("en"):
        assert Notification.objects.get().text == "Reminder: “Acme”"


def test_what_was_read_long_ago_is_forgotten_and_what_is_unread_stays(person: User) -> None:
    notify([notice(person, "a"), notice(person, "b")])
    mark_read(user=person, ids=[Notification.objects.earliest("pk").pk])
    assert forget_read(before=timezone.now() - timedelta(days=90)) == 0
    assert forget_read(before=timezone.now()) == 1
    assert (Notification.objects.count(), unread(person)) == (1, 1)


def test_many_are_told_in_one_insertion(person: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(4):  # savepoint, insertion, count, its release
        notify([notice(person, str(number)) for number in range(50)])
