"""The first step: which finance organization the CRM works with."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from crm.models import Organization
from finance.choices import App
from finance.models import ZscKey
from finance.selectors.organizations import linkable_organizations
from finsuite.kernel.errors import Refused
from integration.choices import ConnectionState
from integration.models import Connection
from integration.selectors.connections import connections_of
from integration.services import connections
from integration.ui.forms import refuse
from integration.ui.frame import STEPS, actor_of, go, setup_page

_SESSION_KEY = "integration_zsc_key"
_VERIFIED_FOR = 15 * 60  # seconds


class OwnForm(forms.Form):
    finance_organization = forms.TypedChoiceField(
        label=_("Finance organization"), coerce=int, widget=forms.RadioSelect, choices=()
    )

    def __init__(self, *args: Any, found: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["finance_organization"]
        field.choices = [(organization.pk, organization.name) for organization in found]  # type: ignore[attr-defined]
        field.option_help = {  # type: ignore[attr-defined]
            organization.pk: f"{organization.base_currency} · {', '.join(App(app).label for app in organization.apps)}"
            for organization in found
        }
        if len(found) == 1:
            field.initial = found[0].pk


class KeyForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail of the person who made the key"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    key = forms.CharField(
        label=_("ZSC key"),
        max_length=200,
        help_text=_("Made in finance under Settings › ZSC keys, and shown there once."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class NewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    apps = forms.MultipleChoiceField(
        label=_("Finance apps"),
        choices=App.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[App.BOOKS.value],
    )


@setup_page
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Own organization, somebody else's by ZSC key, or a new one."""
    way = request.GET.get("way", "")
    found = linkable_organizations(request.user)
    if way not in {"own", "key", "new"}:
        way = "own" if found else "key"
    handlers = {"own": _own, "key": _key, "new": _new}
    return handlers[way](request, organization, found)


def _own(request: HttpRequest, organization: Organization, found: list[Any]) -> HttpResponse:
    form = OwnForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = connections.connect_own(
                actor=actor_of(request),
                organization=organization,
                finance_organization_id=form.cleaned_data["finance_organization"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            return _on(made)
    return _page(request, organization, "own", form, found)


def _key(request: HttpRequest, organization: Organization, found: list[Any]) -> HttpResponse:
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verified = connections.verify_key(
                actor=actor_of(request),
                organization=organization,
                email=form.cleaned_data["email"],
                key=form.cleaned_data["key"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            # The key itself is not kept: its row is, for as long as choosing an organization may take.
            request.session[_SESSION_KEY] = {"id": verified.key.pk, "at": int(time.time())}
            return redirect("integration:choose", organization=organization.pk)
    return _page(request, organization, "key", form, found)


def _new(request: HttpRequest, organization: Organization, found: list[Any]) -> HttpResponse:
    form = NewForm(request.POST or None, initial={"name": organization.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = connections.connect_new(
                actor=actor_of(request),
                organization=organization,
                name=form.cleaned_data["name"],
                apps=form.cleaned_data["apps"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            return _on(made)
    return _page(request, organization, "new", form, found)


@setup_page
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Which of the key owner's organizations is meant."""
    key = _verified_key(request)
    if key is None:
        return redirect("integration:connect", organization=organization.pk)
    found = linkable_organizations(key.user, key.app)
    form = OwnForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = connections.connect_by_key(
                actor=actor_of(request),
                organization=organization,
                key=key,
                finance_organization_id=form.cleaned_data["finance_organization"],
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            del request.session[_SESSION_KEY]
            return _on(made)
    context = {"organization": organization, "form": form, "owner": key.user, "key": key, "steps": _labels(), "step": 1}
    return render(request, "integration/choose.html", context, status=422 if form.is_bound else 200)


def _verified_key(request: HttpRequest) -> ZscKey | None:
    kept = request.session.get(_SESSION_KEY)
    if not kept or time.time() - kept["at"] > _VERIFIED_FOR:
        return None
    return ZscKey.objects.select_related("user").filter(pk=kept["id"], revoked_at=None).first()


def _page(
    request: HttpRequest, organization: Organization, way: str, form: forms.Form, found: list[Any]
) -> HttpResponse:
    context = {
        "organization": organization,
        "way": way,
        f"way_is_{way}": True,
        "form": form,
        "found": found,
        "connections": connections_of(organization),
        "steps": _labels(),
        "step": 1,
    }
    return render(request, "integration/connect.html", context, status=422 if form.is_bound else 200)


def _labels() -> list[dict[str, Any]]:
    return [{"label": step.label} for step in STEPS]


def _on(connection: Connection) -> HttpResponse:
    """On with the wizard; a connection that only got a new key is set up already."""
    return go("checks" if connection.state == ConnectionState.CONFIGURED else "connection", connection)
