"""Reading contacts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.choices import Module
from crm.models import Contact
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def contacts(access: Access, *, search: str = "", kept: Q | None = None) -> ScopedQuerySet[Contact]:
    """The contacts that the person may see, with every word of `search` in them, kept by `kept` (a list view's)."""
    return Contact.objects.of(access.organization).filter(access.visible(Module.CONTACTS), matches(search), kept or Q())


def get_contact(access: Access, contact_id: int | str) -> Contact:
    """One contact by an id from outside: NotFound if it is absent, another organization's, or not theirs to see."""
    found = (
        contacts(access)
        .select_related("organization", "owner", "account", "reports_to")
        .filter(pk=as_id(contact_id))
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such contact."))
    return found
