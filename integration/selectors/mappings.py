"""Which CRM field is kept equal to which finance field, in the words of the two sides' own forms."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from crm.models import Account, Contact
from finance.models import ContactPerson, Customer
from integration.choices import Kind, Pairing
from integration.models import Connection, FieldMapping

_MODELS: dict[str, tuple[type[models.Model], type[models.Model]]] = {
    Pairing.ACCOUNT_CUSTOMER: (Account, Customer),
    Pairing.CONTACT_CUSTOMER: (Contact, Customer),
    Pairing.CONTACT_PERSON: (Contact, ContactPerson),
}


@dataclass(frozen=True)
class MappedPair:
    """One CRM field and one finance field, by the names that people know them by."""

    crm_label: str
    finance_label: str
    direction: str
    create_only: bool


def pairs_of(connection: Connection) -> list[tuple[str, list[MappedPair]]]:
    """The mapping in force, by kind of pair."""
    rows = list(FieldMapping.objects.filter(connection=connection, is_enabled=True))
    return [(str(pairing.label), [_named(row) for row in rows if row.pairing == pairing]) for pairing in Pairing]


def field_label(pairing: str, name: str) -> str:
    """What a mapped field (named by its finance field, as conflicts name it) is called on the finance side's form."""
    return _label(_MODELS[pairing][1], name)


def column_label(pairing: str, side: str, name: str) -> str:
    """What a column of either side ("crm" or "finance") is called on that side's form."""
    crm, finance = _MODELS[pairing]
    return _label(crm if side == "crm" else finance, name)


def refused_label(kind: str, side: str, name: str) -> str:
    """What the column that refused a value is called on its side's form, for an issue about a record of this kind."""
    if kind not in Kind.values:
        return name.replace("_", " ")
    pairing = Pairing.ACCOUNT_CUSTOMER if kind in (Kind.ACCOUNT, Kind.CUSTOMER) else Pairing.CONTACT_PERSON
    return column_label(pairing, side, name)


def _named(row: FieldMapping) -> MappedPair:
    crm, finance = _MODELS[row.pairing]
    return MappedPair(
        crm_label=_label(crm, row.crm_field),
        finance_label=_label(finance, row.finance_field),
        direction=row.direction,
        create_only=row.create_only,
    )


def _label(model: type[models.Model], name: str) -> str:
    if name == "full_name":
        return _("first and last name")
    if name == "@parent":
        return _("belongs to")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name
    return str(getattr(field, "verbose_name", name))
