"""What happens to values when their field's rules change: taken out with it, or held to be unique from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import IntegrityError, models
from django.db.models import Count
from django.utils.translation import ngettext

from finsuite.kernel.bulk import BATCH, update_many
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.tables import ValueRow
from finsuite.kernel.errors import Refused

Changes = list[tuple[models.Model, Mapping[str, Any], Mapping[str, Any]]]


def erase(model: Any, organization: models.Model, field: FieldDefinition) -> Iterator[Changes]:
    """Take the field's value out of every record; answers what changed, batch by batch, for the history."""
    last = 0
    while True:
        rows = model.objects.of(organization).filter(custom__has_key=field.key, pk__gt=last).order_by("pk")
        records = list(rows.select_for_update(of=("self",), no_key=True)[:BATCH])
        if not records:
            return
        changes: Changes = []
        for record in records:
            value = record.custom.pop(field.key)
            changes.append((record, {field.name: value}, {field.name: None}))
        update_many(records, ["custom"])
        yield changes
        last = records[-1].pk


def mark_unique(values: type[ValueRow], field: FieldDefinition) -> None:
    """Hold the field's values to be unique, or not any more; Refused where several records hold the same."""
    rows = values._default_manager.filter(models.Q(("field", field)))
    if field.is_unique:
        held_twice = rows.values("key", "number").annotate(holders=Count("id")).filter(holders__gt=1).count()
        if held_twice:
            raise _held_twice(held_twice)
    try:
        rows.update(is_unique=field.is_unique)
    except IntegrityError as error:
        raise _held_twice(1) from error


def _held_twice(count: int) -> Refused:
    sentence = ngettext(
        "%(count)d value is held by several records. Make it differ, then make the field unique.",
        "%(count)d values are held by several records. Make them differ, then make the field unique.",
        count,
    ) % {"count": count}
    return Refused(sentence, code="not_unique", fields={"is_unique": [sentence]})
