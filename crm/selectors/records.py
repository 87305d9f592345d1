"""Reading records of any module. Which of them a person may see is decided here, and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from crm.access import Access, as_id
from crm.choices import Module
from crm.models import RECORDS, Organization, Record
from crm.models.modules import references
from crm.selectors.search import found
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet

ABSENT: dict[str, Any] = {
    Module.ACCOUNTS: gettext_lazy("There is no such account."),
    Module.CONTACTS: gettext_lazy("There is no such contact."),
    Module.DEALS: gettext_lazy("There is no such deal."),
    Module.PRODUCTS: gettext_lazy("There is no such product."),
    Module.VENDORS: gettext_lazy("There is no such vendor."),
}


def record_rows(access: Access, module: str) -> ScopedQuerySet[Any]:
    """The module's records that the person may see."""
    return RECORDS[Module(module)].objects.of(access.organization).filter(access.visible(module))


def everybodys_rows(organization: Organization, module: str) -> ScopedQuerySet[Any]:
    """All of the module's records, whoever may see them: to tell what is there still, never to show it."""
    return RECORDS[Module(module)].objects.of(organization)


def get_record(access: Access, module: str, record_id: int | str) -> Any:
    """One of them by an id from outside, with what it refers to: NotFound if it is absent or somebody else's."""
    model = RECORDS[Module(module)]
    referred = [column.removesuffix("_id") for column in references(model)]
    found = record_rows(access, module).select_related("organization", *referred).filter(pk=as_id(record_id)).first()
    if found is None:
        raise NotFound(str(ABSENT[module]))
    return found


def find_records(access: Access, module: str, text: str) -> QuerySet[Any]:
    """Those that match the text, the best first."""
    return found(record_rows(access, module), access, text)


def named(access: Access, module: str, ids: set[int]) -> dict[int, str]:
    """What these records are called, as far as the person may see them; no statement for none."""
    if not ids:
        return {}
    rows: QuerySet[Record] = record_rows(access, module).filter(pk__in=ids)
    return {record.pk: record.label for record in rows}
