"""What the pages of every module are called, and where they are: `crm:account_detail`, `crm:vendor_list`."""

from __future__ import annotations

from functools import cache

from django.urls import reverse

from crm.models.modules import singular

# Numbers that stand in an address for an organization's and a record's.
_ORGANIZATION, _RECORD = 8_000_000_001, 8_000_000_002


def page_name(module: str, page: str) -> str:
    """The name of one of a module's pages: list, create, detail, history, edit, delete, owner, lookup."""
    return f"crm:{singular(module)}_{page}"


def address(module: str, page: str, organization_id: int, record_id: int | None = None) -> str:
    """The address of one of these pages."""
    if record_id is None:
        return _pattern(module, page) % organization_id
    return _pattern_of_one(module, page) % (organization_id, record_id)


@cache
def _pattern(module: str, page: str) -> str:
    found = reverse(page_name(module, page), kwargs={"organization": _ORGANIZATION})
    return found.replace("%", "%%").replace(str(_ORGANIZATION), "%s")


@cache
def _pattern_of_one(module: str, page: str) -> str:
    """A list asks for several addresses a row, and Django takes its time to find each."""
    named = {"organization": _ORGANIZATION, f"{singular(module)}_id": _RECORD}
    found = reverse(page_name(module, page), kwargs=named)
    return found.replace("%", "%%").replace(str(_ORGANIZATION), "%s").replace(str(_RECORD), "%s")
