"""Who is likely to take part in a call or meeting about a record."""

from __future__ import annotations

from django.db.models import Q

from crm.access import Access
from crm.choices import Module
from crm.models import Contact, Deal, DealContact
from crm.selectors.activities import seen_records

NEAR = 8


def contacts_near(access: Access, module: str, record_id: int | None) -> list[tuple[int, str]]:
    """The contacts at the record's account, or who have a say in the deal, by name, as far as the person sees them.

    One statement; none where there can be none.
    """
    which = _near(access, module, record_id) if record_id is not None else None
    if which is None:
        return []
    rows = seen_records(access, Module.CONTACTS).filter(which).order_by("sort_key", "id")[:NEAR]
    return [(contact.pk, contact.label) for contact in rows]


def _near(access: Access, module: str, record_id: int) -> Q | None:
    match module:
        case Module.ACCOUNTS:
            return Q(account_id=record_id)
        case Module.CONTACTS:
            own = Contact.objects.of(access.organization).filter(pk=record_id, account__isnull=False)
            return Q(pk=record_id) | Q(account_id__in=own.values("account_id"))
        case Module.DEALS:
            deal = Deal.objects.of(access.organization).filter(pk=record_id)
            roles = DealContact.objects.filter(deal__in=deal)
            return Q(pk__in=roles.values("contact_id")) | Q(
                account_id__in=deal.filter(account__isnull=False).values("account_id")
            )
    return None
