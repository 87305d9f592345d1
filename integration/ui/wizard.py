"""The further steps: checks, finance apps, sync settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from crm.models import ListView
from finance.choices import App
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.versions import version_of
from integration.choices import ConnectionState, Extent, Mode, OnDelete, Policy
from integration.models import Connection, SyncSetting
from integration.selectors.checks import blocking, checks_of
from integration.selectors.connections import eligible_views, setting_of
from integration.selectors.mappings import pairs_of
from integration.services.connections import choose_apps
from integration.services.settings import save_setting
from integration.ui.forms import refuse
from integration.ui.frame import actor_of, connection_page, go, monitor, wizard


@connection_page
@require_GET
def checks(request: HttpRequest, connection: Connection) -> HttpResponse:
    """What has to be right before the sync may start."""
    found = checks_of(connection)
    return wizard(request, connection, "checks", "integration/checks.html", {"checks": found, "stop": blocking(found)})


class AppsForm(forms.Form):
    apps = forms.MultipleChoiceField(
        label=gettext_lazy("Finance apps"), choices=App.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


@connection_page
@require_http_methods(["GET", "HEAD", "POST"])
def apps(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Which finance apps the CRM shows."""
    form = AppsForm(request.POST or None, initial={"apps": connection.apps})
    if request.method == "POST" and form.is_valid():
        try:
            choose_apps(actor=actor_of(request), connection=connection, apps=form.cleaned_data["apps"])
        except DomainError as refused:
            form.add_error("apps", refused.message)
        else:
            return go("settings", connection)
    context = {"form": form}
    return wizard(request, connection, "apps", "integration/apps.html", context, status=422 if form.is_bound else 200)


class SettingForm(forms.Form):
    """The sync settings of contacts. One control sets both policies; they can be set apart."""

    mode = forms.ChoiceField(
        label=gettext_lazy("Which CRM records become finance customers?"),
        choices=Mode.choices,
        widget=forms.RadioSelect,
    )
    include_unattached = forms.BooleanField(
        label=gettext_lazy("Include contacts without an account, as individual customers"), required=False
    )
    account_view = forms.ModelChoiceField(
        label=gettext_lazy("Accounts to sync"), queryset=ListView.objects.none(), empty_label=None, required=False
    )
    contact_view = forms.ModelChoiceField(
        label=gettext_lazy("Contacts to sync"), queryset=ListView.objects.none(), empty_label=None, required=False
    )
    extent = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Extent.choices, widget=forms.RadioSelect)
    duplicate_policy = forms.ChoiceField(
        label=gettext_lazy("When a record exists on both sides at first sight"),
        choices=Policy.choices,
        widget=forms.RadioSelect,
    )
    conflict_policy = forms.ChoiceField(
        label=gettext_lazy("When both sides changed a field later"), choices=Policy.choices, widget=forms.RadioSelect
    )
    on_crm_deleted = forms.ChoiceField(
        label=gettext_lazy("When a CRM record is deleted, its finance record"), choices=OnDelete.choices
    )
    on_finance_deleted = forms.ChoiceField(
        label=gettext_lazy("When a finance record is deleted, its CRM record"),
        choices=[choice for choice in OnDelete.choices if choice[0] != OnDelete.DEACTIVATE],
    )
    sweep_minutes = forms.IntegerField(
        label=gettext_lazy("Look through everything every (minutes)"),
        min_value=5,
        max_value=10080,
        help_text=gettext_lazy("Changes are synced within seconds anyway; this catches whatever slipped by."),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, setting: SyncSetting, user_id: int | None) -> None:
        names = [name for name in SettingForm.base_fields if name != "version"]
        initial = {name: getattr(setting, name) for name in names} | {"version": version_of(setting)}
        super().__init__(data, initial=initial)
        for name, module in (("account_view", "accounts"), ("contact_view", "contacts")):
            # The one that is synced by now stays to be kept, whoever's it is.
            views = eligible_views(setting, module, user_id) | ListView.objects.filter(
                pk=getattr(setting, f"{name}_id")
            )
            self.fields[name].queryset = views.order_by("-is_system", "name")  # type: ignore[attr-defined]
        if not setting.connection.is_two_way:
            self.fields["extent"].choices = [Extent.choices[0]]  # type: ignore[attr-defined]
        for name in ("duplicate_policy", "conflict_policy"):
            self.fields[name].option_help = _policy_help(name)  # type: ignore[attr-defined]
        self.fields["mode"].option_help = {  # type: ignore[attr-defined]
            Mode.ACCOUNTS: _("Each account becomes a business customer."),
            Mode.CONTACTS: _("Each contact becomes an individual customer."),
            Mode.BOTH: _("Each account becomes a business customer, its contacts become the contact persons."),
        }
        self.fields["extent"].option_help = {  # type: ignore[attr-defined]
            Extent.ONE_WAY: _("Changes in the CRM go to finance. Nothing is written to the CRM."),
            Extent.BOTH: _("A change on either side shows on the other."),
        }

    def values(self) -> dict[str, Any]:
        """The setting's fields by the names under which they are written."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        for name in ("account_view", "contact_view"):
            view = values.pop(name)
            values[f"{name}_id"] = view.pk if view else None
        return values


def _policy_help(name: str) -> dict[str, str]:
    if name == "duplicate_policy":
        return {
            Policy.SKIP: _("Nothing is written. The pair waits until you decide. Destroys nothing."),
            Policy.OVERWRITE: _("The two are linked, and the CRM’s values replace the finance record’s mapped fields."),
            Policy.CLONE: _("The finance record is left alone; a new one is made from the CRM’s values and linked."),
        }
    return {
        Policy.SKIP: _("Nothing is written. Both values wait in the conflict inbox. Destroys nothing."),
        Policy.OVERWRITE: _("The CRM’s value wins. The replaced value stays in the history and can be restored."),
        Policy.CLONE: _("The finance record is left alone; a new one is made from the CRM’s values and linked."),
    }


@connection_page
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, connection: Connection) -> HttpResponse:
    """What is synced, how far, and what happens to duplicates and conflicts."""
    setting = setting_of(connection)
    form = SettingForm(request.POST or None, setting=setting, user_id=request.user.pk)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or None
            save_setting(actor=actor_of(request), setting=setting, values=form.values(), version=version)
        except Refused as refused:
            refuse(form, refused)
        else:
            if connection.state == ConnectionState.CONFIGURED:
                return go("review", connection)
            messages.success(request, _("The sync settings are saved. They apply from the next sync on."))
            return go("settings", connection)
    context = {"form": form, "setting": setting, "pairs": pairs_of(connection)}
    status = 422 if form.is_bound else 200
    if connection.state == ConnectionState.CONFIGURED:
        return wizard(request, connection, "settings", "integration/settings.html", context, status)
    return monitor(request, connection, "settings", "integration/settings_later.html", context, status)
