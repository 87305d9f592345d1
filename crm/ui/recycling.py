"""The recycle bin of a module: who deleted what when, and restoring it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.recycling import deleted_records, get_deleted_record
from crm.services.recycling import KEPT_FOR, may_restore, restore_record
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.modules import PAGES
from finsuite.kernel.errors import NotFound, Refused

PAGE = 50


@require_safe
@in_organization
def deleted_list(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """What was deleted in the last 60 days, the latest first."""
    if module not in Module.values:
        raise NotFound(_("There is no such page."))
    access.require(module, Level.VIEW)
    rows = deleted_records(access, module).defer("content", "parts", "let_go")
    if text := request.GET.get("q", "").strip()[:100]:
        rows = rows.filter(label__icontains=text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "access": access,
        "module": Module(module),
        "list_url": address(module, "list", access.organization.pk),
        "modules": [(each, each == module) for each in PAGES if access.may(each, Level.VIEW)],
        "rows": [(one, may_restore(access, one)) for one in page],
        "page": page,
        "q": text,
        "days": KEPT_FOR.days,
    }
    return render(request, "crm/deleted_list.html", context)


@require_POST
@in_organization
def deleted_restore(request: HttpRequest, access: Access, deleted_id: int) -> HttpResponse:
    """Have a deleted record again, and go to it."""
    deleted = get_deleted_record(access, deleted_id)
    try:
        record = restore_record(actor=actor_of(request), deleted=deleted)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("crm:deleted_list", access.organization.pk, deleted.module)
    messages.success(request, _("“%(name)s” is there again.") % {"name": record})
    return redirect(address(deleted.module, "detail", access.organization.pk, record.pk))
