"""What must hold for every customer, whoever writes it: one of these is behind each sentence of refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from finance.choices import CustomerKind
from finance.models import ContactPerson, Currency, Customer, Membership, Organization, PaymentTerm, TaxExemption
from finance.selectors.customers import ids_with_documents
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import Change, require_filled
from finsuite.kernel.terms import searchable
from finsuite.kernel.text import fold, name_key

SEARCHED = ("display_name", "company_name", "first_name", "last_name", "email", "phone", "mobile", "number")
NAMES = frozenset({"kind", "display_name", "first_name", "last_name"})


def lock(customer: Customer) -> Customer:
    """The customer as it is now, held until the transaction ends."""
    found = (
        Customer.objects.of(customer.organization_id)
        .select_for_update(of=("self",))
        .select_related("organization")
        .filter(pk=customer.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such customer."))
    return found


def check_new(customer: Customer) -> None:
    """A new customer has a display name: their own, or else their company's or their full name."""
    if not customer.display_name:
        individual = customer.kind == CustomerKind.INDIVIDUAL
        customer.display_name = customer.full_name if individual else customer.company_name
    require_filled(customer, ["display_name"])
    check_names(customer)


def check_names(customer: Customer) -> None:
    """An individual has a name of their own besides the one displayed; a key that fits is made of the latter."""
    if customer.kind == CustomerKind.INDIVIDUAL and not customer.full_name:
        sentence = _("An individual needs a first or a last name.")
        raise Refused(sentence, code="required", fields={"last_name": [sentence]})
    width = Customer._meta.get_field("name_key").max_length or 0
    if len(name_key(customer.display_name)) > width:
        sentence = _("This name is too long once its ligatures are written out.")
        raise Refused(sentence, code="too_long", fields={"display_name": [sentence]})


def check_kind(customer: Customer, change: Change) -> None:
    """Only a business has contact persons, so a business that has some can't become an individual."""
    if change.after.get("kind") != CustomerKind.INDIVIDUAL:
        return
    if ContactPerson.objects.of(customer.organization_id).filter(customer=customer).exists():
        sentence = _("This customer has contact persons, so it stays a business. Delete them first.")
        raise Refused(sentence, code="has_contact_persons", fields={"kind": [sentence]})


def check_currency(organization: Organization, code: str) -> None:
    """Customers are invoiced in a currency that the organization works in."""
    if code == organization.base_currency:
        return
    if not Currency.objects.of(organization).filter(code=code, is_active=True).exists():
        sentence = _("%(organization)s does not work in %(currency)s. Add it under Settings, Currencies first.") % {
            "organization": organization.name,
            "currency": code,
        }
        raise Refused(sentence, code="unknown_currency", fields={"currency": [sentence]})


def check_currency_change(customer: Customer, change: Change) -> None:
    """A customer's currency is fixed by their first document."""
    if "currency" not in change:
        return
    if ids_with_documents(customer.organization, [customer.pk]):
        sentence = _("This customer has documents in %(currency)s, so the currency can't change any more.") % {
            "currency": change.before["currency"]
        }
        raise Refused(sentence, code="currency_in_use", fields={"currency": [sentence]})
    check_currency(customer.organization, customer.currency)


def check_owner(organization: Organization, user_id: int | None) -> None:
    """A customer is owned by a member of the organization, or by nobody."""
    if user_id is not None and not Membership.objects.of(organization).filter(user_id=user_id).exists():
        sentence = _("The owner must be a member of %(organization)s.") % {"organization": organization.name}
        raise Refused(sentence, code="unknown_owner", fields={"owner_id": [sentence]})


def check_terms(customer: Customer, change: Change) -> None:
    """The payment term and the reason for exemption are this organization's, and in use where newly chosen."""
    for name, model in (("payment_term_id", PaymentTerm), ("exemption_id", TaxExemption)):
        chosen = change.after.get(name)
        if chosen is None:
            continue
        if not model.objects.of(customer.organization_id).filter(pk=chosen, is_active=True).exists():
            sentence = _("This can't be chosen: there is no such record here, or it is inactive.")
            raise Refused(sentence, code="unknown_reference", fields={name: [sentence]})


def set_keys(customer: Customer) -> list[str]:
    """Bring the columns that are made of others up to date, and name them (`unique_key` has a rule of its own)."""
    customer.name_key = name_key(customer.display_name)
    customer.sort_key = fold(customer.display_name)[:200]
    customer.search_text = searchable(getattr(customer, name) for name in SEARCHED)
    return ["name_key", "sort_key", "search_text"]


def unique_key(organization: Organization, key: str) -> str | None:
    """The display name's key, where no two customers may share it.

    Read after the lock on the counter (a new customer) or on the row (a renamed one), because the preference is only
    changed by who holds all of these.
    """
    permissive = Organization.objects.values_list("allows_duplicate_names", flat=True).get(pk=organization.pk)
    return None if permissive else key


@contextmanager
def refusing_name_clashes() -> Iterator[None]:
    """Word the database's refusal of a second customer with the same display name."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "finance_customer_name_unique":
            raise
        raise name_taken() from error


def name_taken() -> Refused:
    """The refusal of a display name that another customer bears."""
    sentence = _("Another customer already has this display name. Choose another one, or allow duplicate names.")
    return Refused(sentence, code="duplicate_name", fields={"display_name": [sentence]})


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that the database found broken."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)
