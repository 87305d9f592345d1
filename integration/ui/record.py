"""Syncing one record from its own page."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

import crm.access
from crm.choices import Level
from crm.selectors.accounts import get_account
from crm.selectors.contacts import get_contact
from finsuite.kernel.errors import NotFound, Refused
from integration.choices import Kind
from integration.selectors.connections import setting_of
from integration.selectors.links import standing_of
from integration.services.runs import sync_record as sync_one
from integration.ui.frame import actor_of

_GETTERS = {Kind.ACCOUNT.value: (get_account, "accounts"), Kind.CONTACT.value: (get_contact, "contacts")}


@login_required
@require_POST
def sync_record(request: HttpRequest, organization: int, kind: str, record: int) -> HttpResponse:
    """Sync this account or contact now, and say what came of it."""
    access = crm.access.access(request.user, organization)
    if kind not in _GETTERS:
        raise NotFound(_("There is no such record."))
    getter, module = _GETTERS[kind]
    access.require(module, Level.EDIT)
    found = getter(access, record)
    standing = standing_of(kind, found.pk, organization_id=access.organization.pk)
    if standing is None:
        raise Refused(_("No finance organization is linked to this CRM."), code="not_linked")
    setting = setting_of(standing.connection)
    sync_one(actor=actor_of(request), setting=setting, kind=kind, record_id=found.pk)
    after = standing_of(kind, found.pk, organization_id=access.organization.pk)
    messages.info(request, f"{after.word}. {after.sentence}" if after else _("Done."))
    return redirect(f"crm:{kind}_detail", access.organization.pk, found.pk)
