"""The pairs that are kept in sync, and taking one apart."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from integration.choices import OPEN_LINK_STATES, LinkState, Pairing
from integration.models import Connection, Link
from integration.record_pages import RecordPages
from integration.selectors import links as selectors
from integration.selectors.record_names import names_of
from integration.services import links as services
from integration.ui import frame
from integration.ui.frame import actor_of, go, shown_page
from users.models import User

_TONES = {LinkState.ACTIVE.value: "success", LinkState.CONFLICT.value: "warning", LinkState.PAUSED.value: "neutral"}


@shown_page
@require_GET
def links(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Every pair, found by the CRM record's name or by how it stands."""
    search, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    size = int(request.GET["size"]) if request.GET.get("size") in {"20", "50", "100"} else 50
    page = Paginator(selectors.links_of(connection, search=search, state=state), size).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _rows(request, connection, list(page)),
        "search": search,
        "state": state,
        "states": [(value, LinkState(value).label) for value in OPEN_LINK_STATES],
    }
    return frame.monitor(request, connection, "links", "integration/links.html", context)


@shown_page
@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: HttpRequest, connection: Connection, link: int) -> HttpResponse:
    """Take a pair apart, after reading what that means."""
    found = selectors.link_of(connection, link)
    if request.method == "POST":
        services.unlink(actor=actor_of(request), link=found)
        messages.success(request, _("The two are unlinked. Both records stay as they are."))
        return go("links", connection)
    (row,) = _rows(request, connection, [found])
    context = {"organization": connection.crm_organization, "connection": connection, "row": row}
    return render(request, "integration/unlink.html", context)


def _rows(request: HttpRequest, connection: Connection, found: list[Link]) -> list[dict[str, Any]]:
    ends = [end for link in found for end in ((link.crm_kind, link.crm_id), (link.finance_kind, link.finance_id))]
    names = names_of(ends)
    urls = RecordPages(cast("User", request.user), connection).of(ends)
    return [
        {
            "id": link.pk,
            "crm": _end(names, urls, (link.crm_kind, link.crm_id)),
            "finance": _end(names, urls, (link.finance_kind, link.finance_id)),
            "pairing": Pairing(link.pairing).label,
            "state": link.get_state_display(),
            "tone": _TONES[link.state],
            "synced_at": link.synced_at,
        }
        for link in found
    ]


def _end(names: dict[Any, tuple[str, str]], urls: dict[Any, str], end: tuple[str, int]) -> dict[str, str]:
    return {"label": names.get(end, ("", ""))[0], "url": urls.get(end, "")}
