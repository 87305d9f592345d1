"""Which records have documents. A record with documents is never deleted, and keeps its currency.

What counts as a document follows from the tables: whatever names a customer, a vendor, an item or a tax so that it
can't go. A new kind of document counts from the day on which it has a table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import PROTECT, RESTRICT, ManyToOneRel, Model

from finance.models import Customer, Item, Organization, Tax, TaxGroupMember, Vendor
from finance.models.documents import DocumentLine

# Beside the tables, others may tell: (organization, ids) → those that they know.
Source = Callable[[Organization, Collection[int]], set[int]]

_NO_DOCUMENTS: frozenset[type[Model]] = frozenset({Customer, Item, Tax, TaxGroupMember, Vendor})
_use_sources: dict[type[Model], list[Source]] = {}


def tells_use(of: type[Model]) -> Callable[[Source], Source]:
    """Ask the decorated function, too, which items, vendors, taxes… documents name."""

    def register(source: Source) -> Source:
        sources = _use_sources.setdefault(of, [])
        if source not in sources:
            sources.append(source)
        return source

    return register


def ids_in_use(of: type[Model], organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these records that at least one document of any kind names. One query, and one for each source."""
    if not ids:
        return set()
    rows = [
        model._default_manager.filter(**{f"{column}__in": ids}).order_by().values_list(column, flat=True)
        for model, column in _naming(of)
    ]
    found: set[int] = set(rows[0].union(*rows[1:])) if rows else set()
    for source in _use_sources.get(of, ()):
        found |= source(organization, [pk for pk in ids if pk not in found])
    return found


def customer_ids_with_documents(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these customers that have at least one document of any kind."""
    return ids_in_use(Customer, organization, ids)


def organization_has_documents(organization: Organization) -> bool:
    """Whether any document of any kind exists. One query."""
    named = dict.fromkeys(model for of in (Customer, Vendor) for model, _column in _naming(of))
    models = [model for model in named if not issubclass(model, DocumentLine)]
    rows = [
        model._default_manager.filter(organization=organization).order_by().values_list("pk", flat=True)[:1]
        for model in models
    ]
    return bool(rows) and bool(list(rows[0].union(*rows[1:], all=True)[:1]))


@tells_use(Tax)
def taxes_on_lines(organization: Organization, ids: Collection[int]) -> set[int]:
    """Those of these taxes that lines were written with: they carry the ids, not references."""
    models = apps.get_app_config("finance").get_models()
    lines: list[Any] = [model for model in models if issubclass(model, DocumentLine)]
    return {pk for pk in ids if any(line.objects.filter(tax_ids__contains=[pk]).exists() for line in lines)}


@cache
def _naming(of: type[Model]) -> tuple[tuple[type[Model], str], ...]:
    """The tables of documents that refer to such records so that these can't go, each with its column."""
    relations = of._meta.get_fields(include_hidden=True)
    return tuple(
        (relation.related_model, relation.field.attname)
        for relation in relations
        if isinstance(relation, ManyToOneRel)
        and relation.on_delete in (RESTRICT, PROTECT)
        and relation.related_model not in _NO_DOCUMENTS
    )
