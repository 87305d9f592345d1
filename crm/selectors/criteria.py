"""Criteria turned into a filter: what list views, filters on a page, exports and the sync's scope all speak.

What can be written, and what it means, is in crm/criteria (docs/list-views.md). Text is compared without regard to
capitals and accents; days are days of the organization's time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from crm.access import Access
from crm.choices import Level, Module
from crm.criteria.fields import NEGATED, FieldKind, FilterField
from crm.criteria.periods import Calendar, Span
from crm.criteria.tree import Criterion, Group, Reading, read_tree
from crm.models import RECORDS, Organization
from crm.models.modules import module_of, references
from crm.models.record import Record
from crm.selectors import custom_criteria
from finsuite.kernel.folding import marked

Scope = Access | Organization  # a person's, or everything in an organization

# Other sources of fields: (scope, module) → fields. Custom fields come from one.
SOURCES: list[Callable[[Scope, Module], Iterable[FilterField]]] = [custom_criteria.filter_fields]

_DATES = {"created_at": gettext_lazy("Created"), "updated_at": gettext_lazy("Last change")}
_HIDDEN = frozenset(
    {"id", "organization", "name_key", "sort_key", "search_text", "custom", "amount_home", "expected_home"}
)
_NEVER = Q(pk__in=())

# The texts that are part of `search_text`, whose index finds them.
_SEARCHED: dict[Module, tuple[str, ...]] = {
    Module.ACCOUNTS: ("name", "account_number", "website", "phone", "billing_city", "tax_number"),
    Module.CONTACTS: ("first_name", "last_name", "email", "secondary_email", "phone", "mobile"),
    Module.DEALS: ("name", "next_step", "deal_type"),
    Module.PRODUCTS: ("name", "code", "category", "manufacturer"),
    Module.VENDORS: ("name", "email", "website", "phone", "city", "tax_number"),
}


def filter_fields(scope: Scope, module: str) -> dict[str, FilterField]:
    """The fields of a module that criteria may name, by name, in the model's order."""
    known = Module(module)
    model = RECORDS[known]
    columns = sorted(
        (column for column in model._meta.concrete_fields if column.name not in _HIDDEN), key=lambda c: c.name in _DATES
    )
    fields = [_field(scope, known, column) for column in columns]
    for source in SOURCES:
        fields += source(scope, known)
    return {field.name: field for field in fields}


def setup_rows(access: Access, module: Module, target: str) -> models.QuerySet[Any]:
    """The organization's own entries that a criterion chooses from: its "stage"s, "pipeline"s, "lostreason"s."""
    targets: list[Any] = [*references(RECORDS[module]).values()]
    model = next(each for each in targets if each._meta.model_name == target)
    rows: models.QuerySet[Any] = model.objects.of(access.organization).order_by("pk")
    return rows


def criteria_filter(
    scope: Scope, module: str, criteria: Any, *, user_id: int | None = None, now: datetime | None = None
) -> Q:
    """The filter that keeps the records which meet the criteria; Refused by place if one can't be understood.

    "me" is the person of the access, or else `user_id`.
    """
    return compiled(read_criteria(scope, module, criteria, user_id=user_id, now=now))


def read_criteria(
    scope: Scope, module: str, criteria: Any, *, user_id: int | None = None, now: datetime | None = None
) -> Group:
    """The criteria understood, not yet a filter."""
    person = user_id if user_id is not None else getattr(scope, "user_id", None)
    return read_tree(criteria, Reading(filter_fields(scope, module), calendar_of(scope, now), person))


def calendar_of(scope: Scope, now: datetime | None = None) -> Calendar:
    """What day it is for the organization."""
    organization = organization_of(scope)
    zone = ZoneInfo(organization.time_zone)
    today = (now or timezone.now()).astimezone(zone).date()
    return Calendar(today, zone, organization.fiscal_year_start_month)


def organization_of(scope: Scope) -> Organization:
    return scope.organization if isinstance(scope, Access) else scope


def compiled(part: Group | Criterion) -> Q:
    """The filter that a tree, or one criterion, stands for."""
    if isinstance(part, Criterion):
        return _criterion(part)
    filters = [compiled(inner) for inner in part.parts]
    return reduce(and_ if part.join == "all" else or_, filters, Q())


def _criterion(part: Criterion) -> Q:
    if positive := NEGATED.get(part.comparator):
        return ~_positive(part.field, positive, part.value)
    return _positive(part.field, part.comparator, part.value)


def _positive(field: FilterField, comparator: str, value: Any) -> Q:
    matches = field.matches
    if isinstance(value, Span):
        return _in_time(field, comparator, value)
    match comparator:
        case "between":
            low, high = value
            if isinstance(low, Span):
                return matches("within", [("gte", low.start), ("lt", high.end)])
            return matches("within", [("gte", low), ("lte", high)])
        case "is":
            return matches("equal", value)
        case "in":
            return matches("among", value)
    return matches(comparator, value)


def _in_time(field: FilterField, comparator: str, span: Span) -> Q:
    matches = field.matches
    match comparator:
        case "is":
            return matches("within", [("gte", span.start), ("lt", span.end)])
        case "gt":
            return matches("gte", span.end)
        case "lte":
            return matches("lt", span.end)
    return matches(comparator, span.start)


@dataclass(frozen=True)
class Column:
    """How a column of the table is compared."""

    name: str
    kind: FieldKind
    nullable: bool
    is_searched: bool = False

    def __call__(self, operation: str, value: Any) -> Q:
        """The filter of one operation (crm.criteria.fields.Matcher)."""
        if operation == "empty":
            return self._empty()
        if self.kind is FieldKind.TAGS:
            return self._tagged([value] if operation == "contains" else value)
        if self.kind is FieldKind.TEXT:
            return self._text(operation, value)
        if operation == "within":
            return reduce(and_, (self(*bound) for bound in value))
        if operation == "among":
            return Q(**{f"{self.name}__in": value})
        return Q(**{self.name if operation == "equal" else f"{self.name}__{operation}": value})

    def _text(self, operation: str, value: Any) -> Q:
        lookup = {"equal": "exact", "among": "in", "starts_with": "startswith", "ends_with": "endswith"}
        kept = Q(**{f"{self.name}__folded__{lookup.get(operation, operation)}": value})
        if self.is_searched and isinstance(value, str):
            # The search text has each word once, in any order: only words can be asked of its index.
            return reduce(and_, (Q(search_text__contains=word) for word in dict.fromkeys(value.split())), Q()) & kept
        return kept

    def _tagged(self, tags: Sequence[str]) -> Q:
        return reduce(or_, (Q(**{f"{self.name}__folded__contains": marked(tag)}) for tag in tags))

    def _empty(self) -> Q:
        if self.nullable:
            return Q(**{f"{self.name}__isnull": True})
        return Q(**{self.name: [] if self.kind is FieldKind.TAGS else ""})


@dataclass(frozen=True)
class Reference:
    """How a reference to another record is compared: one to a record that the person may not see is empty to them."""

    column: Column
    seen: Q

    def __call__(self, operation: str, value: Any) -> Q:
        if operation == "empty":
            return self.column(operation, value) | ~self.seen
        return self.column(operation, value) & self.seen


def _field(scope: Scope, module: Module, column: models.Field[Any, Any]) -> FilterField:
    kind = _kind_of(column)
    searched = column.name in _SEARCHED[module]
    matches: Any = Column(column.name, kind, column.null, searched)
    target = _target(column) if kind is FieldKind.RECORD else ""
    if target in Module.values and (seen := _seen(scope, Module(target), column.name)) is not None:
        matches = Reference(matches, seen)
    return FilterField(
        name=column.name,
        label=str(_DATES.get(column.name, capfirst(str(column.verbose_name)))),
        kind=kind,
        can_be_empty=column.null or kind in (FieldKind.TEXT, FieldKind.TAGS) or (bool(column.choices) and column.blank),
        matches=matches,
        target=target,
        options=tuple((str(value), str(label)) for value, label in column.choices or ()),
    )


def _seen(scope: Scope, target: Module, name: str) -> Q | None:
    """The filter of the rows whose reference the person may see; None where that is all of them."""
    if not isinstance(scope, Access):
        return None
    if not scope.may(target, Level.VIEW):
        return _NEVER
    visible = scope.visible(target, f"{name}__")
    return Q(**{f"{name}__isnull": False}) & visible if visible else None


def _target(column: models.Field[Any, Any]) -> str:
    related: Any = column.related_model
    if issubclass(related, Record):
        return module_of(related)
    return "users" if related._meta.label == settings.AUTH_USER_MODEL else str(related._meta.model_name)


_MONEY = frozenset({"annual_revenue", "amount", "expected_revenue", "unit_price"})


def _kind_of(column: models.Field[Any, Any]) -> FieldKind:
    if column.choices:
        return FieldKind.CHOICE
    match column:
        case models.ForeignKey():
            return FieldKind.RECORD
        case models.BooleanField():
            return FieldKind.YES_NO
        case models.DecimalField() if column.name in _MONEY:
            return FieldKind.MONEY
        case models.IntegerField() | models.DecimalField():
            return FieldKind.NUMBER
        case models.DateTimeField():
            return FieldKind.MOMENT
        case models.DateField():
            return FieldKind.DATE
        case models.CharField() | models.TextField():
            return FieldKind.TEXT
    return FieldKind.TAGS
