"""Narrowing a list by custom fields: what its address says, the controls that say it, and the rows that are left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from finance.models import Organization
from finance.selectors.custom_fields import custom_fields
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.kinds import CHOOSING, DAYS, NUMBERS, FieldDefinition, Kind
from finsuite.kernel.custom_fields.queries import Matching
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import Refused

LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control of the filter: a text, a choice, or one end of a stretch of days or numbers."""

    name: str
    label: str
    kind: str  # "text", "select", "date" or "number"
    value: str
    options: tuple[tuple[str, str], ...] = ()


class CustomFilters:
    """What a list can be narrowed by, and what it is narrowed to. What can't be read is as if absent."""

    def __init__(self, fields: FieldSet, asked: Mapping[str, str]) -> None:
        self.fields = fields
        self.controls = [
            control for field in fields for control in _controls(field, {**asked}) if fields.values is not None
        ]
        self.query = {control.name: control.value for control in self.controls if control.value}

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.query)

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the rows that hold what is asked for."""
        for field in self.fields:
            for operation, value in _asked(field, self.query):
                assert self.fields.values is not None
                rows = rows.filter(Matching(self.fields.values, field)(operation, value))
        return rows


def custom_filters(request: HttpRequest, organization: Organization, module: str) -> CustomFilters:
    """What this request narrows a list of such records to. No query where there are no such fields."""
    return CustomFilters(custom_fields(organization, module), request.GET.dict())


def _controls(field: FieldDefinition, asked: dict[str, str]) -> list[Control]:
    def control(name: str, label: str, kind: str, options: tuple[tuple[str, str], ...] = ()) -> Control:
        value = asked.get(name, "").strip()[:LONGEST]
        if options and value not in dict(options):
            value = ""
        return Control(name=name, label=label, kind=kind, value=value, options=options)

    if field.kind in NUMBERS | DAYS:
        kind = "date" if field.kind in DAYS else "number"
        return [
            control(f"{field.name}__gte", _("%(field)s from") % {"field": field.label}, kind),
            control(f"{field.name}__lte", _("%(field)s up to") % {"field": field.label}, kind),
        ]
    if field.kind == Kind.YES_NO:
        return [control(field.name, field.label, "select", (("yes", _("yes")), ("no", _("no"))))]
    if field.kind in CHOOSING:
        options = tuple((choice.key, choice.label) for choice in field.options.values())
        return [control(field.name, field.label, "select", options)]
    return [control(field.name, field.label, "text")]


def _asked(field: FieldDefinition, query: Mapping[str, str]) -> list[tuple[str, Any]]:
    """What the field is asked for, as (operation, value)."""
    if field.kind in NUMBERS | DAYS:
        found = []
        for operation in ("gte", "lte"):
            value = _read(field, query.get(f"{field.name}__{operation}", ""))
            if value is not None:
                found.append((operation, value) if field.kind != Kind.MOMENT else _edge(operation, value))
        return found
    text = query.get(field.name, "")
    if not text:
        return []
    if field.kind == Kind.YES_NO:
        return [("equal", text == "yes")]
    return [("equal" if field.kind in CHOOSING else "contains", text)]


def _read(field: FieldDefinition, text: str) -> Decimal | dt.date | None:
    if field.kind in DAYS:
        try:
            return parse_date(text)
        except ValueError:
            return None
    try:
        return formats.parse_amount(text) if text else None
    except Refused:
        return None


def _edge(operation: str, day: Any) -> tuple[str, dt.datetime]:
    """The first moment of a day, or the first that is beyond it."""
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    return ("gte", start) if operation == "gte" else ("lt", start + dt.timedelta(days=1))
