"""History is only ever added to: the database sees to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction

from audit.models import Entry
from audit.services import record, record_many
from finsuite.kernel.actors import Actor, Via
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return factories.user()


@pytest.fixture
def entry(person: User) -> Entry:
    return record(
        actor=Actor.person(person, via=Via.API), tenant="crm:1", subject=person, verb="updated", after={"theme": "dark"}
    )


def _refused(act: Callable[[], object]) -> bool:
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        act()
    return True


def test_an_entry_tells_who_did_what_by_which_path(entry: Entry, person: User) -> None:
    assert Entry.objects.filter(pk=entry.pk).values_list(
        "tenant", "kind", "record_id", "record_label", "verb", "before", "after", "user_id", "actor_label", "via"
    ).get() == (
        *("crm:1", "users.user", person.pk, "person@example.com", "updated"),
        *({}, {"theme": "dark"}, person.pk, "person@example.com", "api"),
    )


def test_many_entries_are_written_in_one_statement(
    person: User, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        record_many(
            actor=Actor.person(person),
            tenant="crm:1",
            verb="updated",
            changes=[(person, {"theme": "dark"}, {"theme": "light"})] * 500,
        )
    assert Entry.objects.filter(verb="updated", after={"theme": "light"}).count() == 500


def test_the_database_refuses_to_change_an_entry(entry: Entry) -> None:
    assert _refused(lambda: Entry.objects.filter(pk=entry.pk).update(verb="nothing"))
    assert Entry.objects.get(pk=entry.pk).verb == "updated"


def test_the_database_refuses_to_delete_an_entry(entry: Entry) -> None:
    assert _refused(entry.delete)
    assert _refused(lambda: Entry.objects.all().delete())
    assert Entry.objects.filter(pk=entry.pk).count() == 1


def test_the_database_refuses_to_empty_the_history(entry: Entry) -> None:
    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL finsuite.allow_truncate = 'off'")
            cursor.execute("TRUNCATE audit_entry")

    assert _refused(empty)
    assert Entry.objects.filter(pk=entry.pk).count() == 1
