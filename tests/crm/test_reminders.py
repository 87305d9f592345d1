from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from crm.models import Activity
from crm.services import reminders
from crm.services.activities import complete_activity, delete_activity, update_activity
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import Notification, User

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def task(organization, actor):
    return factories.activity(organization, actor=actor, subject="Ring Acme", reminder_at=AT)


def test_a_due_reminder_is_told_once_however_often_it_is_looked_for(task, admin):
    assert reminders.send_due_reminders(now=AT - timedelta(seconds=1)) == 0
    assert reminders.send_due_reminders(now=AT) == 1
    assert reminders.send_due_reminders(now=AT + timedelta(hours=1)) == 0
    told = Notification.objects.get()
    assert (told.user_id, told.text) == (admin.pk, "Reminder: “Ring Acme”")
    assert User.objects.get(pk=admin.pk).unread == 1


def test_telling_is_no_new_version_of_the_task(task):
    before = version_of(task)
    reminders.send_due_reminders(now=AT)
    task.refresh_from_db()
    assert version_of(task) == before


def test_a_worker_that_dies_in_between_leaves_it_to_the_next_one(task, monkeypatch):
    def die(notices):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(reminders, "notify", die)
        with pytest.raises(RuntimeError):
            reminders.send_due_reminders(now=AT)
    assert (Notification.objects.count(), Activity.objects.get().reminded_at) == (0, None)
    assert reminders.send_due_reminders(now=AT) == 1


def test_even_a_forgotten_tick_tells_nobody_twice(task, admin):
    reminders.send_due_reminders(now=AT)
    Activity.objects.update(reminded_at=None)
    assert reminders.send_due_reminders(now=AT) == 0
    assert (Notification.objects.count(), User.objects.get(pk=admin.pk).unread) == (1, 1)


def test_a_new_time_is_a_new_reminder(task, actor):
    reminders.send_due_reminders(now=AT)
    update_activity(actor=actor, activity=task, values={"reminder_at": AT + timedelta(days=1)})
    assert reminders.send_due_reminders(now=AT) == 0
    assert reminders.send_due_reminders(now=AT + timedelta(days=1)) == 1


def test_nobody_is_reminded_of_what_is_done_or_deleted_or_no_longer_theirs(organization, actor, standard):
    done, gone, _left = (
        factories.activity(organization, actor=actor, owner_id=standard.pk, reminder_at=AT) for _n in range(3)
    )
    Notification.objects.all().delete()
    complete_activity(actor=actor, activity=done)
    delete_activity(actor=actor, activity=gone)
    standard.crm_memberships.all().delete()
    assert reminders.send_due_reminders(now=AT) == 0
    assert Notification.objects.count() == 0


def test_many_are_told_in_few_statements(organization, actor, django_assert_num_queries):
    for number in range(30):
        factories.activity(organization, actor=actor, subject=f"Task {number}", reminder_at=AT)
    # savepoint, claim, members; savepoint, insert, count, release; tick, release
    with django_assert_num_queries(9):
        assert reminders.send_due_reminders(now=AT) == 30


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_reminder_once():
    from threading import Barrier, Thread

    from django.db import connection

    owner = factories.user(email="admin@example.com")
    organization = factories.crm_organization(owner=owner)
    with transaction.atomic():
        for number in range(20):
            factories.activity(organization, subject=f"Task {number}", owner_id=owner.pk, reminder_at=AT)
    start, told = Barrier(4), []

    def work():
        start.wait()
        try:
            told.append(reminders.send_due_reminders(now=AT))
        finally:
            connection.close()

    workers = [Thread(target=work) for _n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(told) == 20
    assert Notification.objects.filter(kind="reminder").count() == 20
    owner.refresh_from_db()
    assert owner.unread == Notification.objects.filter(user=owner).count()
