"""Setup: how far records are shared, teams, and who reports to whom."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Module, Sharing
from crm.models import Membership, Team
from crm.selectors.organizations import get_member
from crm.selectors.sharing import extent, get_team, sharing_rules, teams
from crm.services import sharing as services
from crm.services import teams as team_services
from crm.ui.base import actor_of, in_setup
from crm.ui.people import People
from finsuite.kernel import formats
from finsuite.kernel.errors import Conflict, Refused
from finsuite.kernel.versions import version_of

GET_AND_POST = ["GET", "HEAD", "POST"]

SHORT = (
    (Sharing.EVERYBODY.value, pgettext_lazy("sharing", "Everybody")),
    (Sharing.MANAGERS.value, pgettext_lazy("sharing", "Managers")),
    (Sharing.TEAMS.value, pgettext_lazy("sharing", "Teams")),
)


class SharingForm(forms.Form):
    """One choice a module, with what it comes to below."""

    def __init__(self, access: Access, data: Any = None) -> None:
        super().__init__(data)
        self.rules = {rule.module: rule for rule in sharing_rules(access.organization)}
        for module, rule in self.rules.items():
            self.fields[module] = forms.ChoiceField(
                label=Module(module).label,
                choices=SHORT,
                widget=forms.RadioSelect,
                initial=rule.sharing,
                help_text=_told(access, module),
            )
            self.fields[f"version_{module}"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=version_of(rule)
            )

    def module_fields(self) -> list[Any]:
        return [self[module] for module in self.rules]

    def versions(self) -> dict[str, str]:
        given = {module: self.cleaned_data[f"version_{module}"] for module in self.rules}
        return {module: version for module, version in given.items() if version}


class TeamForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)

    def __init__(self, access: Access, data: Any = None, team: Team | None = None) -> None:
        initial = {}
        if team is not None:
            held = [place.membership_id for place in team.places.all()]
            initial = {"name": team.name, "member_ids": held, "version": version_of(team)}
        super().__init__(data, initial=initial)
        self.fields["member_ids"] = People(access.organization, "pk").several(label=_("Members"))

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "member_ids")}


class ManagerForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, access: Access, member: Membership, data: Any = None) -> None:
        super().__init__(data, initial={"manager_id": member.manager_id, "version": version_of(member)})
        self.fields["manager_id"] = People(access.organization, "pk").one(
            without=member.pk,
            label=_("Reports to"),
            required=False,
            help_text=_("Managers see what those own who report to them, directly or through others."),
        )


@require_http_methods(GET_AND_POST)
@in_setup
def sharing(request: HttpRequest, access: Access) -> HttpResponse:
    """Who sees the records of which module."""
    form = SharingForm(access, request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = {module: form.cleaned_data[module] for module in form.rules}
        try:
            changed = services.change_sharing(
                actor=actor_of(request), organization=access.organization, sharing=wanted, versions=form.versions()
            )
        except (Refused, Conflict) as refused:
            form.add_error(None, refused.message)
        else:
            said = ngettext("%(count)d module is shared anew.", "%(count)d modules are shared anew.", len(changed))
            messages.success(request, said % {"count": len(changed)} if changed else _("Nothing has changed."))
            return redirect("crm:setup_sharing", organization=access.organization.pk)
    return render(request, "crm/setup_sharing.html", {"access": access, "form": form}, status=_status(form))


@require_safe
@in_setup
def team_list(request: HttpRequest, access: Access) -> HttpResponse:
    """The teams and who is in them."""
    return render(request, "crm/team_list.html", {"access": access, "teams": teams(access.organization)})


@require_http_methods(GET_AND_POST)
@in_setup
def team_create(request: HttpRequest, access: Access) -> HttpResponse:
    form = TeamForm(access, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = team_services.create_team(
                actor=actor_of(request), organization=access.organization, values=form.values()
            )
        except Refused as refused:
            _refuse(form, refused)
        else:
            messages.success(request, _("The team “%(name)s” is saved.") % {"name": made.name})
            return redirect("crm:team_list", organization=access.organization.pk)
    return render(request, "crm/team_form.html", {"access": access, "form": form}, status=_status(form))


@require_http_methods(GET_AND_POST)
@in_setup
def team_edit(request: HttpRequest, access: Access, team_id: int) -> HttpResponse:
    team = get_team(access.organization, team_id)
    form = TeamForm(access, request.POST or None, team)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or None
        try:
            team_services.update_team(actor=actor_of(request), team=team, values=form.values(), version=version)
        except Refused as refused:
            _refuse(form, refused)
        except Conflict as stale:
            form.add_error(None, stale.message)
        else:
            messages.success(request, _("The team “%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("crm:team_list", organization=access.organization.pk)
    context = {"access": access, "form": form, "team": team, "version": version_of(team)}
    return render(request, "crm/team_form.html", context, status=_status(form))


@require_POST
@in_setup
def team_delete(request: HttpRequest, access: Access, team_id: int) -> HttpResponse:
    team = get_team(access.organization, team_id)
    try:
        version = request.POST.get("version") or None
        team_services.delete_team(actor=actor_of(request), team=team, version=version)
    except Conflict as stale:
        messages.error(request, stale.message)
    else:
        messages.success(request, _("The team “%(name)s” is deleted. No record is touched.") % {"name": team.name})
    return redirect("crm:team_list", organization=access.organization.pk)


@require_http_methods(GET_AND_POST)
@in_setup
def member_manager(request: HttpRequest, access: Access, membership_id: int) -> HttpResponse:
    """Whom a member reports to."""
    member = get_member(access.organization, membership_id)
    form = ManagerForm(access, member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            team_services.change_manager(
                actor=actor_of(request),
                membership=member,
                manager_id=form.cleaned_data["manager_id"],
                version=form.cleaned_data["version"] or None,
            )
        except Refused as refused:
            _refuse(form, refused)
        except Conflict as stale:
            form.add_error(None, stale.message)
        else:
            messages.success(request, _("It is noted whom %(name)s reports to.") % {"name": member.user})
            return redirect("crm:member_list", organization=access.organization.pk)
    context = {"access": access, "form": form, "member": member}
    return render(request, "crm/member_manager.html", context, status=_status(form))


def _told(access: Access, module: str) -> str:
    """How many records and people the choice is about."""
    found = extent(access.organization, module)
    records = ngettext("%(count)s record", "%(count)s records", found.records) % {
        "count": formats.number(found.records)
    }
    people = ngettext("%(count)s member", "%(count)s members", found.narrowed) % {
        "count": formats.number(found.narrowed)
    }
    told = _("%(records)s; the choice limits what %(people)s can see.") % {"records": records, "people": people}
    if not found.unowned:
        return told
    lost = ngettext(
        "%(count)s record has no owner, or one who has left: unless everybody sees all, only those who see "
        "everything find it.",
        "%(count)s records have no owner, or one who has left: unless everybody sees all, only those who see "
        "everything find them.",
        found.unowned,
    )
    return f"{told} {lost % {'count': formats.number(found.unowned)}}"


def _refuse(form: forms.Form, refused: Refused) -> None:
    """Put the service's refusal where the person looks."""
    placed = {name: said for name, said in refused.fields.items() if name in form.fields}
    for name, said in placed.items():
        form.add_error(name, said)
    if not placed:
        form.add_error(None, refused.message)


def _status(form: forms.Form) -> int:
    return 422 if form.is_bound else 200
