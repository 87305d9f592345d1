"""Which of our records a file means: by the id that other books know them by, else by name, SKU or number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, Q

from finance.choices import ImportedKind, TermKind
from finance.models import (
    Customer,
    ImportedRecord,
    Invoice,
    Item,
    Membership,
    Organization,
    PaymentTerm,
    Tax,
    TaxExemption,
    Vendor,
)
from finance.selectors.rates import price_precision
from finsuite.kernel.text import name_key

M = TypeVar("M", bound=Model)
_MODELS: dict[ImportedKind, Any] = {
    ImportedKind.CUSTOMER: Customer,
    ImportedKind.VENDOR: Vendor,
    ImportedKind.ITEM: Item,
    ImportedKind.INVOICE: Invoice,
}


def known_by_source(organization: Organization, kind: ImportedKind, source_id: str) -> Any:
    """The record that other books know under this id; None where there is none any more."""
    if not source_id:
        return None
    ids = ImportedRecord.objects.of(organization).filter(kind=kind, source_id=source_id).values("record_id")
    found = _MODELS[kind].objects.of(organization).filter(pk__in=ids).first()
    return _owned(found, organization)


def named(organization: Organization, model: Any, name: str, email: str = "") -> Sequence[Any]:
    """The customers or vendors of this name; among namesakes, those with this e-mail address."""
    found = list(model.objects.of(organization).filter(name_key=name_key(name)).order_by("pk"))
    same = [record for record in found if email and record.email.casefold() == email.casefold()]
    return [_owned(record, organization) for record in (same if len(found) > 1 and same else found)]


def item_meant(organization: Organization, sku: str, name: str) -> Sequence[Any]:
    """The item of this SKU; else those of this name, with an SKU of their own only where none is given."""
    items = Item.objects.of(organization)
    found = items.filter(sku_key=name_key(sku)).first() if sku else None
    if found is not None:
        return [_owned(found, organization)]
    rows = items.filter(name_key=name_key(name)).order_by("pk") if name else items.none()
    without = [item for item in rows if not item.sku]
    return [_owned(item, organization) for item in (without if sku or len(without) == 1 else rows)]


def items_by_source(organization: Organization, ids: Collection[str]) -> dict[str, int]:
    """The ids of our items by those that other books know them by."""
    rows = ImportedRecord.objects.of(organization).filter(kind=ImportedKind.ITEM, source_id__in=ids)
    return dict(rows.values_list("source_id", "record_id")) if ids else {}


def items_meant(organization: Organization, lines: Sequence[tuple[str, str, str]]) -> list[int | None]:
    """For each line (source id, SKU, name) the id of the one item that it means. Three queries at most for all."""
    by_source = items_by_source(organization, {source for source, _sku, _name in lines if source})
    skus = {name_key(sku) for _source, sku, _name in lines if sku}
    names = {name_key(name) for _source, _sku, name in lines if name}
    wanted = Q(pk__in=by_source.values()) | Q(sku_key__in=skus) | Q(name_key__in=names)
    rows = list(Item.objects.of(organization).filter(wanted).values_list("pk", "sku_key", "name_key"))
    there = {pk for pk, _sku, _name in rows}
    by_sku = {sku: pk for pk, sku, _name in rows if sku}
    by_name: dict[str, list[int]] = {}
    for key, _sku, name in rows:
        by_name.setdefault(name, []).append(key)
    found: list[int | None] = []
    pk: int | None
    for source, sku, name in lines:
        pk = by_source.get(source) if source else None
        pk = by_sku.get(name_key(sku)) if pk not in there and sku else pk
        same = by_name.get(name_key(name), [])
        found.append(pk if pk in there else same[0] if len(same) == 1 else None)
    return found


def invoice_numbered(organization: Organization, number: str) -> Any:
    """The invoice that bears this number, with its customer."""
    found = Invoice.objects.of(organization).filter(number=number)
    if not found.exists():  # asked of each record, and next to always so
        return None
    return _owned(found.select_related("customer").first(), organization)


@dataclass
class Known:
    """What the records of a batch ask over and over, read once. An import changes nothing of it, but may make taxes."""

    organization: Organization
    customers: dict[tuple[str, str, str], Customer] = field(default_factory=dict)
    precisions: dict[str, int] = field(default_factory=dict)

    @cached_property
    def members(self) -> dict[str, list[int]]:
        """The user ids of the members, by e-mail address and by name."""
        return members_by_name(self.organization)

    @cached_property
    def terms(self) -> list[PaymentTerm]:
        """The payment terms in use, in their order."""
        return list(PaymentTerm.objects.of(self.organization).filter(is_active=True).order_by("position", "pk"))

    @cached_property
    def taxes(self) -> list[Tax]:
        """The taxes that lines may bear, by id."""
        return list(Tax.objects.of(self.organization).filter(is_active=True).order_by("pk"))

    def without_taxes(self) -> None:
        """One was made: the next record reads them anew, whether that one is there by then or was taken back."""
        self.__dict__.pop("taxes", None)

    def price_precision(self, currency: str) -> int:
        """How many decimals prices in this currency have at least."""
        if currency not in self.precisions:
            self.precisions[currency] = price_precision(self.organization, currency)
        return self.precisions[currency]


def term_meant(terms: Sequence[PaymentTerm], label: str, days: int | None) -> PaymentTerm | None:
    """The payment term of this name, else the first that is due after so many days."""
    key = name_key(label)
    same_name = [term for term in terms if key and term.name_key == key]
    if same_name or days is None:
        return same_name[0] if same_name else None
    counted = [term for term in terms if term.kind in (TermKind.DAYS, TermKind.RECEIPT) and term.days == days]
    return counted[0] if counted else None


def members_by_name(organization: Organization) -> dict[str, list[int]]:
    """The user ids of the members, by e-mail address and by name."""
    found: dict[str, list[int]] = {}
    for member in Membership.objects.of(organization).select_related("user").order_by("pk"):
        for key in {name_key(member.user.email), name_key(member.user.get_full_name())} - {""}:
            found.setdefault(key, []).append(member.user_id)
    return found


def exemption_meant(organization: Organization, text: str) -> TaxExemption | None:
    """The reason for exemption of this name or code, else the one whose sentence it is."""
    key = name_key(text)
    there = list(TaxExemption.objects.of(organization).filter(is_active=True).order_by("pk"))
    named = [one for one in there if key and key in (one.name_key, name_key(one.code))]
    return next(iter(named or [one for one in there if key and name_key(one.reason) == key]), None)


def _owned(record: Any, organization: Organization) -> Any:
    if record is not None:
        record.organization = organization
    return record
