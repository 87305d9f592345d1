"""The people at a business customer. As long as there is one, exactly one is the primary one.

Every write first locks the customer, so that two people can't each make somebody else primary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import CustomerKind, Extended
from finance.events import ContactPersonCreated, ContactPersonDeleted, ContactPersonUpdated
from finance.models import ContactPerson, Customer
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.services import customer_rules as rules
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import Change, assign
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {"salutation", "first_name", "last_name", "email", "phone", "mobile", "designation", "department", "is_primary"}
)


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One row of a customer's form: a person that is there already (`id`), or a new one."""

    values: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None


@transaction.atomic
def create_contact_person(*, actor: Actor, customer: Customer, values: Mapping[str, Any]) -> ContactPerson:
    """Add a person to a business customer. The first one becomes the primary one."""
    require(actor, customer.organization, Right.EDIT_CUSTOMERS)
    customer = rules.lock(customer)
    if customer.kind == CustomerKind.INDIVIDUAL:
        raise Refused(_("An individual has no contact persons. Make the customer a business first."), code="individual")
    person = ContactPerson(organization=customer.organization, customer=customer)
    custom = fields_to_write(actor, customer.organization, Extended.CONTACT_PERSONS, values)
    own, extra = custom.split(values)
    change = assign(person, own, allowed=WRITABLE)
    change = change.and_(custom.apply(person, extra, currency=customer.currency))
    check_name(person)
    primary = _primary(customer)
    if primary is None:
        person.is_primary = True
    elif person.is_primary:
        _set_primary(actor, customer, primary, on=False)
    with custom.saving(person):
        person.save(force_insert=True)
    after = {**change.after, "is_primary": person.is_primary}
    audit.services.record(actor=actor, tenant=customer.organization.tenant, subject=person, verb="created", after=after)
    emit(
        ContactPersonCreated(
            organization_id=customer.organization_id,
            actor=actor,
            ids=(person.pk,),
        )
    )
    return person


@transaction.atomic
def update_contact_person(
    *, actor: Actor, person: ContactPerson, values: Mapping[str, Any], version: str | None = None
) -> ContactPerson:
    """Change some of a person's fields; `is_primary` makes them the primary one."""
    require(actor, person.organization, Right.EDIT_CUSTOMERS)
    customer = rules.lock(person.customer)
    person = _again(customer, person.pk)
    require_version(person, version)
    custom = fields_to_write(actor, customer.organization, Extended.CONTACT_PERSONS, values)
    own, extra = custom.split(values)
    change = assign(person, own, allowed=WRITABLE)
    change = change.and_(custom.apply(person, extra, currency=customer.currency))
    if not change:
        return person
    check_name(person)
    if change.before.get("is_primary"):
        sentence = _("A customer always has a primary contact person. Make somebody else the primary one instead.")
        raise Refused(sentence, code="primary", fields={"is_primary": [sentence]})
    if "is_primary" in change:
        primary = _primary(customer)
        if primary is not None:
            _set_primary(actor, customer, primary, on=False)
    with custom.saving(person):
        person.save(update_fields=[*change.fields, "name_key"])
    _tell(actor, customer, person, change)
    return person


@transaction.atomic
def delete_contact_person(*, actor: Actor, person: ContactPerson, version: str | None = None) -> None:
    """Delete a person. If they were the primary one, whoever has been there longest takes over."""
    require(actor, person.organization, Right.EDIT_CUSTOMERS)
    customer = rules.lock(person.customer)
    person = _again(customer, person.pk)
    require_version(person, version)
    before = {name: getattr(person, name) for name in sorted(WRITABLE) if getattr(person, name)}
    before |= named(person.custom)
    audit.services.record(
        actor=actor, tenant=customer.organization.tenant, subject=person, verb="deleted", before=before
    )
    event = ContactPersonDeleted(organization_id=customer.organization_id, actor=actor, ids=(person.pk,))
    was_primary = person.is_primary
    person.delete()
    emit(event)
    if was_primary:
        heir = ContactPerson.objects.of(customer.organization_id).filter(customer=customer).order_by("id").first()
        if heir is not None:
            _set_primary(actor, customer, heir, on=True)


@transaction.atomic
def save_contact_persons(
    *,
    actor: Actor,
    customer: Customer,
    rows: Sequence[PersonRow],
    deleted: Collection[int] = (),
) -> None:
    """Save a form's rows together: delete, change and add, and let the one that is marked be the primary one.

    The faults of a row are told under its place: `contact_persons.1.email`.
    """
    known = {
        person.pk: person for person in ContactPerson.objects.of(customer.organization_id).filter(customer=customer)
    }
    for person in known.values():
        person.organization, person.customer = customer.organization, customer
    for index, row in enumerate(rows):
        if row.id in deleted:
            continue
        with _in_row(index):
            if row.id is None:
                create_contact_person(actor=actor, customer=customer, values=row.values)
            elif row.id in known:
                update_contact_person(actor=actor, person=known[row.id], values=_marks_only(row.values))
            else:
                raise NotFound(_("There is no such contact person."))
    for pk in deleted:
        if pk in known:
            delete_contact_person(actor=actor, person=known[pk])


def check_name(person: ContactPerson) -> None:
    """A person has a first or a last name; their key is made of both."""
    if not person.full_name:
        sentence = _("A contact person needs a first or a last name.")
        raise Refused(sentence, code="required", fields={"first_name": [sentence]})
    person.name_key = name_key(person.full_name)
    width = ContactPerson._meta.get_field("name_key").max_length or 0
    if len(person.name_key) > width:
        sentence = _("This name is too long once its ligatures are written out.")
        raise Refused(sentence, code="too_long", fields={"last_name": [sentence]})


def _marks_only(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row that isn't marked says nothing about who is primary: another row does."""
    return {name: value for name, value in values.items() if name != "is_primary" or value}


def _again(customer: Customer, pk: int) -> ContactPerson:
    person = (
        ContactPerson.objects.of(customer.organization_id)
        .select_for_update(of=("self",))
        .filter(customer=customer, pk=pk)
        .first()
    )
    if person is None:
        raise NotFound(_("There is no such contact person."))
    person.organization, person.customer = customer.organization, customer
    return person


def _primary(customer: Customer) -> ContactPerson | None:
    return ContactPerson.objects.of(customer.organization_id).filter(customer=customer, is_primary=True).first()


def _set_primary(actor: Actor, customer: Customer, person: ContactPerson, *, on: bool) -> None:
    person.is_primary = on
    person.save(update_fields=["is_primary", "updated_at"])
    _tell(actor, customer, person, Change({"is_primary": not on}, {"is_primary": on}))


@contextmanager
def _in_row(index: int) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        fields = {f"contact_persons.{index}.{name}": found for name, found in refusal.fields.items()}
        raise Refused(refusal.message, code=refusal.code, fields=fields) from refusal


def _tell(actor: Actor, customer: Customer, person: ContactPerson, change: Change) -> None:
    audit.services.record(
        actor=actor,
        tenant=customer.organization.tenant,
        subject=person,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    emit(
        ContactPersonUpdated(
            organization_id=customer.organization_id,
            actor=actor,
            ids=(person.pk,),
            fields=frozenset(change.after),
        )
    )
