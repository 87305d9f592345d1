"""The tab of a record's page that tells all that happened, and takes what there is to note."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.access import Access
from crm.choices import ActivityKind, Level
from crm.selectors.activities import about, activities, companies
from crm.selectors.timeline import ACTIVITY, FILE, HISTORY, STAGE, Item, may_relate, timeline
from crm.ui import records
from crm.ui.activity_forms import ActivityForm
from crm.ui.addresses import address
from crm.ui.items import Drawn, drawn
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import one_time_key

LABELS: dict[str, Any] = {
    "": pgettext_lazy("timeline", "All"),
    ActivityKind.NOTE: gettext_lazy("Notes"),
    ActivityKind.CALL: gettext_lazy("Calls"),
    ActivityKind.TASK: gettext_lazy("Tasks"),
    ActivityKind.MEETING: gettext_lazy("Meetings"),
    FILE: gettext_lazy("Files"),
    STAGE: gettext_lazy("Stages"),
    HISTORY: gettext_lazy("Changes"),
}


def activity_tab(pages: records.Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """What happened around a record, newest first; "Earlier" brings the next page alone."""
    context = records.frame(pages, request, access, record_id, "activity")
    record, module = context["record"], pages.module
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in LABELS else ""
    others = may_relate(access, module)
    is_wide = bool(others) and request.GET.get("related") == "1"
    found = timeline(
        access,
        record,
        module,
        kinds=[chosen] if chosen else [],
        cursor=request.GET.get("cursor", ""),
        related=others if is_wide else (),
    )
    now = timezone.now()
    more = {"kind": chosen, "related": "1" if is_wide else "", "cursor": found.next}
    context |= {
        "items": [drawn(access, item, now) for item in found.items],
        "pinned": [drawn(access, item, now) for item in found.pinned] if not request.GET.get("cursor") else [],
        "more": "?" + urlencode({name: value for name, value in more.items() if value}) if found.next else "",
        "kinds": [(kind, label) for kind, label in LABELS.items() if kind != STAGE or module == "deals" or others],
        "kind": chosen,
        "can_relate": bool(others),
        "is_wide": is_wide,
        "organization_id": access.organization.pk,
        "sought": sought(request, access, now, about(module, record.pk)),
    }
    if request.GET.get("cursor") and getattr(request, "htmx", False):
        return render(request, "crm/timeline_items.html", context)
    if access.may(module, Level.EDIT):
        context |= composer(access, composed_kind(request, ActivityKind.NOTE), module, record.pk)
    return render(request, "crm/record_activity.html", context)


def sought(request: HttpRequest, access: Access, now: datetime, which: Q | None = None) -> Drawn | None:
    """The activity that the address asks for by `?entry=`, among those of the page; it is shown above all others."""
    key = read_id(request.GET.get("entry", ""))
    if key is None:
        return None
    rows = activities(access).filter(which or Q(), pk=key).select_related("owner", "created_by")
    found = rows.first()
    if found is None:
        return None
    return drawn(access, Item(ACTIVITY, found.pk, found.created_at, found, companies(access, [found])[found.pk]), now)


def composed_kind(request: HttpRequest, otherwise: ActivityKind) -> ActivityKind:
    """The kind of activity that the address opens the form of: `?compose=call`."""
    asked = request.GET.get("compose", "")
    return ActivityKind(asked) if asked in ActivityKind.values else otherwise


def composer_page(access: Access, kind: ActivityKind, module: str, record_id: int | None) -> str:
    """The address of the page that holds this form: of the record, or of one's own work."""
    home = access.organization.pk
    if record_id:
        page = address(module, "activity", home, record_id)
    else:
        page = reverse("crm:work", kwargs={"organization": home})
    return f"{page}?{urlencode({'compose': kind.value})}#composer"


def composer(
    access: Access, kind: ActivityKind, module: str, record_id: int | None, form: ActivityForm | None = None
) -> dict[str, Any]:
    """The context of crm/composer.html: a form of this kind, for a record or for oneself."""
    place = {"organization": access.organization.pk}
    about = {"module": module, "record_id": record_id} if record_id else {}
    choose = reverse("crm:composer", kwargs=place)
    return {
        "composing": kind.value,
        "once": one_time_key(),
        "form": form or ActivityForm(access, kind, about=(module, record_id)),
        "module": module,
        "record_id": record_id,
        "add_url": reverse("crm:activity_add", kwargs=place),
        "composers": [
            (
                choice.value,
                choice.label,
                f"{choose}?{urlencode({'kind': choice.value, **about})}",
                composer_page(access, choice, module, record_id),
            )
            for choice in ActivityKind
            if record_id or choice != ActivityKind.NOTE
        ],
    }
