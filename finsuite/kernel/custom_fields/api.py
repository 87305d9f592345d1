"""Custom fields on the API: an object of values on each record, filters and orders of its lists."""

from __future__ import annotations

from finsuite.kernel.api.fields import BIGGEST_ID, Field, Kind
from finsuite.kernel.custom_fields import kinds
from finsuite.kernel.custom_fields.kinds import SORTABLE, FieldDefinition
from finsuite.kernel.custom_fields.queries import Matching, sort_column
from finsuite.kernel.custom_fields.sets import FieldSet

# What a record's table of fields has besides its own.
CUSTOM = {
    "custom_fields": Field(
        kind=Kind.CUSTOM,
        source="custom",
        writable=True,
        help="Your own fields, by key. Lists take cf_{key} as a filter, with the same suffixes, and as an order.",
    )
}

_WRITTEN = {
    kinds.Kind.INTEGER: Kind.INTEGER,
    kinds.Kind.DECIMAL: Kind.DECIMAL,
    kinds.Kind.MONEY: Kind.DECIMAL,
    kinds.Kind.DATE: Kind.DATE,
    kinds.Kind.MOMENT: Kind.TIME,
    kinds.Kind.YES_NO: Kind.BOOLEAN,
    kinds.Kind.CHOICE: Kind.CHOICE,
    kinds.Kind.CHOICES: Kind.CHOICE,
}
_AS_NUMBER = Field(kind=Kind.DECIMAL, digits=60, places=20, nullable=True)
_AS_PLACE = Field(kind=Kind.INTEGER, minimum=0, maximum=BIGGEST_ID, nullable=True)
_AS_TEXT = Field(kind=Kind.TEXT, nullable=True)


def list_fields(fields: FieldSet) -> dict[str, Field]:
    """What lists can be filtered and ordered by, by `cf_…` name."""
    return {field.name: _list_field(fields, field) for field in fields if fields.values is not None}


def _list_field(fields: FieldSet, field: FieldDefinition) -> Field:
    assert fields.values is not None
    written = _WRITTEN.get(kinds.Kind(field.kind), Kind.TEXT)
    ordered = _AS_TEXT if written is Kind.TEXT else _AS_PLACE if written is Kind.CHOICE else _AS_NUMBER
    return Field(
        kind=written,
        filterable=True,
        nullable=written is not Kind.BOOLEAN,
        choices=tuple(field.options) if written is Kind.CHOICE else (),
        digits=30,
        places=15,
        matches=Matching(fields.values, field),
        orderable=field.kind in SORTABLE,
        order_by=sort_column(field),
        ordered=ordered,
    )
