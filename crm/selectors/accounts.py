"""Reading accounts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import Account, Organization
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def accounts(organization: Organization, *, search: str = "", kept: Q | None = None) -> ScopedQuerySet[Account]:
    """The organization's accounts that contain every word of `search` and pass `kept` (a list view's filter)."""
    return Account.objects.of(organization).filter(matches(search), kept or Q())


def get_account(organization: Organization, account_id: int | str) -> Account:
    """One account by an id from outside: NotFound if it is absent or another organization's."""
    found = (
        Account.objects.of(organization)
        .select_related("organization", "owner", "parent")
        .filter(pk=as_id(account_id))
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such account."))
    return found
