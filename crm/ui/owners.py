"""Giving a record to another member, from its page."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Level
from crm.models import Record
from crm.selectors.records import get_record, record_rows
from crm.services import records as services
from crm.services.kinds import KINDS
from crm.ui.base import actor_of
from crm.ui.people import People
from crm.ui.records import Pages
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of


class OwnerForm(forms.Form):
    """Who is to own a record."""

    marks_optional = False
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, access: Access, record: Record) -> None:
        super().__init__(initial={"owner_id": record.owner_id, "version": version_of(record)}, auto_id="new_%s")
        held = (record.owner.pk, str(record.owner)) if record.owner else None
        field = People(access.organization).one(held=held, label=_("Owner"), required=False)
        field.widget.attrs["autofocus"] = True
        self.fields["owner_id"] = field


def changed(pages: Pages, request: HttpRequest, access: Access, record_id: int) -> HttpResponse:
    """Who may own it, to choose from in a dialog (by itself, in the form); and giving it to the one who is chosen."""
    access.require(pages.module, Level.EDIT)
    record = get_record(access, pages.module, record_id)
    if request.method != "POST":
        if not getattr(request, "htmx", False):
            return redirect(f"{pages.address('edit', access, record)}#id_owner_id")
        return render(request, "crm/record_owner.html", {"form": OwnerForm(access, record)})
    chosen = request.POST.get("owner_id", "")
    owner_id = read_id(chosen) if chosen else None
    saved = services.update_one(
        KINDS[pages.module],
        actor=actor_of(request),
        record=record,
        values={"owner_id": chosen if chosen and owner_id is None else owner_id},
        version=request.POST.get("version") or None,
    )
    _say(request, saved)
    still_seen = record_rows(access, pages.module).filter(pk=saved.pk).exists()
    return redirect(pages.address("detail", access, saved) if still_seen else pages.address("list", access))


def _say(request: HttpRequest, record: object) -> None:
    owner = getattr(record, "owner", None)
    told = {"name": record, "owner": owner}
    messages.success(
        request, _("“%(name)s” is now %(owner)s's.") % told if owner else _("“%(name)s” is now nobody's.") % told
    )
