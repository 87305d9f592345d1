"""Changing one cell of a list where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape as escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.custom_fields import custom_fields
from crm.selectors.records import get_record, record_rows
from crm.services import records as services
from crm.services.kinds import KINDS
from crm.ui.addresses import address
from crm.ui.base import actor_of
from crm.ui.cells import Column, Look
from crm.ui.custom_fields import columns as custom_columns
from crm.ui.forms import RecordForm
from crm.ui.sections import Section
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from crm.ui.records import Pages

_FIXED = frozenset({"currency", "exchange_rate"})
_TOLD = (Look.AGO,)


def editable(access: Access, module: Module, custom: FieldSet) -> frozenset[str]:
    """The columns whose cells the person may change in a list: plain fields, references, and custom fields."""
    if not access.may(module, Level.EDIT):
        return frozenset()
    return frozenset(name.removesuffix("_id") for name in KINDS[module].writable if name not in _FIXED) | {
        *custom.by_name
    }


def drawn(column: Column, content: SafeString, place: str = "") -> SafeString:
    """A cell of the table. One that may be changed says where."""
    return SafeString(f"{opened(column, place)}{escape(content)}</td>")


def opened(column: Column, place: str) -> str:
    """How such a cell begins."""
    classes = ' class="num"' if column.is_number else ""
    edited = f' data-edit="{escape(place)}" tabindex="-1"' if place else ""
    return f'<td{classes} data-label="{escape(column.label)}"{edited}>'


def place_of(access: Access, module: Module, record_id: int, column: Column) -> str:
    """Where one asks for a cell's control, and sends it."""
    return f"{address(module, 'cell', access.organization.pk, record_id)}?column={column.name}"


def cell(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """A cell with a control in it; and, once that is sent, with its new content."""
    access.require(pages.module, Level.EDIT)
    asked = request.GET.get("column", "")
    custom = _asked(access, pages.module, asked)
    column = next((known for known in (*pages.listing.columns, *custom_columns(custom)) if known.name == asked), None)
    if column is None or column.name not in editable(access, pages.module, custom) or column.look in _TOLD:
        raise NotFound(_("There is no such cell."))
    record = get_record(access, pages.module, record_id)
    name = column.name if custom or column.name in KINDS[pages.module].writable else f"{column.name}_id"
    sections = () if custom else (Section(column.label, (name,)),)
    form = RecordForm(access, pages.model, sections, record=record, data=request.POST or None, custom=custom)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_one(
                KINDS[pages.module],
                actor=actor_of(request),
                record=record,
                values=form.values(),
                version=form.cleaned_data["version"] or None,
            )
            return HttpResponse(_content(pages, access, record_id, column))
        except Refused as refused:
            form.refuse(refused)
        except Conflict:
            form.add_error(name, _("Somebody else has changed this record. Close the cell and look again."))
    context: dict[str, Any] = {
        "column": column,
        "place": place_of(access, pages.module, record_id, column),
        "control": form[name],
        "form": form,
        "record": record,
    }
    return render(request, "crm/list_cell.html", context, status=422 if form.is_bound else 200)


def _asked(access: Access, module: Module, name: str) -> FieldSet:
    """The custom field that the cell shows, if it shows one."""
    if not name.startswith(PREFIX):
        return FieldSet()
    field = custom_fields(access.organization, module).by_name.get(name)
    return FieldSet([field] if field else ())


def _content(pages: Pages, access: Access, record_id: int, column: Column) -> SafeString:
    """The cell as the list shows it now; empty where the record is out of the person's sight by the change."""
    row = record_rows(access, pages.module).filter(pk=record_id).values("id", *column.needs()).first()
    if row is None:
        return drawn(column, SafeString(""))
    return drawn(column, column.cell(row, access), place_of(access, pages.module, record_id, column))
