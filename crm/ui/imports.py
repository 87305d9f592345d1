"""The pages of an import, from the file to the undo. One address shows an import as far as it has come."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.imports.fields import MODULES
from crm.models import ImportJob, ImportOutcome, ImportResult, ImportState, ImportUndo
from crm.selectors import imports as selectors
from crm.services import imports as services
from crm.services.import_fields import table_of
from crm.services.import_words import match_label
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.import_forms import MappingForm
from finsuite.kernel import formats
from finsuite.kernel.errors import NotPermitted, Refused
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


@require_safe
@in_organization
def import_list(request: HttpRequest, access: Access) -> HttpResponse:
    """The imports so far."""
    modules = _modules(access)
    found = selectors.imports(access).filter(module__in=modules)
    page = Paginator(found, _size(request)).get_page(request.GET.get("page"))
    rows = [{"job": job, "tone": STATE_TONES[ImportState(job.state)], "counts": _totals(job)} for job in page]
    return render(request, "crm/import_list.html", {"organization": access.organization, "page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def import_new(request: HttpRequest, access: Access) -> HttpResponse:
    """Choose a file."""
    modules = _modules(access)
    asked = request.GET.get("module", "")
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        holds=[(module, Module(module).label) for module in modules],
        initial={"module": asked if asked in modules else modules[0]},
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = services.create_import(
                actor=actor_of(request),
                organization=access.organization,
                module=form.cleaned_data["module"],
                file_name=file.name or "",
                chunks=file.chunks(),
            )
        except Refused as refused:
            form.add_error("file", refused.message)
        else:
            return redirect(_address(job))
    context = {
        "organization": access.organization,
        "form": form,
        "most_megabytes": MOST_BYTES // 1024 // 1024,
        "most_rows": formats.number(MOST_ROWS),
    }
    return render(request, "crm/import_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@in_organization
def import_page(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """An import as far as it has come. `?step=map` goes back to the mapping while nothing is written."""
    job = _job(access, import_id)
    if job.state == ImportState.DRAFT or (job.state == ImportState.CHECKED and request.GET.get("step") == "map"):
        return _map_page(request, access, job, MappingForm(job=job))
    if job.state == ImportState.BROKEN:
        return _broken_page(request, access, job, ReadingForm(job=job))
    if job.is_under_way:
        return render(request, "imports/progress.html", _context(access, job))
    return _rows_page(request, access, job)


@require_safe
@in_organization
def import_progress(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """How far the work in the background is: a fragment that asks again by itself, until there is a page to show."""
    job = _job(access, import_id)
    if not job.is_under_way:
        return HttpResponse(headers={"HX-Redirect": _address(job)})
    return render(request, "imports/progress_part.html", _context(access, job))


@require_POST
@in_organization
def import_reading(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """Read the file in another encoding or with another delimiter."""
    job = _job(access, import_id)
    form = ReadingForm(request.POST, job=job)
    if form.is_valid():
        services.change_reading(actor=actor_of(request), job=job, **form.cleaned_data)
        return redirect(_address(job))
    return _broken_page(request, access, job, form, status=422)


@require_POST
@in_organization
def import_map(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """Take the mapping and the choices, and start the dry run."""
    job = _job(access, import_id)
    form = MappingForm(request.POST, job=job)
    if form.is_valid():
        actor = actor_of(request)
        try:
            services.choose(actor=actor, job=job, values=form.values())
            services.start_check(actor=actor, job=job)
        except Refused as refused:
            form.take(refused)
        else:
            return redirect(_address(job))
    return _map_page(request, access, job, form, status=422)


@require_POST
@in_organization
def import_start(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """Do what the dry run has shown."""
    job = _job(access, import_id)
    services.start_run(actor=actor_of(request), job=job)
    return redirect(_address(job))


@require_POST
@in_organization
def import_undo(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """Take the import back."""
    job = _job(access, import_id)
    services.start_undo(actor=actor_of(request), job=job)
    return redirect(_address(job))


@require_POST
@in_organization
def import_delete(request: HttpRequest, access: Access, import_id: int) -> HttpResponse:
    """Forget the file; the records stay."""
    job = _job(access, import_id)
    services.delete_import(actor=actor_of(request), job=job)
    messages.success(request, _("The import is deleted. Its records stay."))
    return redirect("crm:import_list", organization=access.organization.pk)


@require_safe
@in_organization
def import_download(request: HttpRequest, access: Access, import_id: int, what: str) -> HttpResponse:
    """What became of the rows, or the refused ones as they stood in the file, as CSV."""
    job = _job(access, import_id)
    rows = selectors.refused_table(job) if what == "refused" else selectors.dry_run_table(job, _show(request))
    name = f"import-{job.pk}-{what}.csv"
    return StreamingHttpResponse(  # type: ignore[return-value]
        csv_chunks(rows, job.delimiter or ","),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _modules(access: Access) -> list[str]:
    """The modules that this person may import into."""
    found = [module for module in MODULES if access.may(module, Level.CREATE)]
    if not found:
        for module in MODULES:
            access.require(module, Level.CREATE)
        raise NotPermitted(_("Your profile may not import."))
    return found


def _job(access: Access, import_id: int) -> ImportJob:
    modules = _modules(access)
    job = selectors.one_import(access, import_id)
    if job.module not in modules:
        access.require(job.module, Level.CREATE)
    return job


def _address(job: ImportJob) -> str:
    return reverse("crm:import_page", kwargs={"organization": job.organization_id, "import_id": job.pk})


def _context(access: Access, job: ImportJob) -> dict[str, Any]:
    steps = [_("File"), _("Columns"), _("Dry run"), _("Import")]
    at = {"draft": 2, "broken": 2, "checking": 3, "checked": 3}.get(job.state, 4)
    return {
        "organization": access.organization,
        "job": job,
        "tone": STATE_TONES[ImportState(job.state)],
        "steps": steps,
        "step": at,
        "is_workbook": job.encoding == XLSX,
        "totals": _totals(job),
        "undo": {value: job.undo_counts.get(value, 0) for value in ImportUndo.values},
        "fault": file_fault(job.fault) if job.fault else "",
        "list_url": address(job.module, "list", access.organization.pk),
        "urls": _urls(job),
    }


def _urls(job: ImportJob) -> dict[str, str]:
    """The addresses that the templates of all rooms name."""
    of_all = {"organization": job.organization_id}
    of_one = {**of_all, "import_id": job.pk}
    return {
        **{name: reverse(f"crm:import_{name}", kwargs=of_all) for name in ("list", "new")},
        **{
            name: reverse(f"crm:import_{name}", kwargs=of_one)
            for name in ("page", "progress", "reading", "delete", "rows", "refused")
        },
    }


def _map_page(
    request: HttpRequest, access: Access, job: ImportJob, form: MappingForm, status: int = 200
) -> HttpResponse:
    start = selectors.preview(job)
    columns = [
        {"header": header, "samples": start.samples(number), "field": form[f"column_{number}"]}
        for number, header in enumerate(job.headers)
    ]
    context = {
        **_context(access, job),
        "step": 2,
        "form": form,
        "reading": ReadingForm(job=job),
        "columns": columns,
        "preview": start,
        "formats": [form[name] for name in form.format_names],
        "constants": [form[name] for name in form.constant_names],
        "unmapped": selectors.unmapped(job),
    }
    return render(request, "crm/import_map.html", context, status=status)


def _broken_page(
    request: HttpRequest, access: Access, job: ImportJob, form: ReadingForm, status: int = 200
) -> HttpResponse:
    context = {**_context(access, job), "form": form, "preview": selectors.preview(job)}
    return render(request, "imports/broken.html", context, status=status)


def _rows_page(request: HttpRequest, access: Access, job: ImportJob) -> HttpResponse:
    show = _show(request)
    page = Paginator(selectors.import_rows(job, show), _size(request)).get_page(request.GET.get("page"))
    rows = [
        {"row": row, "url": _record_url(access, row), "tone": ROW_TONES.get(row.undo or row.result or row.outcome, "")}
        for row in selectors.shown(job, page)
    ]
    context = {
        **_context(access, job),
        "page": page,
        "rows": rows,
        "show": show,
        "tabs": _tabs(job),
        "match": match_label(table_of(job.organization, job.module), job.match_by),
        "unmapped": selectors.unmapped(job),
        "may_undo": job.state in (ImportState.DONE, ImportState.FAILED) and bool(_written(job)),
    }
    template = "crm/import_check.html" if job.state == ImportState.CHECKED else "crm/import_result.html"
    return render(request, template, context)


def _record_url(access: Access, row: selectors.ShownRow) -> str:
    gone = row.undo == ImportUndo.REVERSED and row.result == ImportResult.CREATED
    if row.record_id is None or gone or not access.may(row.module, Level.VIEW):
        return ""
    return address(row.module, "detail", access.organization.pk, row.record_id)


def _tabs(job: ImportJob) -> list[dict[str, Any]]:
    """The rows by what became of them, each with its number; those without any are left out."""
    if job.undo_counts:
        counts, kind, labels = job.undo_counts, "undo", dict(ImportUndo.choices)
    elif job.results:
        counts, kind, labels = job.results, "result", dict(ImportResult.choices)
    else:
        counts, kind, labels = job.counts, "outcome", dict(ImportOutcome.choices)
    return [
        {"show": f"{kind}-{value}", "label": label, "count": counts[value], "tone": ROW_TONES.get(value, "")}
        for value, label in labels.items()
        if counts.get(value)
    ]


def _totals(job: ImportJob) -> dict[str, int]:
    """Created, updated and refused so far, or as the dry run expects them."""
    after = job.results or {
        "created": job.counts.get("create", 0),
        "updated": job.counts.get("update", 0),
        "unchanged": job.counts.get("unchanged", 0),
        "skipped": job.counts.get("skip", 0),
        "refused": job.counts.get("refuse", 0),
        "accounts": job.counts.get("accounts", 0),
    }
    names = ("created", "updated", "unchanged", "skipped", "refused", "accounts")
    return {"rows": job.counts.get("rows", 0), **{name: after.get(name, 0) for name in names}}


def _written(job: ImportJob) -> int:
    return sum(job.results.get(name, 0) for name in ("created", "updated", "accounts"))


def _show(request: HttpRequest) -> str:
    return request.GET.get("show", "")


def _size(request: HttpRequest) -> int:
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(size) for size in PAGE_SIZES} else 50
