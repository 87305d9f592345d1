"""What an export holds: its columns, and its rows as the person who asked for them may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Trim
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Level, Module
from crm.models import RECORDS, Contact, ExportJob, ListView, Record
from crm.models.modules import module_of
from crm.selectors.criteria import criteria_filter
from crm.selectors.custom_fields import custom_fields
from crm.selectors.list_views import get_list_view, view_filter
from crm.selectors.records import record_rows
from crm.selectors.search import matches
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.texts import cell_of
from finsuite.kernel.errors import NotFound
from users.models import User

CHUNK = 2_000  # rows read at a time
_HIDDEN = frozenset({"organization", "name_key", "sort_key", "search_text", "custom"})
_LAST = ("created_at", "updated_at")

Row = dict[str, Any]


@dataclass(frozen=True)
class ExportColumn:
    """One column of a file. `value` tells its cell from a row that has `needs`, under the names that `needs` gives."""

    name: str
    label: str
    needs: dict[str, Any]
    value: Callable[[Row], Any]


def exports(access: Access) -> QuerySet[ExportJob]:
    """The person's own exports in an organization, the latest first."""
    return ExportJob.objects.of(access.organization).filter(created_by_id=access.user_id).order_by("-id")


def get_export(access: Access, export_id: int | str) -> ExportJob:
    """One of the person's own exports, of a module that they may still see; NotFound for any other."""
    found = exports(access).select_related("organization").filter(pk=as_id(export_id)).first()
    if found is None or not access.may(found.module, Level.VIEW):
        raise NotFound(_("There is no such export."))
    return found


def export_columns(access: Access, module: str) -> list[ExportColumn]:
    """Every column that an export of this module can have, in the order of a file that has them all."""
    columns = [column for column in RECORDS[Module(module)]._meta.concrete_fields if column.name not in _HIDDEN]
    columns.sort(key=lambda column: (column.name in _LAST, column.name != "id"))
    custom = [_custom_column(field) for field in custom_fields(access.organization, module)]
    at = len(columns) - len(_LAST)
    found = [_column(access, column) for column in columns]
    return [*found[:at], *custom, *found[at:]]


def export_selection(access: Access, module: str, asked: dict[str, Any]) -> QuerySet[Any]:
    """The records that were asked for: by id, a list view's, those that meet criteria, those that a search finds."""
    rows = record_rows(access, module).filter(matches(asked.get("search") or ""))
    if ids := asked.get("ids"):
        rows = rows.filter(pk__in=ids)
    if view_id := asked.get("view"):
        view = get_list_view(access.organization, view_id, user_id=access.user_id)
        rows = rows.filter(view_filter(view, access))
    if tag := asked.get("tag"):
        rows = rows.filter(tags__contains=[tag])
    if criteria := asked.get("criteria"):
        rows = rows.filter(criteria_filter(access, module, criteria))
    return rows


def export_title(access: Access, module: str, asked: dict[str, Any]) -> str:
    """What the selection is called: its list view, else the module."""
    if view_id := asked.get("view"):
        view: ListView = get_list_view(access.organization, view_id, user_id=access.user_id)
        return view.title
    return str(Module(module).label)


def export_rows(selection: QuerySet[Any], columns: Sequence[ExportColumn]) -> Iterator[list[Any]]:
    """The header, then a row of cells for each record, by name; the records are read a few thousand at a time."""
    yield [column.label for column in columns]
    needs: dict[str, Any] = {}
    for column in columns:
        needs.update(column.needs)
    read = selection.order_by("sort_key", "pk").values(**needs)
    for row in read.iterator(chunk_size=CHUNK):
        yield [column.value(row) for column in columns]


def _column(access: Access, column: models.Field[Any, Any]) -> ExportColumn:
    name = column.name
    label = _("ID") if name == "id" else capfirst(str(column.verbose_name))
    if isinstance(column, models.ForeignKey):
        return _reference(access, column, label)
    if name == "tags":
        return ExportColumn(name, label, {"v_tags": F("tags")}, lambda row: ", ".join(row["v_tags"]))
    key = f"v_{name}"
    return ExportColumn(name, label, {key: F(name)}, lambda row: row[key])


def _custom_column(field: FieldDefinition) -> ExportColumn:
    return ExportColumn(
        field.name, field.label, {"v_custom": F("custom")}, lambda row: cell_of(field, row["v_custom"].get(field.key))
    )


def _reference(access: Access, column: Any, label: str) -> ExportColumn:
    """A person by their e-mail address, a record by its name: nothing, if it is one that the reader may not see."""
    name, key = column.name, f"v_{column.name}"
    target = column.related_model
    if target is User:
        return ExportColumn(name, label, {key: F(f"{name}__email")}, lambda row: row[key] or "")
    if not issubclass(target, Record):
        return ExportColumn(name, label, {key: F(f"{name}__name")}, lambda row: row[key] or "")
    module = module_of(target)
    if not access.may(module, Level.VIEW):
        return ExportColumn(name, label, {}, lambda row: "")
    owner = f"{key}_owner"
    full = Trim(Concat(f"{name}__first_name", Value(" "), f"{name}__last_name"))
    needs = {key: full if target is Contact else F(f"{name}__name"), owner: F(f"{name}__owner_id")}
    return ExportColumn(name, label, needs, lambda row: (row[key] or "") if access.sees(module, row[owner]) else "")
