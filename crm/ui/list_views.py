"""Making and changing list views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.criteria.fields import LISTED, FieldKind, FilterField
from crm.criteria.tree import MOST_CRITERIA
from crm.models import RECORDS, ListView
from crm.models.modules import referred
from crm.selectors.criteria import filter_fields
from crm.selectors.list_views import get_list_view
from crm.selectors.organizations import members
from crm.selectors.records import named
from crm.services import list_views as services
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.modules import PAGES
from finsuite.kernel import formats
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of


@dataclass
class Line:
    """One criterion as the form shows it."""

    index: int
    field: FilterField
    comparator: str
    value: str
    fields: list[FilterField]
    access: Access
    module: str
    fault: str = ""

    @property
    def comparators(self) -> list[tuple[str, Any]]:
        """What the field can be compared by; a choice of several records, and a stretch, are for programs."""
        is_record = self.field.kind is FieldKind.RECORD
        hidden = ("between", *(LISTED if is_record else ()))
        return [(name, self.field.told(name)) for name in self.field.comparators if name not in hidden]

    @property
    def is_valueless(self) -> bool:
        """Emptiness is compared with nothing."""
        return self.comparator in ("empty", "not_empty")

    @property
    def control(self) -> str:
        """Which control takes the value."""
        if self.picked:
            return "picker"
        return {
            FieldKind.RECORD: "person",
            FieldKind.YES_NO: "yes_no",
            FieldKind.DATE: "date",
            FieldKind.MOMENT: "date",
        }.get(self.field.kind, "text")

    @property
    def picked(self) -> Module | None:
        """The module whose records the field refers to, if it does."""
        return referred(RECORDS[Module(self.module)], f"{self.field.name}_id")

    @property
    def people(self) -> list[tuple[str, str]]:
        return [(str(member.user_id), str(member.user)) for member in members(self.access.organization)]

    @property
    def lookup(self) -> str:
        return address(self.picked, "lookup", self.access.organization.pk) if self.picked else ""

    @property
    def shown(self) -> str:
        """What the chosen record is called."""
        key = read_id(self.value)
        if key is None or self.picked is None:
            return ""
        return named(self.access, self.picked, {key}).get(key, "")


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def list_view_create(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """A new list view, for oneself or for everybody."""
    _enter(access, module)
    view = ListView(organization=access.organization, module=module, owner_id=request.user.pk)
    if request.method != "POST":
        return _form(request, access, view, lines=[_line(access, module, 0, {})])
    values = _values(request, access, module)
    for_all = request.POST.get("for") == "all"
    try:
        saved = services.create_list_view(
            actor=actor_of(request),
            organization=access.organization,
            values={**values, "module": module, "owner_id": None if for_all else request.user.pk},
        )
    except Refused as refused:
        return _again(request, access, view, refused)
    messages.success(request, _("The list view “%(name)s” is saved.") % {"name": saved.title})
    return redirect(_list(access, module, saved))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def list_view_edit(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """Another name or other records for a list view."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    _enter(access, view.module)
    if request.method != "POST":
        lines = [_line(access, view.module, at, entry) for at, entry in enumerate(view.criteria)]
        return _form(request, access, view, lines=lines or [_line(access, view.module, 0, {})])
    try:
        saved = services.update_list_view(
            actor=actor_of(request),
            list_view=view,
            values=_values(request, access, view.module),
            version=request.POST.get("version") or None,
        )
    except Refused as refused:
        return _again(request, access, view, refused)
    messages.success(request, _("The list view “%(name)s” is saved.") % {"name": saved.title})
    return redirect(_list(access, view.module, saved))


@require_POST
@in_organization
def list_view_delete(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """Delete a list view; the records stay."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    services.delete_list_view(actor=actor_of(request), list_view=view)
    messages.success(request, _("The list view “%(name)s” is deleted. No record is touched.") % {"name": view.title})
    return redirect(address(view.module, "list", access.organization.pk))


@require_safe
@in_organization
def list_view_line(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """One criterion's controls, for the field that has been chosen."""
    _enter(access, module)
    index = request.GET.get("index", "0")
    if not (index.isascii() and index.isdigit() and int(index) < MOST_CRITERIA):
        raise NotFound(_("There is no such page."))
    entry = {name: request.GET.get(f"{name}-{index}", "") for name in ("field", "comparator", "value")}
    return render(request, "crm/list_view_line.html", {"line": _line(access, module, int(index), entry)})


def _enter(access: Access, module: str) -> None:
    if module not in PAGES:
        raise NotFound(_("There is no such page."))
    access.require(module, Level.VIEW)


def _form(
    request: HttpRequest,
    access: Access,
    view: ListView,
    *,
    lines: list[Line],
    given: Mapping[str, Any] | None = None,
    faults: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "access": access,
        "view": view,
        "module": view.module,
        "module_label": Module(view.module).label,
        "list_url": address(view.module, "list", access.organization.pk),
        "lines": lines,
        "next_index": max((line.index for line in lines), default=-1) + 1,
        "name": view.name,
        "scope": view.scope if view.pk else ListView.Scope.CRITERIA,
        "scopes": ListView.Scope.choices,
        "version": version_of(view) if view.pk else "",
        "faults": faults or {},
        **(given or {}),
    }
    return render(request, "crm/list_view_form.html", context, status=422 if faults else 200)


def _again(request: HttpRequest, access: Access, view: ListView, refused: Refused) -> HttpResponse:
    """The form as it was sent, with what is wrong."""
    entries = _entries(request)
    lines = [_line(access, view.module, index, entry) for index, entry in entries]
    for line, position in zip(lines, range(len(lines)), strict=True):
        line.fault = " ".join(refused.fields.get(f"criteria.{position}", []))
    given = {"name": request.POST.get("name", ""), "scope": request.POST.get("scope", "")}
    faults = {name: " ".join(said) for name, said in refused.fields.items()} or {"": refused.message}
    return _form(request, access, view, lines=lines or [_line(access, view.module, 0, {})], given=given, faults=faults)


def _entries(request: HttpRequest) -> list[tuple[int, dict[str, str]]]:
    return [
        (index, {name: request.POST.get(f"{name}-{index}", "") for name in ("field", "comparator", "value")})
        for index in range(MOST_CRITERIA)
        if f"field-{index}" in request.POST
    ]


def _values(request: HttpRequest, access: Access, module: str) -> dict[str, Any]:
    scope = request.POST.get("scope", "")
    fields = filter_fields(access, module)
    criteria = [_criterion(fields, entry) for _index, entry in _entries(request)]
    return {
        "name": request.POST.get("name", ""),
        "scope": scope,
        "criteria": criteria if scope == ListView.Scope.CRITERIA else [],
    }


def _criterion(fields: Mapping[str, FilterField], entry: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the criterion holds it. What can't be read stays as typed: the service says what is wrong."""
    field, comparator, text = fields.get(entry["field"]), entry["comparator"], entry["value"].strip()
    told: dict[str, Any] = {"field": entry["field"], "comparator": comparator}
    if field is None or comparator in ("empty", "not_empty"):
        return told
    if comparator in LISTED:
        return {**told, "value": [_read(field, part.strip()) for part in text.split(",") if part.strip()]}
    return {**told, "value": _read(field, text)}


def _read(field: FilterField, text: str) -> Any:
    match field.kind:
        case FieldKind.YES_NO:
            return {"yes": True, "no": False}.get(text, text)
        case FieldKind.RECORD:
            found = read_id(text)
            return text if found is None else found
        case FieldKind.NUMBER | FieldKind.MONEY:
            try:
                return formats.plain_amount(formats.parse_amount(text))
            except Refused:
                return text
    return text


def _line(access: Access, module: str, index: int, entry: Mapping[str, Any]) -> Line:
    fields = filter_fields(access, module)
    field = fields.get(str(entry.get("field"))) or next(iter(fields.values()))
    comparator = str(entry.get("comparator", ""))
    if comparator not in field.comparators:
        comparator = field.comparators[0]
    value = entry.get("value", "")
    told = {True: "yes", False: "no", None: ""}.get(value) if isinstance(value, bool) or value is None else None
    if isinstance(value, list):
        told = ", ".join(str(item) for item in value)
    return Line(index, field, comparator, str(value) if told is None else told, list(fields.values()), access, module)


def _list(access: Access, module: str, view: ListView) -> str:
    return f"{address(module, 'list', access.organization.pk)}?view={view.pk}"
