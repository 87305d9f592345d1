"""Saving selections of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import audit.services
from crm.access import require, require_setup
from crm.choices import Level, Module
from crm.events import ListViewChanged
from crm.models import ListView, Organization
from crm.selectors.criteria import criteria_filter
from crm.selectors.list_views import describe
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

DEFAULTS = (
    (Module.ACCOUNTS, gettext_noop("All Accounts"), ListView.Scope.ALL),
    (Module.ACCOUNTS, gettext_noop("My Accounts"), ListView.Scope.MINE),
    (Module.CONTACTS, gettext_noop("All Contacts"), ListView.Scope.ALL),
    (Module.CONTACTS, gettext_noop("My Contacts"), ListView.Scope.MINE),
    (Module.DEALS, gettext_noop("All Deals"), ListView.Scope.ALL),
    (Module.DEALS, gettext_noop("My Deals"), ListView.Scope.MINE),
    (Module.PRODUCTS, gettext_noop("All Products"), ListView.Scope.ALL),
    (Module.PRODUCTS, gettext_noop("My Products"), ListView.Scope.MINE),
    (Module.VENDORS, gettext_noop("All Vendors"), ListView.Scope.ALL),
    (Module.VENDORS, gettext_noop("My Vendors"), ListView.Scope.MINE),
)


def add_default_list_views(organization: Organization) -> None:
    """The list views that every new organization starts with."""
    ListView.objects.bulk_create(
        ListView(organization=organization, module=module, name=name, scope=scope, is_system=True)
        for module, name, scope in DEFAULTS
    )


@transaction.atomic
def create_list_view(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> ListView:
    """Save a selection. With the actor's id as `owner_id` it is theirs alone; a shared one takes the setup right."""
    view = ListView(organization=organization)
    assign(view, values, allowed=("module", "name", "scope", "criteria", "owner_id"))
    require_filled(view, ["module", "name"])
    require(actor, organization, view.module, Level.VIEW)
    _check_owner(actor, view)
    _check(view)
    view.save()
    audit.services.record(actor=actor, tenant=organization.tenant, subject=view, verb="created", after=describe(view))
    return view


@transaction.atomic
def update_list_view(
    *, actor: Actor, list_view: ListView, values: Mapping[str, Any], version: str | None = None
) -> ListView:
    """Change what a list view selects, or its name."""
    locked = _locked(actor, list_view)
    require_version(locked, version)
    change = assign(locked, values, allowed=("name", "scope", "criteria"))
    _check(locked)
    if change:
        locked.save(update_fields=change.fields)
        audit.services.record(
            actor=actor,
            tenant=locked.organization.tenant,
            subject=locked,
            verb="updated",
            before=change.before,
            after=change.after,
        )
        emit(ListViewChanged(actor=actor, organization_id=locked.organization_id, list_view_id=locked.pk))
    return locked


@transaction.atomic
def delete_list_view(*, actor: Actor, list_view: ListView, version: str | None = None) -> None:
    """Delete a list view; no record is touched. One that something relies on, as the sync may, is kept."""
    locked = _locked(actor, list_view)
    require_version(locked, version)
    audit.services.record(
        actor=actor, tenant=locked.organization.tenant, subject=locked, verb="deleted", before=describe(locked)
    )
    emit(ListViewChanged(actor=actor, organization_id=locked.organization_id, list_view_id=locked.pk))
    try:
        locked.delete()
    except ProtectedError:
        raise Refused(
            _("“%(view)s” says which records are synced. Choose another view in the sync settings first.")
            % {"view": locked.name},
            code="in_use",
        ) from None


def _locked(actor: Actor, list_view: ListView) -> ListView:
    rows = ListView.objects.select_for_update(of=("self",)).select_related("organization")
    locked = rows.filter(pk=list_view.pk).first()
    if locked is None:
        raise NotFound(_("There is no such list view."))
    _check_owner(actor, locked)
    if locked.is_system:
        raise Refused(
            _("The list views that come with finsuite can't be changed. Make one of your own."), code="system"
        )
    return locked


def _check_owner(actor: Actor, view: ListView) -> None:
    """One's own views are one's own; everybody's take the setup right."""
    if view.owner_id is None:
        require_setup(actor, view.organization)
    elif view.owner_id != actor.user_id and not actor.is_machine:
        raise NotFound(_("There is no such list view."))


def _check(view: ListView) -> None:
    if view.scope == ListView.Scope.CRITERIA:
        if not view.criteria:
            sentence = _("Name at least one criterion.")
            raise Refused(sentence, fields={"criteria": [sentence]})
        criteria_filter(view.organization, view.module, view.criteria)
    elif view.criteria:
        sentence = _("Only a view of those that meet the criteria has criteria.")
        raise Refused(sentence, fields={"criteria": [sentence]})
    namesakes = ListView.objects.of(view.organization).filter(
        Q(owner=None) | Q(owner_id=view.owner_id), module=view.module, name__iexact=view.name
    )
    if namesakes.exclude(pk=view.pk).exists():
        sentence = _("There is a list view of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})
