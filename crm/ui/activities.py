"""What people noted, and what they have to do: adding, changing, completing, and a page of one's own work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import ActivityKind, ActivityStatus, Level, Module
from crm.models import Activity
from crm.selectors.activities import (
    LATER,
    OVERDUE,
    SOMEDAY,
    TODAY,
    WEEK,
    bucket,
    companies,
    get_activity,
    may_edit,
    open_work,
    seen_records,
)
from crm.selectors.attachments import attachments
from crm.selectors.timeline import ACTIVITY, Item
from crm.services import activities as services
from crm.services import noting
from crm.ui import addresses
from crm.ui.activity_forms import ActivityForm
from crm.ui.base import actor_of, in_organization
from crm.ui.items import drawn
from crm.ui.timeline import composed_kind, composer_page, sought
from crm.ui.timeline import composer as composed
from crm.ui.undo import with_undo
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.forms import tell
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once

BUCKETS: dict[str, Any] = {
    OVERDUE: pgettext_lazy("work", "Overdue"),
    TODAY: pgettext_lazy("work", "Today"),
    WEEK: pgettext_lazy("work", "This week"),
    LATER: pgettext_lazy("work", "Later"),
    SOMEDAY: pgettext_lazy("work", "Without a date"),
}
WORK_KINDS: dict[str, Any] = {
    "": pgettext_lazy("work", "All"),
    ActivityKind.TASK: gettext_lazy("Tasks"),
    ActivityKind.CALL: gettext_lazy("Calls"),
    ActivityKind.MEETING: gettext_lazy("Meetings"),
}


@require_safe
@in_organization
def work(request: HttpRequest, access: Access) -> HttpResponse:
    """What one has to do, by how it presses."""
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in WORK_KINDS else ""
    now = timezone.now()
    rows = open_work(access, kinds=[chosen] if chosen else [])
    company = companies(access, rows)
    groups: dict[str, list[Any]] = {name: [] for name in BUCKETS}
    for row in rows:
        item = Item(ACTIVITY, row.pk, row.created_at, row, company[row.pk])
        groups[bucket(row, now=now)].append(drawn(access, item, now))
    context = {
        "access": access,
        "groups": [(name, label, groups[name]) for name, label in BUCKETS.items() if groups[name]],
        "count": len(rows),
        "kinds": list(WORK_KINDS.items()),
        "kind": chosen,
        "organization_id": access.organization.pk,
        "sought": sought(request, access, now),
        **composed(access, composed_kind(request, ActivityKind.TASK), "", None),
    }
    return render(request, "crm/work.html", context)


@require_safe
@in_organization
def activity(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """The way to an activity: to the record that it is about, or to one's own work, where it is shown on top."""
    found = get_activity(access, activity_id)
    return redirect(f"{_place_of(access, found)}?{urlencode({'entry': found.pk})}#sought")


@require_safe
@in_organization
def composer(request: HttpRequest, access: Access) -> HttpResponse:
    """The form of another kind, for the place that shows one; opened by itself, the way to that place."""
    kind, module, record_id = _asked(request.GET)
    if module:
        _require_editable(access, module, record_id)
    if not getattr(request, "htmx", False):
        return redirect(composer_page(access, kind, module, record_id))
    context = {"access": access, "organization_id": access.organization.pk}
    return render(request, "crm/composer.html", context | composed(access, kind, module, record_id))


@require_POST
@in_organization
def add(request: HttpRequest, access: Access) -> HttpResponse:
    """Note something; what is refused comes back in the form."""
    kind, module, record_id = _asked(request.POST)
    form = ActivityForm(access, kind, about=(module, record_id), data=request.POST, files=request.FILES)
    if form.is_valid():
        try:
            place = _noted(request, access, form, {"kind": kind, "module": module, "record_id": record_id})
        except Refused as refused:
            tell(form, refused)
        else:
            if getattr(request, "htmx", False):
                return HttpResponse(headers={"HX-Redirect": place})
            return redirect(place)
    context = {"access": access, "organization_id": access.organization.pk}
    context |= composed(access, kind, module, record_id, form)
    return render(request, "crm/composer.html", context, status=422)


def _noted(request: HttpRequest, access: Access, form: ActivityForm, about: Mapping[str, Any]) -> str:
    """Note it, unless this very form has been sent before; answers where it is shown."""
    with once(access.user_id or 0, request.POST.get("once", "")) as is_first:
        if not is_first:
            return _shown_at(access, about["module"], about["record_id"])
        values = {name: value for name, value in about.items() if value}
        made = noting.note(
            actor=actor_of(request),
            organization=access.organization,
            values={**values, **form.values()},
            files=form.cleaned_data["file"],
        )
    messages.success(request, _("“%(name)s” is noted.") % {"name": made.label})
    return _place_of(access, made)


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def edit(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """The form of an activity, and changing it."""
    found = get_activity(access, activity_id)
    if not may_edit(access, found):
        raise NotPermitted(_("Only its author, its owner, and those who may edit the record can change this."))
    back = _next(request) or _place_of(access, found)
    kind = ActivityKind(found.kind)
    form = ActivityForm(access, kind, activity=found, data=request.POST or None, files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data.get("version") or None
        try:
            noting.revise(
                actor=actor_of(request),
                activity=found,
                values=form.values(),
                files=form.cleaned_data["file"],
                version=version,
            )
        except Refused as refused:
            tell(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": found.label})
            return redirect(back)
    held = list(attachments(access).filter(activity=found).order_by("pk"))
    context = {"access": access, "form": form, "activity": found, "back": back, "held": held}
    return render(request, "crm/activity_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@in_organization
def move(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """Complete it, or take that back; htmx gets the entry anew."""
    found = get_activity(access, activity_id)
    verb = services.reopen_activity if found.status == ActivityStatus.DONE else services.complete_activity
    moved = verb(actor=actor_of(request), activity=found)
    if not getattr(request, "htmx", False):
        return redirect(_next(request) or _place_of(access, moved))
    again = get_activity(access, moved.pk)
    item = Item(ACTIVITY, again.pk, again.created_at, again, companies(access, [again])[again.pk])
    context = {"access": access, "item": drawn(access, item, timezone.now()), "organization_id": access.organization.pk}
    return render(request, "crm/timeline_item.html", context)


@require_POST
@in_organization
def delete(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """Delete it; the toast offers to take that back."""
    found = get_activity(access, activity_id)
    services.delete_activity(actor=actor_of(request), activity=found)
    said = _("“%(name)s” is deleted.") % {"name": found.label}
    if not getattr(request, "htmx", False):
        messages.success(request, said)
        return redirect(_next(request) or _place_of(access, found))
    return with_undo(HttpResponse(), said, reverse("crm:activity_restore", args=[access.organization.pk, found.pk]))


@require_POST
@in_organization
def restore(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """Take a deletion back."""
    found = services.restore_activity(
        actor=actor_of(request), organization=access.organization, activity_id=activity_id
    )
    messages.success(request, _("“%(name)s” is back.") % {"name": found.label})
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect(_place_of(access, found))


def _asked(sent: Mapping[str, str]) -> tuple[ActivityKind, str, int | None]:
    """The kind, and the record that it is to be about; neither named is one's own affair."""
    kind, module = sent.get("kind", ""), sent.get("module", "")
    if kind not in ActivityKind.values or (module and module not in Module.values):
        raise NotFound(_("There is no such page."))
    record_id = read_id(sent.get("record_id", ""))
    if bool(module) != (record_id is not None):
        raise NotFound(_("There is no such page."))
    return ActivityKind(kind), module, record_id


def _require_editable(access: Access, module: str, record_id: int | None) -> None:
    access.require(module, Level.VIEW)
    if not seen_records(access, module).filter(pk=record_id).exists():
        raise NotFound(_("There is no such record."))
    access.require(module, Level.EDIT)


def _place_of(access: Access, found: Activity) -> str:
    return _shown_at(access, found.module, found.record_id)


def _shown_at(access: Access, module: str, record_id: int | None) -> str:
    if module and seen_records(access, module).filter(pk=record_id).exists():
        return addresses.address(module, "activity", access.organization.pk, record_id)
    return reverse("crm:work", kwargs={"organization": access.organization.pk})


def _next(request: HttpRequest) -> str:
    """Where the person came from, if that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
