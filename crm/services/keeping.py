"""What is kept of records that are deleted, so that they can be restored (services/recycling.py does that)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.core import serializers
from django.db import models

from crm.choices import Module
from crm.models import DealContact, DealLine, DeletedRecord, Organization, Record, StageChange
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many

Parts = Mapping[int, list[dict[str, Any]]]
Hung = Mapping[str, Mapping[int, int]]  # "contacts.account_id" → {what hung: on which record}

# Rows that go with a record, by the column in which they name it.
PARTS: dict[Module, tuple[tuple[type[models.Model], str], ...]] = {
    Module.DEALS: ((DealLine, "deal_id"), (DealContact, "deal_id"), (StageChange, "deal_id")),
    Module.CONTACTS: ((DealContact, "contact_id"),),
}
LINES = "lines.product_id"


def parts_of(module: Module, ids: Sequence[int]) -> Parts:
    """The rows that go with these records, as they are; one statement a table."""
    found: dict[int, list[dict[str, Any]]] = {}
    for model, column in PARTS.get(module, ()):
        rows = model._base_manager.filter(**{f"{column}__in": ids}).order_by("pk")
        for row in rows:
            found.setdefault(getattr(row, column), []).append(frozen(row))
    return found


def keep(
    actor: Actor,
    organization: Organization,
    module: Module,
    records: Sequence[Record],
    parts: Parts,
    hung: Hung,
) -> None:
    """Put records that are about to go into the bin: themselves, what goes with them, and what hung on them."""
    let_go: dict[int, dict[str, list[int]]] = {}
    for name, targets in hung.items():
        for key, target in targets.items():
            let_go.setdefault(target, {}).setdefault(name, []).append(key)
    insert_many(
        [
            DeletedRecord(
                organization=organization,
                module=module.value,
                record_id=record.pk,
                label=record.label[:250],
                owner_id=record.owner_id,
                content=frozen(record),
                parts=parts.get(record.pk, []),
                let_go=let_go.get(record.pk, {}),
                user_id=actor.user_id,
                actor_name=actor.label[:250],
            )
            for record in records
        ]
    )


def frozen(row: models.Model) -> dict[str, Any]:
    """The whole row, as it can be read back."""
    plain: Any = serializers.serialize("python", [row])[0]
    return orjson.loads(orjson.dumps(plain, default=str))  # type: ignore[no-any-return]


def lines_of(module: Module, ids: Sequence[int]) -> Hung:
    """The lines of deals that sell these products, which stay without them."""
    if module is not Module.PRODUCTS:
        return {}
    rows = DealLine.objects.filter(product_id__in=ids).order_by("pk")
    return {LINES: dict(rows.values_list("pk", "product_id"))}
