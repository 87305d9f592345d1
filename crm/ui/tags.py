"""Setup › Tags, and what is suggested while one types a tag."""

from __future__ import annotations

from celery import current_app
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.access import Access
from crm.choices import Module
from crm.selectors.tags import suggested_tags, used_tags
from crm.services import tags as services
from crm.ui import addresses
from crm.ui.base import actor_of, in_organization, in_setup
from finsuite.kernel.errors import NotFound, Refused

MOST_AT_ONCE = 2_000  # more of them are changed in the background


@require_safe
@in_setup
def tag_list(request: HttpRequest, access: Access) -> HttpResponse:
    """Every tag in use, on how many records, with the way to them."""
    rows = [
        (
            tag,
            [
                (Module(module).label, number, addresses.address(module, "list", access.organization.pk))
                for module, number in tag.by_module
            ],
        )
        for tag in used_tags(access)
    ]
    return render(request, "crm/tag_list.html", {"access": access, "rows": rows})


@require_POST
@in_setup
def tag_rename(request: HttpRequest, access: Access) -> HttpResponse:
    """Rename a tag, or merge it into another one."""
    tag, name = request.POST.get("tag", ""), request.POST.get("name", "")
    held = _count(access, tag)
    try:
        if held > MOST_AT_ONCE:
            return _later(request, access, tag, name)
        counts = services.rename_tag(actor=actor_of(request), organization=access.organization, tag=tag, name=name)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("crm:tag_list", organization=access.organization.pk)
    return _told(request, access, sum(counts.values()))


@require_POST
@in_setup
def tag_delete(request: HttpRequest, access: Access) -> HttpResponse:
    """Take a tag from every record."""
    tag = request.POST.get("tag", "")
    if _count(access, tag) > MOST_AT_ONCE:
        return _later(request, access, tag, None)
    counts = services.delete_tag(actor=actor_of(request), organization=access.organization, tag=tag)
    return _told(request, access, sum(counts.values()))


@require_safe
@in_organization
def tag_suggest(request: HttpRequest, access: Access) -> HttpResponse:
    """Tags that contain what was typed so far."""
    return JsonResponse({"results": suggested_tags(access, request.GET.get("q", "").strip()[:50])})


def _count(access: Access, tag: str) -> int:
    found = next((used.count for used in used_tags(access) if used.name == tag), None)
    if found is None:
        raise NotFound(_("There is no such tag."))
    return found


def _told(request: HttpRequest, access: Access, count: int) -> HttpResponse:
    said = ngettext("%(count)d record is changed.", "%(count)d records are changed.", count)
    messages.success(request, said % {"count": count})
    return redirect("crm:tag_list", organization=access.organization.pk)


def _later(request: HttpRequest, access: Access, tag: str, name: str | None) -> HttpResponse:
    current_app.send_task("crm.retag", args=[access.organization.pk, request.user.pk, tag, name])
    messages.info(request, _("Many records carry this tag. They are being changed in the background."))
    return redirect("crm:tag_list", organization=access.organization.pk)
