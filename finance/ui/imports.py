"""The pages of an import, from the file to the undo. One address shows an import as far as it has come."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from finance import access
from finance.choices import ImportedKind, ImportModule
from finance.models import ImportJob, ImportOutcome, ImportResult, ImportState, ImportUndo, Membership
from finance.selectors import imports as selectors
from finance.services import imports as services
from finance.ui.import_forms import MappingForm
from finance.ui.pages import actor_of, address_of, known_value, show
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.forms import ReadingForm, UploadForm
from finsuite.kernel.imports.reader import MOST_BYTES, MOST_ROWS
from finsuite.kernel.imports.words import file_fault
from finsuite.kernel.imports.workbook import XLSX
from finsuite.kernel.spreadsheets import csv_chunks

PAGE_SIZES = (20, 50, 100)
STATE_TONES = {
    ImportState.DRAFT: "neutral",
    ImportState.CHECKING: "progress",
    ImportState.CHECKED: "info",
    ImportState.RUNNING: "progress",
    ImportState.DONE: "success",
    ImportState.UNDOING: "progress",
    ImportState.UNDONE: "off",
    ImportState.BROKEN: "danger",
    ImportState.FAILED: "danger",
}
ROW_TONES = {
    "create": "success",
    "update": "info",
    "unchanged": "neutral",
    "skip": "off",
    "refuse": "danger",
    "created": "success",
    "updated": "info",
    "skipped": "off",
    "refused": "danger",
    "reversed": "success",
    "kept": "warning",
    "failed": "danger",
}
LISTS = {
    ImportModule.CONTACTS: "customer_list",
    ImportModule.ITEMS: "item_list",
    ImportModule.INVOICES: "invoice_list",
}
AUTOMATIC = ("", gettext_lazy("As its header tells"))


def page(*methods: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Only for members who may import something; where an import is named, only for those who may import the like."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @require_http_methods([*(methods or ("GET",)), "HEAD"])
        @never_cache
        @login_required
        def open_page(
            request: HttpRequest, organization: int, import_id: int | None = None, **names: Any
        ) -> HttpResponseBase:
            member = access.membership(request.user, organization)
            selectors.require_some(member)
            if import_id is None:
                return view(request, member, **names)
            return view(request, member, selectors.one_import(member, import_id), **names)

        return open_page

    return decorate


@page()
def import_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The imports so far."""
    found = Paginator(selectors.imports(member), _size(request)).get_page(request.GET.get("page"))
    rows = [{"job": job, "tone": STATE_TONES[ImportState(job.state)], "counts": _totals(job)} for job in found]
    return show(request, member, "finance/imports/list.html", {"page": found, "rows": rows})


@page("GET", "POST")
def import_new(request: HttpRequest, member: Membership) -> HttpResponse:
    """Choose a file."""
    modules = selectors.modules_of(member)
    holds = [AUTOMATIC, *((module, ImportModule(module).label) for module in modules)]
    asked = known_value(request.GET.get("module"), modules)
    is_sent = request.method == "POST"
    sent = (request.POST, request.FILES) if is_sent else (None, None)
    form = UploadForm(*sent, holds=holds, initial={"module": asked})
    form.fields["module"].required = False
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = services.create_import(
                actor=actor_of(request),
                organization=member.organization,
                module=form.cleaned_data["module"],
                file_name=file.name or "",
                chunks=file.chunks(),
            )
        except Refused as refused:
            form.add_error("module" if "module" in refused.fields else "file", refused.message)
        else:
            return redirect(_address(job))
    context = {
        "form": form,
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "most_rows": formats.number(MOST_ROWS),
    }
    return show(request, member, "finance/imports/new.html", context, status=422 if form.is_bound else 200)


@page()
def import_page(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """An import as far as it has come. `?step=map` goes back to the mapping while nothing is written."""
    if job.state == ImportState.DRAFT or (job.state == ImportState.CHECKED and request.GET.get("step") == "map"):
        return _map_page(request, member, job, MappingForm(job=job, role=member.role))
    if job.state == ImportState.BROKEN:
        return _broken_page(request, member, job, ReadingForm(job=job))
    if job.is_under_way:
        return show(request, member, "imports/progress.html", _context(member, job))
    return _rows_page(request, member, job)


@page()
def import_progress(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """How far the work in the background is: a fragment that asks again by itself, until there is a page to show."""
    if not job.is_under_way:
        return HttpResponse(headers={"HX-Redirect": _address(job)})
    return render(request, "imports/progress_part.html", {"organization": member.organization, **_context(member, job)})


@page("POST")
def import_reading(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """Read the file in another encoding or with another delimiter."""
    form = ReadingForm(request.POST, job=job)
    if form.is_valid():
        services.change_reading(actor=actor_of(request), job=job, **form.cleaned_data)
        return redirect(_address(job))
    return _broken_page(request, member, job, form, status=422)


@page("POST")
def import_map(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """Take the mapping and the choices, and start the dry run."""
    form = MappingForm(request.POST, job=job, role=member.role)
    if form.is_valid():
        actor = actor_of(request)
        try:
            services.choose(actor=actor, job=job, values=form.values())
            services.start_check(actor=actor, job=job)
        except Refused as refused:
            form.take(refused)
        else:
            return redirect(_address(job))
    return _map_page(request, member, job, form, status=422)


@page("POST")
def import_start(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """Do what the dry run has shown."""
    services.start_run(actor=actor_of(request), job=job)
    return redirect(_address(job))


@page("POST")
def import_undo(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """Take the import back."""
    services.start_undo(actor=actor_of(request), job=job)
    return redirect(_address(job))


@page("POST")
def import_delete(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    """Forget the file; the records stay."""
    services.delete_import(actor=actor_of(request), job=job)
    messages.success(request, _("The import is deleted. Its records stay."))
    return redirect(address_of(member, "import_list"))


@page()
def import_download(request: HttpRequest, member: Membership, job: ImportJob, what: str) -> HttpResponseBase:
    """What became of the records, or the refused rows as they stood in the file, as CSV."""
    rows = selectors.refused_table(job) if what == "refused" else selectors.dry_run_table(job, _show(request))
    return StreamingHttpResponse(
        csv_chunks(rows, job.delimiter or ","),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="import-{job.pk}-{what}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _address(job: ImportJob) -> str:
    return _url(job, "page")


def _url(job: ImportJob, name: str) -> str:
    of_all = name in ("list", "new")
    names = {"organization": job.organization_id, **({} if of_all else {"import_id": job.pk})}
    return reverse(f"finance:import_{name}", kwargs=names)


def _context(member: Membership, job: ImportJob) -> dict[str, Any]:
    at = {"draft": 2, "broken": 2, "checking": 3, "checked": 3}.get(job.state, 4)
    urls = ("list", "new", "page", "progress", "reading", "map", "start", "undo", "delete", "rows", "refused")
    return {
        "job": job,
        "tone": STATE_TONES[ImportState(job.state)],
        "steps": [_("File"), _("Columns"), _("Dry run"), _("Import")],
        "step": at,
        "is_workbook": job.encoding == XLSX,
        "totals": _totals(job),
        "undo": {value: job.undo_counts.get(value, 0) for value in ImportUndo.values},
        "fault": file_fault(job.fault) if job.fault else "",
        "list_url": address_of(member, LISTS[ImportModule(job.module)]),
        "urls": {name: _url(job, name) for name in urls},
    }


def _map_page(
    request: HttpRequest, member: Membership, job: ImportJob, form: MappingForm, status: int = 200
) -> HttpResponse:
    start = selectors.preview(job)
    columns = [
        {"header": header, "samples": start.samples(number), "field": form[f"column_{number}"]}
        for number, header in enumerate(job.headers)
    ]
    context = {
        **_context(member, job),
        "step": 2,
        "form": form,
        "reading": ReadingForm(job=job),
        "columns": columns,
        "preview": start,
        "formats": [form[name] for name in form.format_names],
        "switches": [form[name] for name in form.switch_names],
        "unmapped": selectors.unmapped(job),
    }
    return show(request, member, "finance/imports/map.html", context, status=status)


def _broken_page(
    request: HttpRequest, member: Membership, job: ImportJob, form: ReadingForm, status: int = 200
) -> HttpResponse:
    context = {**_context(member, job), "form": form, "preview": selectors.preview(job)}
    return show(request, member, "imports/broken.html", context, status=status)


def _rows_page(request: HttpRequest, member: Membership, job: ImportJob) -> HttpResponse:
    asked = _show(request)
    found = Paginator(selectors.import_rows(job, asked), _size(request)).get_page(request.GET.get("page"))
    rows = [
        {"row": row, "url": _record_url(member, row), "tone": ROW_TONES.get(row.undo or row.result or row.outcome, "")}
        for row in selectors.shown(job, found)
    ]
    written = sum(job.results.get(name, 0) for name in ("created", "updated"))
    context = {
        **_context(member, job),
        "page": found,
        "rows": rows,
        "show": asked,
        "tabs": _tabs(job),
        "unmapped": selectors.unmapped(job),
        "may_undo": job.state in (ImportState.DONE, ImportState.FAILED) and bool(written),
    }
    template = "check" if job.state == ImportState.CHECKED else "result"
    return show(request, member, f"finance/imports/{template}.html", context)


def _record_url(member: Membership, row: selectors.ShownRow) -> str:
    gone = row.undo == ImportUndo.REVERSED and row.result == ImportResult.CREATED
    if row.record_id is None or gone:
        return ""
    name = selectors.KIND_PAGES[ImportedKind(row.kind)]
    key = "document" if row.kind == ImportedKind.INVOICE else name
    return address_of(member, f"{name}_detail", **{key: row.record_id})


def _tabs(job: ImportJob) -> list[dict[str, Any]]:
    """The records by what became of them, each with its number; those without any are left out."""
    if job.undo_counts:
        counts, kind, labels = job.undo_counts, "undo", dict(ImportUndo.choices)
    elif job.results:
        counts, kind, labels = job.results, "result", dict(ImportResult.choices)
    else:
        counts, kind, labels = job.counts, "outcome", dict(ImportOutcome.choices)
    return [
        {"show": f"{kind}-{value}", "label": label, "count": counts[value]}
        for value, label in labels.items()
        if counts.get(value)
    ]


def _totals(job: ImportJob) -> dict[str, int]:
    """Created, updated and refused so far, or as the dry run expects them; and what is made besides."""
    after = job.results or {
        "created": job.counts.get("create", 0),
        "updated": job.counts.get("update", 0),
        "unchanged": job.counts.get("unchanged", 0),
        "skipped": job.counts.get("skip", 0),
        "refused": job.counts.get("refuse", 0),
        **{name: job.counts.get(name, 0) for name in ("customers", "taxes", "payments")},
    }
    names = ("created", "updated", "unchanged", "skipped", "refused", "customers", "taxes", "payments")
    return {"rows": job.counts.get("rows", 0), **{name: after.get(name, 0) for name in names}}


def _show(request: HttpRequest) -> str:
    return request.GET.get("show", "")


def _size(request: HttpRequest) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(size) for size in PAGE_SIZES} else 50


urlpatterns: list[URLPattern] = [
    path("", import_list, name="import_list"),
    path("new/", import_new, name="import_new"),
    path("<id:import_id>/", import_page, name="import_page"),
    path("<id:import_id>/progress/", import_progress, name="import_progress"),
    path("<id:import_id>/reading/", import_reading, name="import_reading"),
    path("<id:import_id>/columns/", import_map, name="import_map"),
    path("<id:import_id>/start/", import_start, name="import_start"),
    path("<id:import_id>/undo/", import_undo, name="import_undo"),
    path("<id:import_id>/delete/", import_delete, name="import_delete"),
    path("<id:import_id>/rows.csv", import_download, {"what": "rows"}, name="import_rows"),
    path("<id:import_id>/refused.csv", import_download, {"what": "refused"}, name="import_refused"),
]
