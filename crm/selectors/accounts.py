"""Reading accounts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Module
from crm.models import Account
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def accounts(access: Access, *, search: str = "", kept: Q | None = None) -> ScopedQuerySet[Account]:
    """The accounts that the person may see, with every word of `search` in them, kept by `kept` (a list view's)."""
    return Account.objects.of(access.organization).filter(access.visible(Module.ACCOUNTS), matches(search), kept or Q())


def get_account(access: Access, account_id: int | str) -> Account:
    """One account by an id from outside: NotFound if it is absent, another organization's, or not theirs to see."""
    found = accounts(access).select_related("organization", "owner", "parent").filter(pk=as_id(account_id)).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found
