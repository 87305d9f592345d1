"""What a person should know of: the list behind the bell."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from finsuite.kernel.errors import NotFound
from users.models import User
from users.selectors import notifications_of
from users.services.notifications import mark_all_read, mark_read

PAGE = 50


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_safe
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """The newest first; the unread ones alone on request."""
    person = _person(request)
    only_unread = request.GET.get("show") == "unread"
    rows = notifications_of(person)
    page = Paginator(rows.filter(read_at=None) if only_unread else rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "only_unread": only_unread, "size": PAGE, "sizes": []}
    return render(request, "users/notifications.html", context)


@require_POST
@login_required
def read(request: HttpRequest, notification: int) -> HttpResponse:
    """Note that one is read, and go where it leads."""
    person = _person(request)
    found = notifications_of(person).filter(pk=notification).first()
    if found is None:
        raise NotFound(_("There is no such notification."))
    mark_read(user=person, ids=[found.pk])
    return redirect(found.url if "go" in request.POST and found.url.startswith("/") else "users:notifications")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that all are read."""
    count = mark_all_read(user=_person(request))
    said = ngettext("%(count)d notification is read now.", "%(count)d notifications are read now.", count)
    messages.success(request, said % {"count": count})
    return redirect("users:notifications")
