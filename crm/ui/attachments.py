"""The tab of a record's page with its files, and the files themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.access import Access, as_id
from crm.choices import Level, Module
from crm.selectors.attachments import files_of, get_attachment, may_change
from crm.services import attachments as services
from crm.ui import addresses, records
from crm.ui.base import actor_of, in_organization
from crm.ui.undo import with_undo
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.files import SHOWN
from finsuite.kernel.ids import read_id
from finsuite.kernel.serving import download, preview

MOST_AT_ONCE = 20


def files_tab(pages: records.Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """The files of a record and of what was noted about it."""
    context = records.frame(pages, request, access, record_id, "files")
    rows = list(files_of(access, pages.module, record_id))
    most = settings.ATTACHMENTS["MOST_BYTES"] // 1024 // 1024
    context |= {
        "files": [(row, may_change(access, row), row.media_type in SHOWN) for row in rows],
        "may_upload": access.may(pages.module, Level.EDIT),
        "most": most,
        "module": pages.module,
        "organization_id": access.organization.pk,
    }
    return render(request, "crm/record_files.html", context)


@require_POST
@in_organization
def upload(request: HttpRequest, access: Access) -> HttpResponse:
    """Hang the chosen files on a record. One that is refused doesn't keep the others away."""
    module = request.POST.get("module", "")
    if module not in Module.values:
        raise NotFound(_("There is no such record."))
    record_id = as_id(request.POST.get("record_id", ""))
    files = request.FILES.getlist("file")
    if len(files) > MOST_AT_ONCE:
        raise Refused(_("At most %(limit)d files can be uploaded at once.") % {"limit": MOST_AT_ONCE})
    kept = 0
    for file in files:
        try:
            services.attach_to_record(
                actor=actor_of(request),
                organization=access.organization,
                module=module,
                record_id=record_id,
                file=file,
                size=_declared(request) if len(files) == 1 else None,
            )
            kept += 1
        except Refused as refused:
            messages.error(request, f"{file.name}: {refused.message}")
    if not files:
        access.require(module, Level.EDIT)
        messages.error(request, _("Choose a file first."))
    if kept:
        said = ngettext("%(count)d file is uploaded.", "%(count)d files are uploaded.", kept)
        messages.success(request, said % {"count": kept})
    return redirect(addresses.address(module, "files", access.organization.pk, record_id))


@require_safe
@in_organization
def content(request: HttpRequest, access: Access, attachment_id: int) -> HttpResponseBase:
    """The file, to be saved."""
    return download(get_attachment(access, attachment_id))


@require_safe
@in_organization
def shown(request: HttpRequest, access: Access, attachment_id: int) -> HttpResponseBase:
    """The file, shown: images alone."""
    return preview(get_attachment(access, attachment_id))


@require_POST
@in_organization
def delete(request: HttpRequest, access: Access, attachment_id: int) -> HttpResponse:
    """Delete it; the toast offers to take that back."""
    found = get_attachment(access, attachment_id)
    services.delete_attachment(actor=actor_of(request), attachment=found)
    said = _("“%(name)s” is deleted.") % {"name": found.name}
    if getattr(request, "htmx", False):
        return with_undo(HttpResponse(), said, reverse("crm:file_restore", args=[access.organization.pk, found.pk]))
    messages.success(request, said)
    return redirect(_place(access, found.module, found.record_id))


@require_POST
@in_organization
def restore(request: HttpRequest, access: Access, attachment_id: int) -> HttpResponse:
    """Take a deletion back."""
    found = services.restore_attachment(
        actor=actor_of(request), organization=access.organization, attachment_id=attachment_id
    )
    messages.success(request, _("“%(name)s” is back.") % {"name": found.name})
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect(_place(access, found.module, found.record_id))


def _place(access: Access, module: str, record_id: int | None) -> str:
    if not module:
        return reverse("crm:work", kwargs={"organization": access.organization.pk})
    return addresses.address(module, "files", access.organization.pk, record_id)


def _declared(request: HttpRequest) -> int | None:
    """How many bytes the sender says that the file has; one that was cut off on its way has fewer."""
    return read_id(request.POST.get("size", ""))
