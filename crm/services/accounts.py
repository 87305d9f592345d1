"""Making, changing and deleting accounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from crm.access import of_actor
from crm.choices import Module
from crm.events import AccountCreated, AccountDeleted, AccountUpdated
from crm.models import Account, Organization
from crm.services import records
from crm.services.contacts import CONTACTS
from crm.services.deals import DEALS
from crm.services.record_kinds import Kind
from crm.services.record_values import Planned
from crm.services.surroundings import Surroundings, Values
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused

WRITABLE = (
    "name",
    "owner_id",
    "parent_id",
    "phone",
    "fax",
    "website",
    "account_number",
    "account_type",
    "industry",
    "ownership",
    "rating",
    "employees",
    "annual_revenue",
    "sic_code",
    "ticker_symbol",
    "site",
    "tax_number",
    "currency",
    "exchange_rate",
    "billing_street",
    "billing_city",
    "billing_state",
    "billing_code",
    "billing_country",
    "shipping_street",
    "shipping_city",
    "shipping_state",
    "shipping_code",
    "shipping_country",
    "description",
    "tags",
)


def create_account(*, actor: Actor, organization: Organization, values: Values) -> Account:
    """Make an account. Without an owner it is the actor's; without a currency, in home currency."""
    return records.create_one(ACCOUNTS, actor=actor, organization=organization, values=values)


def create_accounts(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Account | Refused]:
    """Make an account of each acceptable row; the others answer why not. In the order of the rows."""
    return records.create(ACCOUNTS, actor=actor, organization=organization, rows=rows)


def draft_accounts(*, actor: Actor, organization: Organization, rows: Sequence[Values]) -> list[Account | Refused]:
    """What `create_accounts` would make of the rows, saving nothing."""
    return records.draft(ACCOUNTS, actor=actor, access=of_actor(actor, organization), rows=rows)


def update_account(*, actor: Actor, account: Account, values: Values, version: str | None = None) -> Account:
    """Give an account new values. `version` is the one that the actor has seen; a stale one raises Conflict."""
    return records.update_one(ACCOUNTS, actor=actor, record=account, values=values, version=version)


def update_accounts(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Account | Refused]:
    """Give each account (by id) its new values, where acceptable. What nothing changes in is not written."""
    return records.update(ACCOUNTS, actor=actor, organization=organization, changes=changes)


def plan_account_updates(
    *, actor: Actor, organization: Organization, changes: Sequence[tuple[int, Values]]
) -> list[Planned[Account] | Refused]:
    """What `update_accounts` would change, saving nothing."""
    return records.plan(ACCOUNTS, actor=actor, access=of_actor(actor, organization), changes=changes)


def delete_account(*, actor: Actor, account: Account, version: str | None = None) -> None:
    """Delete an account. Its contacts stay, unattached; its child accounts stay, without a parent."""
    records.delete_one(ACCOUNTS, actor=actor, record=account, version=version)


def delete_accounts(*, actor: Actor, organization: Organization, ids: Sequence[int]) -> list[int]:
    """Delete these accounts, as `delete_account` does; answers the ids of those that existed."""
    return records.delete(ACCOUNTS, actor=actor, organization=organization, ids=ids)


def _complete(account: Account, around: Surroundings) -> None:
    account.currency = account.currency or around.home_currency
    if account.exchange_rate == 1:
        account.exchange_rate = around.rate_of(account.currency)


def _faults(account: Account, around: Surroundings) -> dict[str, str]:
    if account.exchange_rate <= 0:
        return {"exchange_rate": _("The exchange rate must be above zero.")}
    if account.currency == around.home_currency and account.exchange_rate != Decimal(1):
        return {"exchange_rate": _("The exchange rate of the home currency is always 1.")}
    return {}


ACCOUNTS: Kind[Account] = Kind(
    model=Account,
    module=Module.ACCOUNTS,
    writable=WRITABLE,
    required="name",
    complete=_complete,
    faults=_faults,
    dependents=lambda: ((CONTACTS, "account_id"), (DEALS, "account_id"), (ACCOUNTS, "parent_id")),
    created=AccountCreated,
    updated=AccountUpdated,
    deleted=AccountDeleted,
    tree="parent_id",
    tree_fault=lambda: _("An account can't be its own parent, nor that of an account above it."),
)
