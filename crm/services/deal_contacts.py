"""The people who have a say in a deal, and which one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

import audit.services
from crm.access import Access, of_actor
from crm.choices import Module
from crm.events import DealUpdated
from crm.models import Contact, Deal, DealContact, Organization
from crm.selectors.records import record_rows
from crm.services import records
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, reinsert_many, update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign

WRITABLE = ("contact_id", "role")
MOST_ROLES = 50
SUGGESTED = (
    gettext_lazy("Decision maker"),
    gettext_lazy("Influencer"),
    pgettext_lazy("role in a deal", "Champion"),
    pgettext_lazy("role in a deal", "User"),
    pgettext_lazy("role in a deal", "Purchasing"),
    gettext_lazy("Technical evaluator"),
    gettext_lazy("Executive sponsor"),
)


@transaction.atomic
def set_contact_roles(
    *, actor: Actor, deal: Deal, roles: Sequence[Mapping[str, Any]], version: str | None = None
) -> Deal:
    """Give a deal these people (`contact_id`, `role`) in place of those it has, each once.

    Those whom the actor may not see stay as they are.
    """
    from crm.services.deals import DEALS

    locked = records.opened(DEALS, actor=actor, record=deal, version=version)
    access = of_actor(actor, locked.organization)
    drafted = _drafted(access, locked, roles)
    rows = locked.contact_roles.select_related("contact").order_by("id")
    held = [each for each in rows if access.sees(Module.CONTACTS, each.contact.owner_id)]
    wanted = {each.contact_id: each.role for each in drafted}
    if wanted == {each.contact_id: each.role for each in held}:
        return locked
    gone = [each for each in held if wanted.get(each.contact_id) != each.role]
    kept = {each.contact_id for each in held} - {each.contact_id for each in gone}
    come = [each for each in drafted if each.contact_id not in kept]
    DealContact.objects.filter(pk__in=[each.pk for each in gone]).delete()
    insert_many(come)
    locked.save(update_fields=["updated_at"])
    _tell(actor, locked, gone, come)
    return locked


def let_go_of_contacts(actor: Actor, organization: Organization, ids: Sequence[int]) -> None:
    """Take contacts who are about to be deleted out of the deals that they had a say in; each deal's history tells."""
    rows = DealContact.objects.filter(deal__organization=organization, contact_id__in=ids)
    by_deal: dict[int, list[DealContact]] = {}
    for each in rows.order_by("deal_id", "pk"):
        by_deal.setdefault(each.deal_id, []).append(each)
    if not by_deal:
        return
    deals = Deal.objects.of(organization).filter(pk__in=by_deal).order_by("pk").select_for_update(of=("self",))
    for deal in deals:
        gone = by_deal[deal.pk]
        DealContact.objects.filter(pk__in=[each.pk for each in gone]).delete()
        deal.save(update_fields=["updated_at"])
        _tell(actor, deal, gone, [])


def bring_back_contacts(actor: Actor, organization: Organization, rows: Sequence[DealContact]) -> None:
    """Give contacts who are restored the say that they had in deals; each deal's history tells."""
    if not rows:
        return
    by_deal: dict[int, list[DealContact]] = {}
    for each in rows:
        by_deal.setdefault(each.deal_id, []).append(each)
    deals = list(Deal.objects.of(organization).filter(pk__in=by_deal).order_by("pk").select_for_update(of=("self",)))
    reinsert_many(rows)
    update_many(deals, ["updated_at"])
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="updated",
        changes=[
            (deal, {"contact_roles": []}, {"contact_roles": [_content(each) for each in by_deal[deal.pk]]})
            for deal in deals
        ],
    )
    ids = tuple(deal.pk for deal in deals)
    emit(DealUpdated(actor=actor, organization_id=organization.pk, ids=ids, fields=frozenset({"contact_roles"})))


def _drafted(access: Access, deal: Deal, roles: Sequence[Mapping[str, Any]]) -> list[DealContact]:
    if len(roles) > MOST_ROLES:
        sentence = _("A deal can have at most %(limit)d contacts.") % {"limit": MOST_ROLES}
        raise Refused(sentence, fields={"contact_roles": [sentence]})
    contacts = _contacts(access, roles)
    drafted: list[DealContact] = []
    faults: dict[str, list[str]] = {}
    seen: set[int] = set()
    for place, values in enumerate(roles):
        contact = contacts.get(values.get("contact_id", 0))
        each = DealContact(deal=deal, contact=contact)
        if contact is None:
            faults[f"contact_roles/{place}/contact_id"] = [_("There is no such contact in this organization.")]
        elif contact.pk in seen:
            faults[f"contact_roles/{place}/contact_id"] = [_("This contact is named twice.")]
        else:
            seen.add(contact.pk)
        try:
            assign(each, {"role": values.get("role", "")}, allowed=WRITABLE)
        except Refused as refused:
            faults |= {f"contact_roles/{place}/{name}": said for name, said in refused.fields.items()}
        drafted.append(each)
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)
    return drafted


def _contacts(access: Access, roles: Iterable[Mapping[str, Any]]) -> dict[Any, Contact]:
    wanted = {values.get("contact_id") for values in roles}
    ids = [key for key in wanted if type(key) is int and 0 < key < 2**63]
    return dict(record_rows(access, Module.CONTACTS).in_bulk(ids)) if ids else {}


def _tell(actor: Actor, deal: Deal, gone: Sequence[DealContact], come: Sequence[DealContact]) -> None:
    """By ids: what the contacts are called, each reader is told as far as they may see them."""
    audit.services.record(
        actor=actor,
        tenant=deal.organization.tenant,
        subject=deal,
        verb="updated",
        before={"contact_roles": [_content(each) for each in gone]},
        after={"contact_roles": [_content(each) for each in come]},
    )
    emit(
        DealUpdated(
            actor=actor,
            organization_id=deal.organization_id,
            ids=(deal.pk,),
            fields=frozenset({"contact_roles"}),
        )
    )


def _content(each: DealContact) -> dict[str, Any]:
    return {"contact_id": each.contact_id, "role": each.role}
