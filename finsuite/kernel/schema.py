"""Operations for migrations that Django has not (docs/adr/0016-squashed-migrations.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateModels(Operation):
    """Create many models at once, in any order: a foreign key may point to a model further down.

    After each operation of its own Django renders anew every model that is related to the one it changed, which for a
    hundred models that all know each other is most of a first start. Here the models are rendered once, when all are
    known; the tables are then made as `CreateModel` makes them, and PostgreSQL is told of the foreign keys last.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["models"]

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Tell the state of the models, and have it render them when it is next asked for them."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the tables."""
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the tables, with the foreign keys between them."""
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what it does, as `migrate --plan` prints it."""
        return f"Create {len(self.models)} models"


_FINAL = """
CREATE FUNCTION {name}_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_setting('finsuite.allow_truncate', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '{told} append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER {name}_is_final BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {name}_is_final();
CREATE TRIGGER {name}_is_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {name}_is_final();
"""
_NOT_FINAL = """
DROP TRIGGER {name}_is_not_emptied ON {table};
DROP TRIGGER {name}_is_final ON {table};
DROP FUNCTION {name}_is_final();
"""


def append_only(table: str, name: str, told: str) -> RunSQL:
    """Have the database itself refuse to change, delete or truncate what the table holds; `told` begins its refusal.

    No setting opens this door: what the demo's wipe deletes keeps its history, as everything does. Only the tests' own
    settings (`finsuite.allow_truncate`) let TRUNCATE through, which empties every table between two tests that commit.
    """
    values = {"table": table, "name": name, "told": told}
    return RunSQL(_FINAL.format(**values), _NOT_FINAL.format(**values))
