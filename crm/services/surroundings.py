"""What a record's values may refer to: members, currencies, and other records of the same organization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module
from crm.models import RECORDS, Membership, Organization
from crm.selectors.organizations import currencies
from finsuite.kernel.actors import Actor

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Surroundings:
    """All that the given rows mention and that exists in their organization; loaded in one query a kind, if at all."""

    organization: Organization
    members: frozenset[int] = frozenset()
    rates: Mapping[str, Decimal] = field(default_factory=dict)  # of the active currencies that aren't home
    account_currencies: Mapping[int, str] = field(default_factory=dict)
    contacts: frozenset[int] = frozenset()

    @property
    def home_currency(self) -> str:
        return self.organization.home_currency

    def rate_of(self, code: str) -> Decimal:
        """How much of this currency one unit of home currency buys."""
        return self.rates.get(code, Decimal(1))

    def fault_of(self, name: str, value: Any) -> str | None:
        """What is wrong with a reference or a currency, in one sentence; None if nothing is."""
        if value is None:
            return None
        if name != "currency" and type(value) is not int:
            return _("This must be the id of a record.")
        match name:
            case "owner_id" if value not in self.members:
                return _("The owner must be a member of this organization.")
            case "parent_id" | "account_id" if value not in self.account_currencies:
                return _("There is no such account in this organization.")
            case "reports_to_id" if value not in self.contacts:
                return _("There is no such contact in this organization.")
            case "currency" if value != self.home_currency and value not in self.rates:
                return _("%(code)s is not one of this organization's active currencies.") % {"code": value}
        return None


def surroundings(*, actor: Actor, access: Access, rows: Iterable[Values]) -> Surroundings:
    """Load what these rows mention, as far as the person may see it. The actor is a member without asking."""
    organization = access.organization
    mentioned: dict[str, set[Any]] = {
        name: set() for name in ("owner_id", "parent_id", "account_id", "reports_to_id", "currency")
    }
    for row in rows:
        for name, found in mentioned.items():
            if type(value := row.get(name)) in (int, str):  # True is no id, though it equals 1
                found.add(value)
    return Surroundings(
        organization=organization,
        members=_members(actor, organization, _ids(mentioned["owner_id"])),
        rates=_rates(organization, mentioned["currency"]),
        account_currencies=dict(
            _held(access, Module.ACCOUNTS, "currency", _ids(mentioned["parent_id"] | mentioned["account_id"]))
        ),
        contacts=frozenset(key for key, _id in _held(access, Module.CONTACTS, "id", _ids(mentioned["reports_to_id"]))),
    )


def _ids(values: Iterable[Any]) -> list[int]:
    """Those that can be ids at all; the rest will be found to be nobody's."""
    return sorted(value for value in values if type(value) is int and 0 < value < 2**63)


def _members(actor: Actor, organization: Organization, wanted: Sequence[int]) -> frozenset[int]:
    known = {actor.user_id} if actor.user_id is not None and not actor.is_machine else set()
    others = [user_id for user_id in wanted if user_id not in known]
    if others:
        found = Membership.objects.of(organization).filter(user_id__in=others)
        known |= set(found.values_list("user_id", flat=True))
    return frozenset(known)


def _rates(organization: Organization, wanted: set[Any]) -> dict[str, Decimal]:
    if not organization.is_multi_currency or not wanted - {organization.home_currency}:
        return {}
    return dict(currencies(organization).filter(is_active=True).values_list("code", "rate"))


def _held(access: Access, module: Module, column: str, wanted: Sequence[int]) -> list[tuple[int, Any]]:
    """Those of the wanted rows that the person may see, kept from being deleted until the transaction ends."""
    if not wanted:
        return []
    owners = access.owners.get(module)
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id, {column} FROM "{RECORDS[module]._meta.db_table}" '  # noqa: S608 – both names are ours
            "WHERE organization_id = %s AND id = ANY(%s) AND (%s OR owner_id = ANY(%s)) ORDER BY id FOR KEY SHARE",
            [access.organization.pk, list(wanted), owners is None, list(owners or ())],
        )
        return list(cursor.fetchall())


def ancestors(model: type[models.Model], link: str, ids: Sequence[int]) -> dict[int, int | None]:
    """These rows and everything above them, each with the one it hangs on. A loop in the data ends the walk."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'WITH RECURSIVE up AS (SELECT id, {link} FROM "{table}" WHERE id = ANY(%s) '  # noqa: S608 – ours
            f'UNION SELECT above.id, above.{link} FROM "{table}" above JOIN up ON above.id = up.{link}) '
            f"SELECT id, {link} FROM up",
            [list(ids)],
        )
        return dict(cursor.fetchall())
