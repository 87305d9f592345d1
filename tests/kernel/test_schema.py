"""A database begins with one migration an app, and one that has begun earlier goes on from where it stands."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import CASCADE, AutoField, ForeignKey

from finsuite.kernel.schema import CreateModels

SQUASHED = ("users", "audit", "crm", "finance", "integration")


def _told(state: ProjectState) -> dict:
    """What the state says of our models, whatever the order in which it was told."""
    return {
        key: (
            {name: MigrationWriter.serialize(field)[0] for name, field in model.fields.items()},
            sorted(repr(one) for one in model.options.get("indexes", ())),
            sorted(repr(one) for one in model.options.get("constraints", ())),
            {name: value for name, value in model.options.items() if value and name not in ("indexes", "constraints")},
        )
        for key, model in state.models.items()
        if key[0] in SQUASHED
    }


def _begun(loader: MigrationLoader) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """By the migration that a database begins with, those that it replaces."""
    return {key: one.replaces for key, one in loader.disk_migrations.items() if key[0] in SQUASHED and one.replaces}


def test_what_is_replaced_and_what_replaces_it_tell_of_the_same_models() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    begun = _begun(loader)
    assert {app for app, _name in begun} == set(SQUASHED)
    new = _told(loader.project_state([*begun]))
    assert len(new) > 120
    assert _told(loader.project_state([replaced[-1] for replaced in begun.values()])) == new


@pytest.mark.parametrize(
    "missing", [[], [("finance", "0021_list_columns"), ("finance", "0022_custom_fields_of_payments")]]
)
def test_a_database_that_began_earlier_goes_on(db, missing: list[tuple[str, str]]) -> None:
    executor = MigrationExecutor(connection)
    begun = _begun(executor.loader)
    old = [one for replaced in begun.values() for one in replaced]
    for app in SQUASHED:
        executor.recorder.migration_qs.filter(app=app).delete()
    for app, name in old:
        if (app, name) not in missing:
            executor.recorder.record_applied(app, name)
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    planned = [(migration.app_label, migration.name) for migration, _back in plan]
    assert [one for one in planned if one in old or one in begun] == missing


def test_models_are_created_in_any_order_and_dropped_again(db) -> None:
    operation = CreateModels(
        [
            CreateModel("leaf", [("id", AutoField(primary_key=True)), ("tree", ForeignKey("crm.tree", CASCADE))]),
            CreateModel("tree", [("id", AutoField(primary_key=True))]),
        ]
    )
    before = ProjectState()
    after = before.clone()
    operation.state_forwards("crm", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("crm", editor, before, after)
    after.apps.get_model("crm", "leaf").objects.create(tree=after.apps.get_model("crm", "tree").objects.create())
    assert {"crm_leaf", "crm_tree"} <= set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        operation.database_backwards("crm", editor, after, before)
    assert not {"crm_leaf", "crm_tree"} & set(connection.introspection.table_names())
    assert operation.describe() == "Create 2 models"
