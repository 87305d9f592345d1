"""Choosing what a record is to be merged with: in the dialog on its page, or on a page of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from crm.access import Access
from crm.choices import Module
from crm.models import RECORDS
from crm.selectors.duplicates import duplicates_of
from crm.selectors.records import find_records, get_record
from crm.services.duplicates import catch_up
from crm.ui.addresses import address
from finsuite.kernel.pickers import RecordPicker

FIELD = "merge-with"  # the id of the control
SHOWN = 20


def picker(access: Access, module: Module, record_id: int, text: str = "") -> SafeString:
    """The control that names the other record. Its text is sent along, for those whose browser suggests nothing."""
    lookup = address(module, "lookup", access.organization.pk)
    widget = RecordPicker(f"{lookup}?{urlencode({'except': record_id})}")
    widget.typed = text
    return widget.render("id", "", {"id": FIELD, "name": "q", "autofocus": True})


def chooser(request: HttpRequest, access: Access, module: Module, record_id: int) -> HttpResponse:
    """What looks like the record, and what is called as one typed: each of them leads to the comparison."""
    record = get_record(access, module, record_id)
    catch_up(access.organization, module)
    text = request.GET.get("q", "").strip()[:100]
    found: list[Any] = list(find_records(access, module, text).exclude(pk=record.pk)[:SHOWN]) if text else []
    context = {
        "access": access,
        "module": module,
        "record": record,
        "merge_with": picker(access, module, record.pk, text),
        "text": text,
        "found": found,
        "duplicates": duplicates_of(access, module, record),
        "page_name": f"crm:{RECORDS[module]._meta.model_name}_detail",
        "list_url": address(module, "list", access.organization.pk),
        "back": address(module, "detail", access.organization.pk, record.pk),
    }
    return render(request, "crm/merge_with.html", context)
