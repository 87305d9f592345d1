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


def test_what_is_replaced_and_what_replaces_it_tell_of_the_same_models() -> None:
    replacing = MigrationLoader(None, replace_migrations=True)
    replaced = MigrationLoader(None, replace_migrations=False)
    new = _told(replacing.project_state(replacing.graph.leaf_nodes()))
    assert len(new) > 120
    begun = {
        key: migration.replaces
        for key, migration in replacing.disk_migrations.items()
        if key[0] in SQUASHED and migration.replaces
    }
    assert {app for app, _name in begun} == set(SQUASHED)
    leaves = [node for node in replaced.graph.leaf_nodes() if node not in begun]
    assert _told(replaced.project_state(leaves)) == new


@pytest.mark.parametrize("halfway", [False, True])
def test_a_database_that_began_earlier_goes_on(db, halfway: bool) -> None:
    executor = MigrationExecutor(connection)
    loader = executor.loader
    old = [
        name for key, migration in loader.disk_migrations.items() if key[0] in SQUASHED for name in migration.replaces
    ]
    missing = {("finance", "0021_list_columns"), ("finance", "0022_custom_fields_of_payments")} if halfway else set()
    for app in SQUASHED:
        executor.recorder.migration_qs.filter(app=app).delete()
    for app, name in old:
        if (app, name) not in missing:
            executor.recorder.record_applied(app, name)
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    planned = [
        (migration.app_label, migration.name)
        for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    assert planned[: len(missing)] == sorted(missing)


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
