"""The pages of exports: what to take out, how far it is, and the file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.models import ExportJob, ExportState
from crm.selectors.exports import export_columns, export_selection, export_title, exports, get_export
from crm.selectors.records import record_rows
from crm.services import exports as services
from crm.ui.base import actor_of, in_organization
from crm.ui.filters import read_json
from crm.ui.lists import Shown
from crm.ui.modules import PAGES
from finsuite.kernel import formats
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id

PAGE = 20
TYPES = {
    ExportJob.Format.CSV: "text/csv; charset=utf-8",
    ExportJob.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TONES = {
    ExportState.WRITING: "progress",
    ExportState.READY: "success",
    ExportState.FAILED: "danger",
    ExportState.CLEARED: "off",
}


@require_safe
@in_organization
def export_list(request: HttpRequest, access: Access) -> HttpResponse:
    """One's own exports. While one is being written, the list looks again by itself."""
    page = Paginator(exports(access), PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = [
        {"job": job, "tone": TONES[ExportState(job.state)], "size": _size(job.size)} for job in page
    ]
    context = {
        "access": access,
        "rows": rows,
        "page": page,
        "is_under_way": any(job.state == ExportState.WRITING for job in page),
    }
    return render(request, "crm/export_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def export_new(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """What to take out of a list, as it stands: which columns, and as which file."""
    if module not in Module.values:
        raise NotFound(_("There is no such page."))
    access.require(module, Level.VIEW)
    if request.method != "POST":
        return _form(request, access, module, request.GET)
    values = _values(request.POST)
    try:
        job = services.create_export(
            actor=actor_of(request), organization=access.organization, module=module, values=values
        )
    except Refused as refused:
        return _form(request, access, module, request.POST, refused)
    if job.state == ExportState.READY:
        return redirect("crm:export_file", organization=access.organization.pk, export_id=job.pk)
    messages.success(request, _("The file is being written. It will be here in a moment."))
    return redirect("crm:export_list", organization=access.organization.pk)


@require_safe
@in_organization
def export_file(request: HttpRequest, access: Access, export_id: int) -> Any:
    """The file, to be saved."""
    job = get_export(access, export_id)
    if job.state != ExportState.READY:
        raise NotFound(_("This file is not there: it is being written, or has been cleared away."))
    return file_response(job)


@require_POST
@in_organization
def export_delete(request: HttpRequest, access: Access, export_id: int) -> HttpResponse:
    """Throw a file away."""
    services.delete_export(actor=actor_of(request), job=get_export(access, export_id))
    messages.success(request, _("The file is deleted."))
    return redirect("crm:export_list", organization=access.organization.pk)


def file_response(job: ExportJob) -> StreamingHttpResponse:
    """The file as a download."""
    response = StreamingHttpResponse(services.file_parts(job), content_type=TYPES[ExportJob.Format(job.format)])
    response["Content-Disposition"] = f'attachment; filename="{job.file_name}"'
    response["Content-Length"] = str(job.size)
    response["Cache-Control"] = "private, no-store"
    return response


def _form(
    request: HttpRequest, access: Access, module: str, given: QueryDict, refused: Refused | None = None
) -> HttpResponse:
    selecting = ("ids", "view", "criteria", "search", "tag")
    asked = {name: value for name, value in _values(given).items() if name in selecting}
    chosen = given.getlist("column") if request.method == "POST" else _shown_columns(request, access, module)
    try:
        count = export_selection(access, module, asked).count()
    except Refused as fault:  # the view can't be understood any more
        refused, count = refused or fault, 0
    context = {
        "access": access,
        "module": module,
        "title": export_title(access, module, asked),
        "count": formats.number(count),
        "carried": [(name, v) for name in ("view", "filter", "q", "tag", "row") for v in given.getlist(name) if v],
        "columns": [
            {"name": column.name, "label": column.label, "is_chosen": not chosen or column.name in chosen}
            for column in export_columns(access, module)
        ],
        "formats": ExportJob.Format.choices,
        "format": given.get("format", ExportJob.Format.CSV),
        "is_all": not chosen,
        "fault": refused.message if refused else "",
    }
    return render(request, "crm/export_new.html", context, status=422 if refused else 200)


def _shown_columns(request: HttpRequest, access: Access, module: str) -> list[str]:
    """What the list shows, in the choice of the person who comes from it; nothing where they ask for all."""
    if "all" in request.GET:
        return []
    listing = PAGES[Module(module)].listing
    shown = Shown(request, access, listing, record_rows(access, module))
    return [*listing.name_columns, *(column.name for column in shown.columns)]


def _values(given: QueryDict) -> dict[str, Any]:
    """What the form, or a list's address, asks for."""
    return {
        "ids": [key for value in given.getlist("row") if (key := read_id(value)) is not None],
        "view": "" if "filter" in given else given.get("view", ""),  # a filter stands in its view's place
        "criteria": read_json(given.get("filter", "")),
        "search": given.get("q", ""),
        "tag": given.get("tag", ""),
        "columns": given.getlist("column"),
        "format": given.get("format", ExportJob.Format.CSV),
    }


def _size(size: int) -> str:
    """A file's size in words: kilobytes below a megabyte."""
    if size < 1_000_000:
        return _("%(count)s kB") % {"count": formats.number(max(1, round(size / 1000)))}
    return _("%(count)s MB") % {"count": formats.number(round(size / 1_000_000, 1))}
