"""How the connections stand, and the switches."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.models import Organization
from finsuite.kernel.errors import Refused
from integration.choices import ConnectionState, Pairing
from integration.models import Connection
from integration.selectors.connections import Facts, connections_of, facts_of, setting_of
from integration.selectors.runs import listed, runs_of
from integration.services import activation, asking
from integration.services import runs as run_services
from integration.services.launch import go_on
from integration.ui import frame
from integration.ui.forms import refuse
from integration.ui.frame import actor_of, connection_page, go, setup_page

LATEST = 8


@setup_page
@require_GET
def overview(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The one connection, the list of several, or an invitation to link the first."""
    found = connections_of(organization)
    if len(found) == 1:
        return go("connection", found[0])
    template = "integration/overview.html" if found else "integration/overview_empty.html"
    return render(request, template, {"organization": organization, "connections": found})


@connection_page
@require_GET
def connection(request: HttpRequest, connection: Connection) -> HttpResponse:
    """How the connection stands: links, what waits for a person, the latest runs. Links alone while deactivated."""
    if connection.state == ConnectionState.CONFIGURED:
        return go("checks", connection)
    setting = setting_of(connection)
    names = {pairing.value: pairing.label for pairing in Pairing}
    context = {
        "runs": listed(runs_of(connection)[:LATEST]),
        "is_shown": connection.state != ConnectionState.DISABLED,
        "setting": setting,
        "asking": [(names.get(name, name), change) for name, change in setting.asking.items()],
    }
    return frame.monitor(request, connection, "overview", "integration/connection.html", context)


@connection_page
@require_POST
def sync(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Look through everything now."""
    run = run_services.start(actor=actor_of(request), setting=setting_of(connection))
    return go("run", connection, run=run.pk)


@connection_page
@require_POST
def activate(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Switch a deactivated connection on again, and sync what changed meanwhile."""
    connection = activation.activate(actor=actor_of(request), connection=connection)
    run = run_services.start(actor=actor_of(request), setting=setting_of(connection))
    messages.success(request, _("The connection is active again. What changed meanwhile is being synced."))
    return go("run", connection, run=run.pk)


@connection_page
@require_POST
def answer(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Whether the changes that were held back, for there are unusually many, may go."""
    confirmed = request.POST.get("answer") == "go"
    asking.answer(actor=actor_of(request), setting=setting_of(connection), confirmed=confirmed)
    if not confirmed:
        messages.info(request, _("The sync stays paused. The changes that were held back can be looked through."))
        return go("connection", connection)
    run = run_services.start(actor=actor_of(request), setting=setting_of(connection))
    return go("run", connection, run=run.pk)


@connection_page
@require_POST
def pause(request: HttpRequest, connection: Connection) -> HttpResponse:
    activation.pause(actor=actor_of(request), connection=connection)
    messages.success(request, _("The sync is paused. Changes are remembered until it goes on."))
    return go("connection", connection)


@connection_page
@require_POST
def resume(request: HttpRequest, connection: Connection) -> HttpResponse:
    go_on(actor=actor_of(request), connection=connection)
    messages.success(request, _("The sync goes on."))
    return go("connection", connection)


class TypedNameForm(forms.Form):
    typed_name = forms.CharField(
        label=gettext_lazy("Name of the finance organization"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@connection_page
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Take the finance data out of the CRM, after reading what that means."""
    return _confirmed(request, connection, "deactivate", activation.deactivate, _deactivating(facts_of(connection)))


@connection_page
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Forget the links of a deactivated connection, after reading what that means."""
    return _confirmed(request, connection, "delete", activation.delete, _deleting(facts_of(connection)))


def _confirmed(
    request: HttpRequest,
    connection: Connection,
    verb: str,
    act: Callable[..., Connection],
    consequences: list[str],
) -> HttpResponse:
    form = TypedNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(actor=actor_of(request), connection=connection, typed_name=form.cleaned_data["typed_name"])
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Done."))
            return redirect("integration:overview", organization=connection.crm_organization_id)
    context = {
        "organization": connection.crm_organization,
        "connection": connection,
        "form": form,
        "verb": verb,
        "consequences": consequences,
    }
    return render(request, "integration/deactivate.html", context, status=422 if form.is_bound else 200)


def _deactivating(facts: Facts) -> list[str]:
    return [
        ngettext(
            "%(n)d link between a CRM record and a finance record is kept, and rests.",
            "%(n)d links between CRM records and finance records are kept, and rest.",
            facts.linked,
        )
        % {"n": facts.linked},
        _("The finance data disappears from every page, search and export of the CRM at once."),
        _("Nothing is deleted in finance."),
        _("Activating again goes on where it stopped: nothing is duplicated, nothing is lost."),
    ]


def _deleting(facts: Facts) -> list[str]:
    return [
        ngettext(
            "%(n)d link between a CRM record and a finance record is forgotten for good.",
            "%(n)d links between CRM records and finance records are forgotten for good.",
            facts.linked,
        )
        % {"n": facts.linked},
        _("Both sides keep all their records."),
        _("Linking the two organizations again matches their records anew, by name."),
    ]
