"""The capture matrix: whatever path changes a record, its revision moves by exactly one."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core import management, serializers
from django.db import connection, models, transaction
from django.db.utils import IntegrityError

from crm.models import Account, Contact, Organization
from finance.models import Organization as FinanceOrganization
from finsuite.kernel.errors import Misconfigured
from finsuite.kernel.text import name_key
from integration import capture
from integration.checks import every_change_is_captured
from integration.choices import ConnectionState
from integration.models import Connection, Dirty, Journal, RecordState

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(name="Capture")


@pytest.fixture
def accounts(organization: Organization) -> list[Account]:
    return Account.objects.bulk_create([_account(organization, f"Captured {n}") for n in range(3)])


def _account(organization: Organization, name: str) -> Account:
    return Account(organization=organization, name=name, name_key=name_key(name), currency="EUR")


def _revs() -> dict[tuple[str, int], tuple[int, bool]]:
    return {(s.kind, s.record_id): (s.rev, s.deleted) for s in RecordState.objects.all()}


def _moved(before: dict[tuple[str, int], tuple[int, bool]]) -> dict[tuple[str, int], int]:
    return {
        key: rev - before.get(key, (0, False))[0]
        for key, (rev, _) in _revs().items()
        if before.get(key, (0,))[0] != rev
    }


def _sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


_COLUMNS = ", ".join(
    field.column for field in Account._meta.concrete_fields if not field.primary_key and field.name != "name"
)


def _save(rows: list[Account]) -> None:
    for row in rows:
        row.phone = "1"
        row.save()


def _save_update_fields(rows: list[Account]) -> None:
    for row in rows:
        row.phone = "1"
        row.save(update_fields=["phone"])


def _delete(rows: list[Account]) -> None:
    for row in rows:
        row.delete()


def _queryset_delete(rows: list[Account]) -> None:
    Account.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _queryset_update(rows: list[Account]) -> None:
    Account.objects.filter(pk__in=[row.pk for row in rows]).update(phone="1")


def _f_expression(rows: list[Account]) -> None:
    Account.objects.filter(pk__in=[row.pk for row in rows]).update(site=models.F("name"))


def _bulk_update(rows: list[Account]) -> None:
    for row in rows:
        row.phone = "1"
    Account.objects.bulk_update(rows, ["phone"])


def _bulk_create(rows: list[Account]) -> None:
    Account.objects.bulk_create([_account(rows[0].organization, f"New {n}") for n in range(3)])


def _bulk_create_conflicts(rows: list[Account]) -> None:
    for row in rows:
        row.phone = "1"
    Account.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=["phone"])


def _raw_delete(rows: list[Account]) -> None:
    queryset = Account.objects.filter(pk__in=[row.pk for row in rows])
    queryset._raw_delete(queryset.db)


def _raw_update(rows: list[Account]) -> None:
    _sql("UPDATE crm_account SET phone = '1' WHERE id = ANY(%s)", [row.pk for row in rows])


def _raw_delete_sql(rows: list[Account]) -> None:
    _sql("DELETE FROM crm_account WHERE id = ANY(%s)", [row.pk for row in rows])


def _insert_select(rows: list[Account]) -> None:
    _sql(
        f"INSERT INTO crm_account (name, {_COLUMNS}) SELECT name || ' copy', {_COLUMNS} FROM crm_account"
        " WHERE id = ANY(%s)",
        [row.pk for row in rows],
    )


def _copy(rows: list[Account]) -> None:
    out = io.StringIO()
    with connection.cursor() as cursor:
        ids = ",".join(str(row.pk) for row in rows)
        cursor.copy_expert(f"COPY (SELECT name, {_COLUMNS} FROM crm_account WHERE id IN ({ids})) TO STDOUT", out)
        out.seek(0)
        cursor.copy_expert(f"COPY crm_account (name, {_COLUMNS}) FROM STDIN", out)


def _merge(rows: list[Account]) -> None:
    _sql(
        "MERGE INTO crm_account a USING unnest(%s) AS x(id) ON a.id = x.id WHEN MATCHED THEN UPDATE SET phone = '1'",
        [row.pk for row in rows],
    )


def _loaddata(rows: list[Account], tmp_path: object = None) -> None:
    for row in rows:
        row.phone = "1"
    for loaded in serializers.deserialize("json", serializers.serialize("json", rows)):
        loaded.save()


def _historical_model(rows: list[Account]) -> None:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    old = executor.loader.project_state(executor.loader.graph.leaf_nodes("crm")).apps.get_model("crm", "Account")
    for row in old.objects.filter(pk__in=[row.pk for row in rows]):
        row.phone = "1"
        row.save()


PATHS: list[Callable[[list[Account]], None]] = [
    _save,
    _save_update_fields,
    _delete,
    _queryset_delete,
    _queryset_update,
    _f_expression,
    _bulk_update,
    _bulk_create,
    _bulk_create_conflicts,
    _raw_delete,
    _raw_update,
    _raw_delete_sql,
    _insert_select,
    _copy,
    _merge,
    _loaddata,
    _historical_model,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__.strip("_"))
def test_each_path_moves_each_of_three_revisions_by_one(path: Callable, accounts: list[Account]) -> None:
    before = _revs()
    path(accounts)
    assert sorted(_moved(before).values()) == [1, 1, 1]


@pytest.mark.parametrize("on_delete", ["cascade", "set_null"])
def test_what_a_deletion_takes_along_is_captured(on_delete: str, organization: Organization) -> None:
    account = _account(organization, "Parent")
    account.save()
    for n in range(3):
        Contact.objects.create(
            organization=organization, account=account, last_name=f"C{n}", name_key=f"c{n}", currency="EUR"
        )
    before = _revs()
    if on_delete == "cascade":
        organization.delete()
    else:
        account.delete()
    moved = _moved(before)
    assert len(moved) == 4
    # With the organization a contact is first taken from its account, where Django clears the reference.
    assert set(moved.values()) <= {1, 2}
    states = {state.kind: state.deleted for state in RecordState.objects.all()}
    assert states == {"account": True, "contact": on_delete == "cascade"}


def test_a_save_that_changes_nothing_moves_no_revision(accounts: list[Account]) -> None:
    before = _revs()
    for account in accounts:
        account.save()
    assert _moved(before) == {}


def test_a_rolled_back_change_leaves_nothing(accounts: list[Account]) -> None:
    before, hints = _revs(), Dirty.objects.count()
    with transaction.atomic():
        _queryset_update(accounts)
        transaction.set_rollback(True)
    assert _moved(before) == {}
    assert Dirty.objects.count() == hints


def test_truncate_is_refused(accounts: list[Account]) -> None:
    _sql("SET CONSTRAINTS ALL IMMEDIATE")
    _sql("SET LOCAL finsuite.allow_truncate = 'off'")
    with pytest.raises(IntegrityError, match="can't be truncated"), transaction.atomic():
        _sql("TRUNCATE crm_contact, crm_account CASCADE")
    assert Account.objects.count() == 3


def test_replica_role_is_the_bypass(accounts: list[Account]) -> None:
    before = _revs()
    _sql("SET session_replication_role = replica")
    _queryset_update(accounts)
    _sql("SET session_replication_role = origin")
    assert _moved(before) == {}


def test_a_new_key_is_a_deletion_and_a_new_record(accounts: list[Account]) -> None:
    old = accounts[0].pk
    _sql("UPDATE crm_account SET id = id + 100000 WHERE id = %s", old)
    assert _revs()["account", old] == (2, True)
    assert _revs()["account", old + 100000] == (1, False)


def test_hints_are_left_for_active_connections_only(organization: Organization, accounts: list[Account]) -> None:
    finance = FinanceOrganization.objects.create(name="Books")
    link = Connection.objects.create(crm_organization=organization, finance_organization=finance)
    _queryset_update(accounts)
    assert Dirty.objects.count() == 0
    Connection.objects.update(state=ConnectionState.ACTIVE)
    _save_update_fields(accounts[:1])
    Account.objects.filter(pk=accounts[0].pk).update(phone="2")
    assert list(Dirty.objects.values_list("connection_id", "kind", "record_id")) == [
        (link.pk, "account", accounts[0].pk)
    ]


def test_the_engines_own_writes_leave_no_hint_for_their_own_connection(
    organization: Organization, accounts: list[Account]
) -> None:
    finance = FinanceOrganization.objects.create(name="Books")
    own = Connection.objects.create(
        crm_organization=organization, finance_organization=finance, state=ConnectionState.ACTIVE
    )
    other = Connection.objects.create(
        crm_organization=organization,
        finance_organization=FinanceOrganization.objects.create(name="Second"),
        state=ConnectionState.ACTIVE,
        is_two_way=False,
    )
    _sql("SELECT set_config('finsuite.connection', %s, true)", str(own.pk))
    _queryset_update(accounts)
    assert set(Dirty.objects.values_list("connection_id", flat=True)) == {other.pk}


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TRIGGER integration_update ON crm_account",
        "ALTER TABLE finance_customer DISABLE TRIGGER integration_insert",
        "CREATE OR REPLACE FUNCTION integration_capture_crm_contact() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER integration_truncate ON finance_contactperson",
    ],
)
def test_a_harmed_capture_fails_the_check_and_the_doctor_mends_it(harm: str, accounts: list[Account]) -> None:
    assert every_change_is_captured(databases=["default"]) == []
    _sql(harm)
    assert [error.id for error in every_change_is_captured(databases=["default"])] == ["integration.E001"]
    with pytest.raises(Misconfigured, match="sync_doctor"):
        capture.require_complete()
    out = io.StringIO()
    management.call_command("sync_doctor", stdout=out)
    capture.require_complete()
    assert "mended" in out.getvalue()
    assert capture.faults() == []
    before = _revs()
    _queryset_update(accounts)
    assert sorted(_moved(before).values()) == [1, 1, 1]


def test_the_doctor_notes_records_that_no_trigger_saw(organization: Organization) -> None:
    _sql("DROP TRIGGER integration_insert ON crm_account")
    account = _account(organization, "Unseen")
    account.save()
    assert ("account", account.pk) not in _revs()
    management.call_command("sync_doctor", stdout=io.StringIO())
    assert _revs()["account", account.pk] == (1, False)


def test_the_journal_only_grows() -> None:
    row = Journal.objects.create(
        run_id=1,
        connection_id=1,
        batch="00000000-0000-0000-0000-000000000001",
        kind="account",
        record_id=1,
        op="update",
    )
    for harm in (
        lambda: Journal.objects.filter(pk=row.pk).update(op="delete"),
        lambda: Journal.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            harm()
    assert Journal.objects.get().op == "update"


def test_every_watched_table_belongs_to_a_model() -> None:
    tables = {model._meta.db_table for model in apps.get_models()}
    assert {table for table, _ in capture.WATCHED.values()} <= tables


def test_a_custom_value_is_a_change_like_any_other(accounts: list[Account]) -> None:
    before = _revs()
    Account.objects.filter(pk=accounts[0].pk).update(custom={"grade": "A"})
    assert _moved(before) == {("account", accounts[0].pk): 1}
    before = _revs()
    Account.objects.filter(pk=accounts[0].pk).update(custom={"grade": "A"})
    assert _moved(before) == {}
