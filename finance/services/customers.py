"""Creating, changing and deleting customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import Extended, Status
from finance.events import CustomerCreated, CustomerDeleted, CustomerUpdated
from finance.models import Customer, Organization
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.selectors.customers import contact_persons as contact_persons_of
from finance.selectors.customers import ids_with_documents
from finance.services import customer_rules as rules
from finance.services import numbering
from finance.services.contact_persons import PersonRow, save_contact_persons
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign
from finsuite.kernel.versions import require_version

ADDRESS = ("attention", "address", "street2", "city", "state", "zip", "country", "phone", "fax")

WRITABLE = frozenset(
    {
        *("kind", "display_name", "company_name", "salutation", "first_name", "last_name"),
        *("email", "phone", "mobile", "website", "notes"),
        *("currency", "payment_term_id", "payment_terms", "payment_terms_label", "credit_limit"),
        *("is_taxable", "is_reminded", "exemption_id", "tax_number", "language", "owner_id", "status"),
        *(f"{address}_{part}" for address in ("billing", "shipping") for part in ADDRESS),
    }
)


@rules.refusing_name_clashes()
@transaction.atomic
def create_customer(
    *,
    actor: Actor,
    organization: Organization,
    values: Mapping[str, Any],
    contact_persons: Sequence[PersonRow] = (),
) -> Customer:
    """Create a customer, with their contact persons; the first is the primary one unless another is marked."""
    require(actor, organization, Right.EDIT_CUSTOMERS)
    custom = fields_to_write(actor, organization, Extended.CUSTOMERS, values)
    own, extra = custom.split(values)
    customer, change = build(organization, own)
    change = change.and_(custom.apply(customer, extra, currency=customer.currency))
    rules.check_currency(organization, customer.currency)
    rules.check_owner(organization, customer.owner_id)
    rules.check_terms(customer, change)
    (customer.number,) = numbering.take(organization=organization, series="customer")
    rules.set_keys(customer)
    customer.unique_key = rules.unique_key(organization, customer.name_key)
    with custom.saving(customer):
        customer.save(force_insert=True)
    audit.services.record(
        actor=actor, tenant=organization.tenant, subject=customer, verb="created", after=first_values(customer, change)
    )
    emit(CustomerCreated(organization_id=organization.pk, actor=actor, ids=(customer.pk,)))
    if contact_persons:
        save_contact_persons(actor=actor, customer=customer, rows=contact_persons)
    return customer


@rules.refusing_name_clashes()
@transaction.atomic
def update_customer(
    *, actor: Actor, customer: Customer, values: Mapping[str, Any], version: str | None = None
) -> Customer:
    """Change some of a customer's fields."""
    require(actor, customer.organization, Right.EDIT_CUSTOMERS)
    customer = rules.lock(customer)
    require_version(customer, version)
    custom = fields_to_write(actor, customer.organization, Extended.CUSTOMERS, values)
    own, extra = custom.split(values)
    change = assign(customer, own, allowed=WRITABLE)
    change = change.and_(custom.apply(customer, extra, currency=customer.currency))
    if not change:
        return customer
    columns = check_change(customer, change)
    if "display_name" in change:
        customer.unique_key = rules.unique_key(customer.organization, customer.name_key)
        columns.append("unique_key")
    with custom.saving(customer):
        customer.save(update_fields=[*change.fields, *columns])
    _tell(actor, customer, change)
    return customer


@transaction.atomic
def edit_customer(
    *,
    actor: Actor,
    customer: Customer,
    values: Mapping[str, Any],
    contact_persons: Sequence[PersonRow] = (),
    deleted_persons: Collection[int] = (),
    version: str | None = None,
) -> Customer:
    """Change a customer and their contact persons together, as the form does: all of it, or nothing."""
    customer = update_customer(actor=actor, customer=customer, values=values, version=version)
    if contact_persons or deleted_persons:
        save_contact_persons(actor=actor, customer=customer, rows=contact_persons, deleted=deleted_persons)
    return customer


@transaction.atomic
def set_status(*, actor: Actor, customer: Customer, status: Status, version: str | None = None) -> Customer:
    """Make a customer active or inactive. Nothing else about an inactive customer changes."""
    require(actor, customer.organization, Right.EDIT_CUSTOMERS)
    customer = rules.lock(customer)
    require_version(customer, version)
    change = assign(customer, {"status": status}, allowed={"status"})
    if change:
        customer.save(update_fields=change.fields)
        _tell(actor, customer, change)
    return customer


@transaction.atomic
def delete_customer(*, actor: Actor, customer: Customer, version: str | None = None) -> None:
    """Delete a customer who has no documents, with their contact persons."""
    require(actor, customer.organization, Right.DELETE_CUSTOMERS)
    customer = rules.lock(customer)
    require_version(customer, version)
    if ids_with_documents(customer.organization, [customer.pk]):
        raise Refused(
            _("%(customer)s has documents and can't be deleted. Make the customer inactive instead.")
            % {"customer": customer.display_name},
            code="has_documents",
        )
    before = {name: getattr(customer, name) for name in sorted(WRITABLE) if getattr(customer, name) not in ("", None)}
    before |= named(customer.custom)
    before["contact_persons"] = [person.full_name for person in contact_persons_of(customer)]
    audit.services.record(
        actor=actor, tenant=customer.organization.tenant, subject=customer, verb="deleted", before=before
    )
    event = CustomerDeleted(organization_id=customer.organization_id, actor=actor, ids=(customer.pk,))
    customer.delete()
    emit(event)


def build(organization: Organization, values: Mapping[str, Any]) -> tuple[Customer, Change]:
    """A new customer, unsaved, that passes every check that needs no query."""
    customer = Customer(organization=organization, currency=organization.base_currency)
    given = {name: value for name, value in values.items() if name != "display_name" or value}
    change = assign(customer, given, allowed=WRITABLE)
    rules.check_new(customer)
    return customer, change


def first_values(customer: Customer, change: Change) -> dict[str, Any]:
    """What the history tells of a new customer."""
    told = ("number", "kind", "display_name", "currency")
    return {**change.after, **{name: getattr(customer, name) for name in told}}


def check_change(customer: Customer, change: Change) -> list[str]:
    """Check what a change may break, bring the derived columns up to date, and name those to save besides."""
    rules.check_kind(customer, change)
    if rules.NAMES.intersection(change.after):
        rules.check_names(customer)
    rules.check_currency_change(customer, change)
    if "owner_id" in change:
        rules.check_owner(customer.organization, customer.owner_id)
    rules.check_terms(customer, change)
    return rules.set_keys(customer)


def _tell(actor: Actor, customer: Customer, change: Change) -> None:
    audit.services.record(
        actor=actor,
        tenant=customer.organization.tenant,
        subject=customer,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    emit(
        CustomerUpdated(
            organization_id=customer.organization_id, actor=actor, ids=(customer.pk,), fields=frozenset(change.after)
        )
    )
