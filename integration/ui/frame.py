"""What every page of Setup > Finance Suite starts from: the person's access, the connection, the tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import crm.access
from finsuite.kernel.actors import Actor
from integration.choices import ConnectionState
from integration.models import Connection
from integration.selectors.connections import connection_of, facts_of, shown_connection_of

# The tabs that are left while a connection is deactivated.
_WITHOUT_FINANCE_DATA = {"overview", "settings"}

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Step:
    """One step of the wizard."""

    name: str
    label: Promise
    url_name: str


STEPS = (
    Step("connect", _("Connect"), "integration:connect"),
    Step("checks", _("Checks"), "integration:checks"),
    Step("apps", _("Finance apps"), "integration:apps"),
    Step("settings", _("Sync settings"), "integration:settings"),
    Step("review", _("Review and start"), "integration:review"),
)


def setup_page(view: View) -> View:
    """A page for profiles that open Setup; `access` says in which organization. Foreign ones do not exist."""

    @wraps(view)
    @login_required
    def inner(request: HttpRequest, organization: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        access = crm.access.access(request.user, organization)
        access.require_setup()
        return view(request, access.organization, *args, **kwargs)

    return inner


def connection_page(view: View) -> View:
    """The same for a page about one connection of the organization."""

    @wraps(view)
    @setup_page
    def inner(request: HttpRequest, organization: Any, connection: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, connection_of(organization, connection), *args, **kwargs)

    return inner


def shown_page(view: View) -> View:
    """The same for a page with finance data on it, which isn't there while the connection is deactivated."""

    @wraps(view)
    @setup_page
    def inner(request: HttpRequest, organization: Any, connection: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, shown_connection_of(organization, connection), *args, **kwargs)

    return inner


def go(name: str, connection: Connection, **more: int) -> HttpResponse:
    """On to another page about the connection."""
    kwargs = {"organization": connection.crm_organization_id, "connection": connection.pk, **more}
    return redirect(reverse(f"integration:{name}", kwargs=kwargs))


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person, acting from a page."""
    return Actor.person(request.user)


def wizard(
    request: HttpRequest, connection: Connection, step: str, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the wizard. Steps already taken can be gone back to."""
    at = [known.name for known in STEPS].index(step) + 1
    steps = [
        {"label": known.label, "url": _step_url(known, connection) if number < at else ""}
        for number, known in enumerate(STEPS, start=1)
    ]
    shown = {"connection": connection, "organization": connection.crm_organization, "steps": steps, "step": at}
    return render(request, template, shown | context, status=status)


def monitor(
    request: HttpRequest, connection: Connection, tab: str, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page about a connection that is set up, below its tabs."""
    facts = facts_of(connection)
    kwargs = {"organization": connection.crm_organization_id, "connection": connection.pk}
    tabs = [
        (label, reverse(url_name, kwargs=kwargs), count, name == tab)
        for name, label, url_name, count in (
            ("overview", _("Overview"), "integration:connection", None),
            ("runs", _("Runs"), "integration:runs", None),
            ("links", _("Links"), "integration:links", facts.linked),
            ("conflicts", _("Conflicts"), "integration:conflicts", facts.conflicts),
            ("decisions", _("Needs your decision"), "integration:decisions", facts.undecided),
            ("issues", pgettext_lazy("sync", "Issues"), "integration:issues", facts.issues),
            ("settings", _("Settings"), "integration:settings", None),
        )
        if connection.state != ConnectionState.DISABLED or name in _WITHOUT_FINANCE_DATA
    ]
    shown = {"connection": connection, "organization": connection.crm_organization, "facts": facts, "tabs": tabs}
    return render(request, template, shown | context, status=status)


def _step_url(step: Step, connection: Connection) -> str:
    kwargs = {"organization": connection.crm_organization_id}
    if step.name != "connect":
        kwargs["connection"] = connection.pk
        return reverse(step.url_name, kwargs=kwargs)
    return ""
