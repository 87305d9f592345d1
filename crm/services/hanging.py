"""What hangs on a module's records: what goes over to the survivor of a merge. A new table is one line here.

Records that refer to records (a contact's account, a deal's contact…) are found by their foreign keys; nobody has to
name them. What is part of a record, or is about any record by `(module, record_id)`, is named in `OTHERS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models import RECORDS, DealContact, DealLine, StageChange
from crm.models.activities import Activity, ActivityLink, Participant
from crm.models.attachments import Attachment
from crm.models.modules import references, referred
from crm.services.kinds import KINDS
from crm.services.record_kinds import Kind


class Way(StrEnum):
    """What becomes of a loser's rows."""

    MOVE = "move"  # they go over to the survivor
    FILL = "fill"  # lines of deals: they go over if the survivor has none; else they go with the loser (merge_lines.py)
    STAY = "stay"  # they are the loser's own past, and go with it


@dataclass(frozen=True)
class Hanging:
    """Rows that hang on a module's records by one column.

    `once`: columns in which no two rows of one record may agree; a row of the loser's that the survivor has already
    goes with the loser. Whatever goes is kept in the merge, for its undo.
    """

    name: str  # as `Merge.moved` says it: "contacts.account_id"
    model: type[models.Model]
    column: str
    way: Way = Way.MOVE
    once: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)  # which of them are counted in the preview
    module: Module | None = None  # whose records the rows are, if they are records
    words: Any = None

    @property
    def kind(self) -> Kind[Any] | None:
        """How the rows are written, if they are records: with history and events."""
        return KINDS.get(self.module) if self.module is not None else None

    @property
    def label(self) -> str:
        """What the rows are, in the plural."""
        return str(capfirst(str(self.words or self.model._meta.verbose_name_plural)))

    def rows(self, ids: Iterable[int]) -> QuerySet[Any]:
        """The rows that hang on these records."""
        return self.model._base_manager.filter(**self.where, **{f"{self.column}__in": list(ids)}).order_by("pk")


WORDS = {
    "accounts.parent_id": _("accounts below it"),
    "contacts.reports_to_id": _("contacts who report to them"),
}

# Rows of a module's records that are no records themselves.
OWN: dict[Module, tuple[Hanging, ...]] = {
    Module.CONTACTS: (
        Hanging("deal_contacts", DealContact, "contact_id", once=("deal_id",), words=_("roles in deals")),
        Hanging("participants", Participant, "contact_id", once=("activity_id",), words=_("participations")),
    ),
    Module.PRODUCTS: (Hanging("deal_lines", DealLine, "product_id", words=_("lines of deals")),),
    Module.DEALS: (
        Hanging("lines", DealLine, "deal_id", way=Way.FILL, words=_("product lines")),
        Hanging("contact_roles", DealContact, "deal_id", once=("contact_id",), words=_("contacts with a role")),
        Hanging("stage_changes", StageChange, "deal_id", way=Way.STAY),
    ),
}

# Tables that are about any record, by `(module, record_id)`: model, what may be there but once, what counts.
ANY: tuple[tuple[type[models.Model], tuple[str, ...], Mapping[str, Any]], ...] = (
    (Activity, (), {"deleted_at": None}),
    (ActivityLink, ("activity_id",), {}),
    (Attachment, (), {"deleted_at": None}),
)


def hanging_on(module: Module) -> list[Hanging]:
    """Everything that hangs on the module's records."""
    found = []
    for other, model in RECORDS.items():
        for column in references(model):
            if referred(model, column) is module:
                name = f"{other.value}.{column}"
                found.append(Hanging(name, model, column, module=other, words=WORDS.get(name)))
    found += OWN.get(module, ())
    for table, once, live in ANY:
        name = str(table._meta.model_name)
        found.append(Hanging(name, table, "record_id", once=once, where={"module": module.value}, live=live))
    return found
