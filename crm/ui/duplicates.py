"""The pages of duplicates and merges: the module's list, what a record's page says of them, and the merge itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.duplicates.likeness import Likeness
from crm.models import RECORDS
from crm.selectors.custom_fields import custom_fields
from crm.selectors.dismissals import dismissed_of, dismissed_pairs
from crm.selectors.duplicates import GROUPS, Duplicate, duplicate_groups, duplicates_of
from crm.selectors.merges import get_merge, merges_into
from crm.selectors.records import get_record
from crm.services import duplicates as services
from crm.services import records
from crm.services.kinds import KINDS
from crm.services.merge_values import CUSTOM, FieldChoice
from crm.services.merging import MOST, MergePlan, merge_records, plan_merge
from crm.services.unmerging import undo_merge
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.merge_with import chooser
from crm.ui.overview import told
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.texts import shown
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

CHOICE, VERSION = "choice_", "version_"


@dataclass(frozen=True)
class Cell:
    """One record's value in the merge page's table."""

    record_id: int
    value: Any
    may_be_taken: bool
    is_taken: bool


@dataclass(frozen=True)
class Line:
    """One field of the merge page's table."""

    name: str
    label: str
    cells: list[Cell]


def _module(name: str) -> Module:
    if name not in KINDS:
        raise NotFound(_("There is no such page."))
    return Module(name)


def _ids(values: Iterable[str]) -> list[int]:
    """The ids, each once, in the order given."""
    found = [read_id(value) for value in values]
    return list(dict.fromkeys(pk for pk in found if pk))


def _may_merge(access: Access, module: Module) -> bool:
    return access.may(module, Level.EDIT) and access.may(module, Level.DELETE)


@require_safe
@in_organization
def duplicate_list(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """The module's groups of records that may be one, the likeliest first."""
    of = _module(module)
    access.require(of, Level.VIEW)
    page = read_id(request.GET.get("page", "1")) or 1
    found = duplicate_groups(access, of, page=page)
    context = {
        "access": access,
        "module": of,
        "found": found,
        "dismissed": dismissed_pairs(access, of),
        "page": page,
        "earlier": page - 1,
        "later": page + 1 if found.total > page * GROUPS else 0,
        "list_url": address(of, "list", access.organization.pk),
        "page_name": f"crm:{RECORDS[of]._meta.model_name}_detail",
        "may_merge": _may_merge(access, of),
        "may_edit": access.may(of, Level.EDIT),
        "most": MOST,
    }
    return render(request, "crm/duplicate_list.html", context)


@require_POST
@in_organization
def duplicate_search(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """Have the module searched again."""
    of = _module(module)
    services.ask_for_duplicates(actor=actor_of(request), organization=access.organization, module=of)
    return redirect("crm:duplicate_list", access.organization.pk, of.value)


@require_POST
@in_organization
def duplicate_dismiss(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """These are not the same, and shall not be shown as if they were."""
    of, ids = _module(module), _ids(request.POST.getlist("id"))
    services.dismiss(actor=actor_of(request), organization=access.organization, module=of, ids=ids)
    messages.success(request, _("They are not shown as duplicates any more."))
    return _back(request, access, of, ids)


@require_POST
@in_organization
def duplicate_recall(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """These may be the same after all."""
    of, ids = _module(module), _ids(request.POST.getlist("id"))
    services.recall(actor=actor_of(request), organization=access.organization, module=of, ids=ids)
    messages.success(request, _("They may be the same again."))
    return _back(request, access, of, ids)


def _back(request: HttpRequest, access: Access, module: Module, ids: list[int]) -> HttpResponse:
    """To the page where it was said: of one of the records, or the module's list."""
    back = _ids([request.POST.get("back", "")])
    if back and back[0] in ids:
        return redirect(address(module, "detail", access.organization.pk, back[0]))
    return redirect("crm:duplicate_list", access.organization.pk, module.value)


@require_safe
@in_organization
def record_duplicates(request: HttpRequest, access: Access, module: str, record_id: int) -> HttpResponse:
    """What a record's page says of duplicates and merges; the page loads it by itself."""
    of = _module(module)
    access.require(of, Level.VIEW)
    record = get_record(access, of, record_id)
    services.catch_up(access.organization, of)
    context = {
        "access": access,
        "module": of,
        "record": record,
        "duplicates": duplicates_of(access, of, record),
        "dismissed": dismissed_of(access, of, record.pk),
        "merges": merges_into(access, of, record_id),
        "page_name": f"crm:{RECORDS[of]._meta.model_name}_detail",
        "may_merge": _may_merge(access, of),
        "may_edit": access.may(of, Level.EDIT),
    }
    return render(request, "crm/record_duplicates.html", context)


def likely_duplicates(
    request: HttpRequest, access: Access, module: Module, values: Mapping[str, Any]
) -> list[Duplicate]:
    """What a record that is about to be made may be there already as. Drafts that can't be made have none."""
    if not values:
        return []
    kind = KINDS[module]
    [draft] = records.draft(kind, actor=actor_of(request), access=access, rows=[values])
    if isinstance(draft, Refused):
        return []
    services.catch_up(access.organization, module)
    return [found for found in duplicates_of(access, module, draft) if found.likeness is Likeness.LIKELY]


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def merge_page(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """Two or three records side by side: which survives, whose value each field takes, and what moves. With one
    alone: the choice of another.
    """
    of = _module(module)
    access.require(of, Level.EDIT)
    access.require(of, Level.DELETE)
    given = request.POST if request.method == "POST" else request.GET
    ids = _ids(given.getlist("id"))
    survivor_id = next(iter(_ids([given.get("survivor", "")])), ids[0] if ids else 0)
    if survivor_id not in ids:
        raise NotFound(_("There is no such record."))
    losers = [pk for pk in ids if pk != survivor_id]
    if request.method != "POST" and not losers:
        return chooser(request, access, of, survivor_id)
    if request.method != "POST":
        plan = plan_merge(access, of, survivor_id=survivor_id, loser_ids=losers)
        return _merge_form(request, access, plan, ids)
    choices = {name.removeprefix(CHOICE): pk for name in given if name.startswith(CHOICE) for pk in _ids([given[name]])}
    versions = {pk: given.get(f"{VERSION}{pk}") or None for pk in ids}
    try:
        merge = merge_records(
            actor=actor_of(request),
            organization=access.organization,
            module=of,
            survivor_id=survivor_id,
            loser_ids=losers,
            choices=choices,
            versions=versions,
        )
    except (Refused, Conflict) as refusal:
        plan = plan_merge(access, of, survivor_id=survivor_id, loser_ids=losers)
        return _merge_form(request, access, plan, ids, refusal=refusal)
    toast = render_to_string("crm/merge_toast.html", {"merge": merge, "losers": merge.losers.all()}, request)
    messages.success(request, mark_safe(toast))  # noqa: S308 – a template's, which escapes
    return redirect(address(of, "detail", access.organization.pk, survivor_id))


@require_POST
@in_organization
def merge_undo(request: HttpRequest, access: Access, merge_id: int) -> HttpResponse:
    """Take a merge back, and go to the first of the records that are there again."""
    merge = get_merge(access, merge_id)
    here = address(merge.module, "detail", access.organization.pk, merge.survivor_id)
    try:
        undo_merge(actor=actor_of(request), merge=merge)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(here)
    names = ", ".join(f"“{loser.label}”" for loser in merge.losers.all())
    messages.success(request, _("The merge is undone. %(names)s is there again.") % {"names": names})
    return redirect(here)


def _merge_form(
    request: HttpRequest, access: Access, plan: MergePlan, ids: list[int], refusal: Refused | Conflict | None = None
) -> HttpResponse:
    records_ = {record.pk: record for record in (plan.survivor, *plan.losers)}
    columns = [records_[pk] for pk in ids]
    custom = {field.name: field for field in custom_fields(access.organization, plan.module).all}
    labels = _labels(plan.module) | {name: field.label for name, field in custom.items()}
    lines = [_line(access, field, labels, custom, columns) for field in plan.fields]
    context = {
        "access": access,
        "module": plan.module,
        "columns": [(record, version_of(record), record.pk == plan.survivor.pk) for record in columns],
        "survivor": plan.survivor,
        "losers": plan.losers,
        "differing": [line for line, field in zip(lines, plan.fields, strict=True) if field.differs],
        "same": [line for line, field in zip(lines, plan.fields, strict=True) if not field.differs],
        "tags": plan.tags,
        "moves": [
            (
                _moved(access, move.hanging.module, move.hanging.label),
                [move.counts.get(pk, 0) for pk in ids],
                move.total,
            )
            for move in plan.moves
        ],
        "notes": plan.lines.notes,
        "list_url": address(plan.module, "list", access.organization.pk),
        "back": address(plan.module, "detail", access.organization.pk, plan.survivor.pk),
        "refusal": refusal,
        "page_name": f"crm:{RECORDS[plan.module]._meta.model_name}_detail",
    }
    status = 200 if refusal is None else 409 if isinstance(refusal, Conflict) else 422
    return render(request, "crm/merge.html", context, status=status)


def _moved(access: Access, module: Module | None, label: str) -> str:
    """What moves, for somebody who may know that there are such records."""
    return label if module is None or access.may(module, Level.VIEW) else _("Records that you do not see")


def _line(
    access: Access,
    field: FieldChoice,
    labels: Mapping[str, str],
    custom: Mapping[str, FieldDefinition],
    columns: list[Any],
) -> Line:
    cells = [
        Cell(
            record.pk,
            _shown(access, record, field.name, custom) if field.values[record.pk] is not None else "",
            record.pk in field.takeable,
            record.pk == field.taken,
        )
        for record in columns
    ]
    return Line(field.name, labels.get(field.name, field.name), cells)


def _shown(access: Access, record: Any, name: str, fields: Mapping[str, FieldDefinition]) -> Any:
    if not name.startswith(CUSTOM):
        value = getattr(record, name)
        return (_("Yes") if value else _("No")) if isinstance(value, bool) else told(access, record, name)
    field = fields.get(name)
    value = record.custom.get(name.removeprefix(CUSTOM))
    return shown(field, value, currency=record.currency) if field and value is not None else ""


def _labels(module: Module) -> dict[str, str]:
    columns = RECORDS[module]._meta.concrete_fields
    return {column.attname: str(capfirst(str(column.verbose_name))) for column in columns}
