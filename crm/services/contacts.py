"""Making, changing and deleting contacts."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import of_actor
from crm.choices import Module
from crm.events import ContactCreated, ContactDeleted, ContactUpdated
from crm.models import Account, Contact, Organization
from crm.services import records
from crm.services.deal_contacts import let_go_of_contacts
from crm.services.deals import DEALS
from crm.services.record_kinds import Kind
from crm.services.record_values import Planned
from crm.services.surroundings import Surroundings, Values
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

WRITABLE = (
    "account_id",
    "owner_id",
    "reports_to_id",
    "salutation",
    "first_name",
    "last_name",
    "email",
    "secondary_email",
    "phone",
    "mobile",
    "home_phone",
    "other_phone",
    "fax",
    "title",
    "department",
    "date_of_birth",
    "lead_source",
    "email_opt_out",
    "skype_id",
    "twitter",
    "mailing_street",
    "mailing_city",
    "mailing_state",
    "mailing_zip",
    "mailing_country",
    "other_street",
    "other_city",
    "other_state",
    "other_zip",
    "other_country",
    "currency",
    "description",
    "tags",
)


def create_contact(*, actor: Actor, organization: Organization, values: Values) -> Contact:
    """Make a contact. Without an owner it is the actor's; its currency is, if not given, its account's or home."""
    return records.create_one(CONTACTS, actor=actor, organization=organization, values=values)


def create_contacts(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Contact | Refused]:
    """Make a contact of each acceptable row; the others answer why not. In the order of the rows."""
    return records.create(CONTACTS, actor=actor, organization=organization, rows=rows)


def draft_contacts(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Contact | Refused]:
    """What `create_contacts` would make of the rows, saving nothing."""
    return records.draft(CONTACTS, actor=actor, access=of_actor(actor, organization), rows=rows)


def update_contact(*, actor: Actor, contact: Contact, values: Values, version: str | None = None) -> Contact:
    """Give a contact new values. `version` is the one that the actor has seen; a stale one raises Conflict."""
    return records.update_one(CONTACTS, actor=actor, record=contact, values=values, version=version)


def update_contacts(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Contact | Refused]:
    """Give each contact (by id) its new values, where acceptable. What nothing changes in is not written."""
    return records.update(CONTACTS, actor=actor, organization=organization, changes=changes)


def plan_contact_updates(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Planned[Contact] | Refused]:
    """What `update_contacts` would change, saving nothing."""
    return records.plan(CONTACTS, actor=actor, access=of_actor(actor, organization), changes=changes)


def delete_contact(*, actor: Actor, contact: Contact, version: str | None = None) -> None:
    """Delete a contact. Those who report to them stay, reporting to nobody."""
    records.delete_one(CONTACTS, actor=actor, record=contact, version=version)


def delete_contacts(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete these contacts, as `delete_contact` does; answers the ids of those that existed."""
    return records.delete(CONTACTS, actor=actor, organization=organization, ids=ids)


def _complete(contact: Contact, around: Surroundings) -> None:
    if not contact.currency:
        contact.currency = around.currency_of(Account, contact.account_id)
    contact.currency = contact.currency or around.home_currency


def _faults(contact: Contact, around: Surroundings) -> dict[str, str]:
    if contact.date_of_birth is not None and contact.date_of_birth > timezone.localdate():
        return {"date_of_birth": _("The date of birth can't be in the future.")}
    return {}


CONTACTS: Kind[Contact] = Kind(
    model=Contact,
    module=Module.CONTACTS,
    writable=WRITABLE,
    required="last_name",
    complete=_complete,
    faults=_faults,
    dependents=lambda: ((CONTACTS, "reports_to_id"), (DEALS, "contact_id")),
    leaving=lambda: (let_go_of_contacts,),
    created=ContactCreated,
    updated=ContactUpdated,
    deleted=ContactDeleted,
    tree="reports_to_id",
    tree_fault=lambda: _("A contact can't report to themselves, nor to somebody who reports to them."),
)
