"""What the pages of every module are called, and where they are: `crm:account_detail`, `crm:vendor_list`."""

from __future__ import annotations

from django.urls import reverse

from crm.models.modules import singular


def page_name(module: str, page: str) -> str:
    """The name of one of a module's pages: list, create, detail, history, edit, delete, delete_many, owner, lookup."""
    return f"crm:{singular(module)}_{page}"


def address(module: str, page: str, organization_id: int, record_id: int | None = None) -> str:
    """The address of one of these pages."""
    named = {} if record_id is None else {f"{singular(module)}_id": record_id}
    return reverse(page_name(module, page), kwargs={"organization": organization_id, **named})
