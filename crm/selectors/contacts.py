"""Reading contacts."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import Contact, Organization
from crm.selectors.search import matches
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def contacts(organization: Organization, *, search: str = "", kept: Q | None = None) -> ScopedQuerySet[Contact]:
    """The organization's contacts that contain every word of `search` and pass `kept` (a list view's filter)."""
    return Contact.objects.of(organization).filter(matches(search), kept or Q())


def get_contact(organization: Organization, contact_id: int | str) -> Contact:
    """One contact by an id from outside: NotFound if it is absent or another organization's."""
    found = (
        Contact.objects.of(organization)
        .select_related("organization", "owner", "account", "reports_to")
        .filter(pk=as_id(contact_id))
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such contact."))
    return found
