"""Custom fields as criteria name them: a source of crm.selectors.criteria."""

from __future__ import annotations

from collections.abc import Iterator

from crm.access import Access
from crm.choices import Module
from crm.criteria.fields import FieldKind, FilterField
from crm.models import CustomValue, Organization
from crm.selectors.custom_fields import custom_fields, fields_of
from finsuite.kernel.custom_fields.kinds import CHOOSING, Kind
from finsuite.kernel.custom_fields.queries import Matching

_KINDS = {
    Kind.INTEGER: FieldKind.NUMBER,
    Kind.DECIMAL: FieldKind.NUMBER,
    Kind.MONEY: FieldKind.MONEY,
    Kind.DATE: FieldKind.DATE,
    Kind.MOMENT: FieldKind.MOMENT,
    Kind.YES_NO: FieldKind.YES_NO,
    Kind.CHOICE: FieldKind.CHOICE,
    Kind.CHOICES: FieldKind.CHOICE,
}


def filter_fields(scope: Access | Organization, module: Module) -> Iterator[FilterField]:
    """The module's custom fields that are in use, each with how its values are found."""
    for field in fields_of(scope, module) if isinstance(scope, Access) else custom_fields(scope, module):
        options = [(choice.key, choice.label) for choice in field.options.values()] if field.kind in CHOOSING else []
        yield FilterField(
            name=field.name,
            label=field.label,
            kind=_KINDS.get(Kind(field.kind), FieldKind.TEXT),
            can_be_empty=field.kind != Kind.YES_NO,
            matches=Matching(CustomValue, field),
            options=tuple(options),
        )
