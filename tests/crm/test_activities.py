from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from crm.access import access, of_actor
from crm.choices import ActivityKind, ActivityStatus, Level
from crm.events import ActivityCompleted, ActivityCreated, ActivityDeleted, ActivityRestored
from crm.models import Activity, ModuleRight
from crm.selectors import activities as selectors
from crm.services import activities as services
from crm.workflow import ACTIVITY
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused, TransitionRefused
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import Notification, User

DAY = date(2026, 1, 1)
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def acme(organization):
    return factories.account(organization, name="Acme")


@pytest.fixture
def heard(monkeypatch):
    """The events that were emitted."""
    found = []
    monkeypatch.setattr(services, "emit", found.append)
    return found


def about(record, module="accounts"):
    return {"module": module, "record_id": record.pk}


def verbs(activity):
    return list(
        Entry.objects.filter(kind="crm.activity", record_id=activity.pk).order_by("pk").values_list("verb", flat=True)
    )


def as_person(user):
    return Actor.person(user)


def test_a_note_about_a_record_is_kept_with_its_author_and_its_history(organization, actor, admin, acme, heard):
    note = services.create_activity(
        actor=actor, organization=organization, values={"kind": "note", "body": "They like blue.", **about(acme)}
    )
    assert (note.status, note.created_by_id, note.owner_id) == (ActivityStatus.KEPT, admin.pk, admin.pk)
    assert note.label == "They like blue."
    assert verbs(note) == ["created"]
    assert [(type(event), event.ids) for event in heard] == [(ActivityCreated, (note.pk,))]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "note"}, "body"),
        ({"kind": "task"}, "subject"),
        ({"kind": "visit", "subject": "x"}, "kind"),
        ({"subject": "x"}, "kind"),
        ({"kind": "meeting", "subject": "x"}, "starts_at"),
        ({"kind": "note", "body": "x", "due_on": DAY}, "due_on"),
        ({"kind": "note", "body": "x", "status": "done"}, "status"),
        ({"kind": "task", "subject": "x", "location": "Paris"}, "location"),
        ({"kind": "task", "subject": "x", "status": "kept"}, "status"),
        (
            {"kind": "task", "subject": "x", "due_on": DAY, "due_at": MOMENT},
            "due_at",
        ),
        ({"kind": "call", "subject": "x", "minutes": 5}, "starts_at"),
        ({"kind": "call", "subject": "x", "starts_at": MOMENT, "minutes": 0}, "minutes"),
        ({"kind": "call", "subject": "x", "call_outcome": "busy"}, "call_outcome"),
        ({"kind": "task", "subject": "x", "owner_id": 999_999}, "owner_id"),
        ({"kind": "task", "subject": "x", "priority": "urgent"}, "priority"),
        ({"kind": "task", "subject": "x", "module": "accounts"}, "record_id"),
        ({"kind": "task", "subject": "x", "record_id": 4}, "record_id"),
        ({"kind": "task", "subject": "x", "completed_at": None}, "completed_at"),
        ({"kind": "task", "subject": "x", "members": [1]}, "members"),
        ({"kind": "call", "subject": "x", "members": [999_999]}, "members"),
        ({"kind": "call", "subject": "x", "contacts": [999_999]}, "contacts"),
        ({"kind": "call", "subject": "x", "contacts": ["1"]}, "contacts"),
        ({"kind": "call", "subject": "x", "records": [{"module": "accounts", "id": 1}]}, "records"),
        ({"kind": "call", "subject": "x", "records": "accounts"}, "records"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_and_nothing_is_saved(organization, actor, values, field):
    with pytest.raises(Refused) as refused:
        services.create_activity(actor=actor, organization=organization, values=values)
    assert list(refused.value.fields) == [field]
    assert Activity.objects.count() == 0


def test_each_kind_has_its_own_fields():
    assert set(services.FIELDS) == set(ActivityKind)


def test_a_day_ends_when_it_ends_where_the_organization_is_at_home(organization, actor):
    task = factories.activity(organization, due_on=date(2026, 11, 21))
    assert task.due_by == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)  # midnight in Paris
    start = datetime(2026, 11, 21, 9, tzinfo=UTC)
    meeting = factories.activity(organization, "meeting", starts_at=start, minutes=45)
    assert meeting.due_by == meeting.ends_at == start + timedelta(minutes=45)
    assert factories.activity(organization, "meeting", starts_at=start).due_by == start
    assert factories.activity(organization).due_by is None


def test_the_table_says_what_may_be_done():
    assert {state: ACTIVITY.verbs(state) for state in ActivityStatus} == {
        "open": ["complete"],
        "done": ["reopen"],
        "kept": [],
    }


def test_completing_and_reopening_are_told_and_happen_once(organization, actor, admin, acme, heard):
    task = factories.activity(organization, **about(acme))
    heard.clear()
    done = services.complete_activity(actor=actor, activity=task)
    assert (done.status, done.completed_by_id) == (ActivityStatus.DONE, admin.pk)
    assert done.completed_at is not None
    with pytest.raises(TransitionRefused):
        services.complete_activity(actor=actor, activity=task)
    assert [type(event) for event in heard] == [ActivityCompleted]
    again = services.reopen_activity(actor=actor, activity=task)
    assert (again.status, again.completed_at, again.completed_by_id) == (ActivityStatus.OPEN, None, None)
    assert verbs(task) == ["created", "completed", "reopened"]


def test_a_note_cannot_be_completed(organization, actor, acme):
    note = factories.activity(organization, "note", body="x", **about(acme))
    with pytest.raises(TransitionRefused):
        services.complete_activity(actor=actor, activity=note)
    note.refresh_from_db()
    assert note.status == ActivityStatus.KEPT


def test_saving_with_nothing_changed_writes_nothing(organization, actor, acme):
    task = factories.activity(organization, subject="Offer", members=None, **about(acme))
    before = version_of(task)
    services.update_activity(actor=actor, activity=task, values={"subject": "Offer "}, version=before)
    task.refresh_from_db()
    assert (version_of(task), verbs(task)) == (before, ["created"])


def test_a_stale_version_is_a_conflict(organization, actor, acme):
    task = factories.activity(organization, **about(acme))
    seen = version_of(task)
    services.update_activity(actor=actor, activity=task, values={"subject": "First"}, version=seen)
    with pytest.raises(Conflict):
        services.update_activity(actor=actor, activity=task, values={"subject": "Second"}, version=seen)
    with pytest.raises(Conflict):
        services.delete_activity(actor=actor, activity=task, version=seen)
    task.refresh_from_db()
    assert (task.subject, task.deleted_at) == ("First", None)


def test_a_deleted_activity_is_gone_and_can_be_taken_back(organization, actor, admin, acme, heard):
    task = factories.activity(organization, **about(acme))
    heard.clear()
    services.delete_activity(actor=actor, activity=task)
    with pytest.raises(NotFound):
        selectors.get_activity(access(admin, organization.pk), task.pk)
    with pytest.raises(NotFound):
        services.update_activity(actor=actor, activity=task, values={"subject": "No"})
    services.restore_activity(actor=actor, organization=organization, activity_id=task.pk)
    assert selectors.get_activity(access(admin, organization.pk), task.pk) == task
    with pytest.raises(NotFound):
        services.restore_activity(actor=actor, organization=organization, activity_id=task.pk)
    assert verbs(task) == ["created", "deleted", "restored"]
    assert [type(event) for event in heard] == [ActivityDeleted, ActivityRestored]


def test_what_was_deleted_long_ago_is_forgotten_for_good(organization, actor, acme):
    task, kept = factories.activity(organization, **about(acme)), factories.activity(organization, **about(acme))
    services.delete_activity(actor=actor, activity=task)
    assert services.purge_activities(before=timezone.now() - timedelta(days=30)) == 0
    assert services.purge_activities(before=timezone.now()) == 1
    assert list(Activity.objects.all()) == [kept]


# Who may see and do what ----------------------------------------------------------------------------------------


def seen_by(user, organization):
    return set(selectors.activities(access(user, organization.pk)))


def test_a_reader_sees_what_is_about_records_and_may_change_nothing(organization, reader, acme):
    task = factories.activity(organization, **about(acme))
    assert seen_by(reader, organization) == {task}
    by_reader = as_person(reader)
    for write in (services.complete_activity, services.delete_activity):
        with pytest.raises(NotPermitted):
            write(actor=by_reader, activity=task)
    with pytest.raises(NotPermitted):
        services.update_activity(actor=by_reader, activity=task, values={"subject": "Mine"})
    with pytest.raises(NotPermitted):
        services.create_activity(
            actor=by_reader, organization=organization, values={"kind": "task", "subject": "x", **about(acme)}
        )
    task.refresh_from_db()
    assert (task.status, task.subject, task.deleted_at, Activity.objects.count()) == ("open", "Call back", None, 1)


def test_who_does_not_see_the_module_sees_only_their_own(organization, standard, actor, acme):
    ModuleRight.objects.filter(profile__memberships__user=standard).update(level=Level.NONE)
    hidden = factories.activity(organization, **about(acme))
    given = factories.activity(organization, owner_id=standard.pk, **about(acme))
    own = factories.activity(organization, actor=as_person(standard))
    assert seen_by(standard, organization) == {given, own}
    by_standard = as_person(standard)
    with pytest.raises(NotFound):
        services.complete_activity(actor=by_standard, activity=hidden)
    with pytest.raises(NotFound):
        services.create_activity(
            actor=by_standard, organization=organization, values={"kind": "task", "subject": "x", **about(acme)}
        )
    services.complete_activity(actor=by_standard, activity=given)
    company = selectors.companies(access(standard, organization.pk), [given])
    assert company[given.pk].records == []  # it is theirs to do, and what it is about stays unnamed


def test_a_task_about_nothing_is_its_owners_and_its_authors_alone(organization, admin, standard, reader, actor):
    own = factories.activity(organization, actor=as_person(standard))
    asked = factories.activity(organization, actor=actor, owner_id=reader.pk)
    assert seen_by(standard, organization) == {own}
    assert seen_by(reader, organization) == {asked}
    assert seen_by(admin, organization) == {asked}
    with pytest.raises(NotFound):
        services.delete_activity(actor=actor, activity=own)
    own.refresh_from_db()
    assert own.deleted_at is None


def test_another_organization_sees_and_changes_nothing(organization, outsider, acme):
    other = outsider.crm_memberships.get().organization
    task = factories.activity(organization, **about(acme))
    with pytest.raises(NotFound):
        services.complete_activity(actor=as_person(outsider), activity=task)
    for values in (about(acme), {"owner_id": outsider.pk, **about(acme)}):
        with pytest.raises(NotFound):
            services.create_activity(
                actor=as_person(outsider), organization=other, values={"kind": "task", "subject": "x", **values}
            )
    assert seen_by(outsider, other) == set()


def test_further_records_show_it_too_and_hidden_ones_stay(organization, actor, admin, standard, acme):
    martin = factories.contact(organization, last_name="Martin")
    other = factories.account(organization, name="Other")
    task = factories.activity(
        organization,
        **about(acme),
        records=[{"module": "contacts", "id": martin.pk}, {"module": "accounts", "id": other.pk}],
    )
    rows = Activity.objects.of(organization)
    for module, record in (("accounts", acme), ("contacts", martin), ("accounts", other)):
        assert list(rows.filter(selectors.about(module, record.pk))) == [task]
    ModuleRight.objects.filter(profile__memberships__user=standard, module="contacts").update(level=Level.NONE)
    services.update_activity(actor=as_person(standard), activity=task, values={"records": []})
    assert [(link.module, link.record_id) for link in task.links.all()] == [("contacts", martin.pk)]
    company = selectors.companies(access(admin, organization.pk), [task])[task.pk]
    assert [named.name for named in company.records] == ["Acme", "Martin"]


def test_people_take_part_in_calls_and_meetings(organization, actor, admin, standard, acme):
    martin = factories.contact(organization, last_name="Martin")
    call = factories.activity(
        organization, "call", **about(acme), members=[standard.pk, admin.pk], contacts=[martin.pk]
    )
    company = selectors.companies(access(admin, organization.pk), [call])[call.pk]
    assert [named.name for named in company.members] == ["standard@example.com", "Béatrice Roy"]
    assert [named.name for named in company.contacts] == ["Martin"]
    services.update_activity(actor=actor, activity=call, values={"members": [admin.pk]})
    assert list(call.participants.filter(contact_id=None).values_list("user_id", flat=True)) == [admin.pk]
    assert verbs(call) == ["created", "updated"]


def test_deleting_a_record_hides_what_was_about_it(organization, admin, acme, actor):
    from crm.services.accounts import delete_account

    factories.activity(organization, **about(acme))
    delete_account(actor=actor, account=acme)
    assert seen_by(admin, organization) == set()
    assert Activity.objects.count() == 1


def test_somebody_who_is_given_something_to_do_is_told(organization, actor, admin, standard, acme):
    task = factories.activity(organization, actor=actor, owner_id=standard.pk, subject="100% sure?", **about(acme))
    told = Notification.objects.get()
    assert (told.user_id, told.kind, told.text) == (
        standard.pk,
        "assigned",
        "Béatrice Roy gave you “100% sure?” to do.",
    )
    assert told.url == f"/crm/{organization.pk}/activities/{task.pk}"
    services.update_activity(actor=actor, activity=task, values={"owner_id": admin.pk})  # oneself needs no telling
    services.update_activity(actor=actor, activity=task, values={"owner_id": standard.pk})
    assert Notification.objects.filter(user=standard).count() == 2
    assert User.objects.get(pk=standard.pk).unread == 2


def test_the_statements_of_a_write_are_on_record(organization, actor, acme, django_assert_num_queries):
    values = {"kind": "task", "subject": "x", **about(acme)}
    # a savepoint, membership, record, insert, history, its release
    with django_assert_num_queries(6):
        services.create_activity(actor=actor, organization=organization, values=values)


# What one has to do -----------------------------------------------------------------------------------------------


def test_work_is_sorted_by_how_it_presses(organization, admin, actor):
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
    made = {
        "someday": factories.activity(organization, actor=actor),
        "later": factories.activity(organization, actor=actor, due_on=date(2026, 11, 23)),
        "week": factories.activity(organization, actor=actor, due_on=date(2026, 11, 22)),
        "today": factories.activity(organization, actor=actor, due_on=date(2026, 11, 18)),
        "overdue": factories.activity(organization, actor=actor, due_at=now - timedelta(minutes=1)),
    }
    factories.activity(organization, "note", body="x", actor=actor)
    factories.activity(organization, actor=actor, status="done")
    found = selectors.open_work(access(admin, organization.pk))
    assert [selectors.bucket(activity, now=now) for activity in found] == [*reversed(made)]
    assert selectors.open_work(access(admin, organization.pk), kinds=["call"]) == []


def test_of_actor_lets_finsuite_itself_do_everything(organization, acme):
    task = factories.activity(organization, **about(acme))
    assert selectors.may_edit(of_actor(factories.SYSTEM, organization), task)
    services.complete_activity(actor=factories.SYSTEM, activity=task)
    task.refresh_from_db()
    assert task.status == ActivityStatus.DONE
