"""What people noted, and what they have to do: on a record's page, and on a page of one's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Module
from crm.selectors.activities import get_activity, seen_records
from crm.ui.base import in_organization

SINGULAR = {module: module.value.removesuffix("s") for module in Module}


@require_safe
@in_organization
def activity(request: HttpRequest, access: Access, activity_id: int) -> HttpResponse:
    """The way to an activity: to the record that it is about."""
    found = get_activity(access, activity_id)
    place = {"organization": access.organization.pk}
    if found.module and seen_records(access, found.module).filter(pk=found.record_id).exists():
        singular = SINGULAR[Module(found.module)]
        return redirect(reverse(f"crm:{singular}_detail", kwargs={**place, f"{singular}_id": found.record_id}))
    return redirect("home")
