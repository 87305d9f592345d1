"""What a record's values may refer to: members, currencies, and other rows of the same organization."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import Access
from crm.models import (
    Account,
    Contact,
    Deal,
    LostReason,
    Membership,
    Organization,
    Pipeline,
    Product,
    Record,
    Stage,
    Vendor,
)
from crm.models.modules import module_of, references
from crm.selectors.custom_fields import fields_to_write
from crm.selectors.organizations import currencies
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.sets import FieldSet
from users.models import User

Values = Mapping[str, Any]
Held = Mapping[int, str]  # by id, the currency of those rows that have one

# What is said of an id that isn't one of the organization's, by the table that the column refers to.
ABSENT: dict[type[models.Model], Any] = {
    Account: gettext_lazy("There is no such account in this organization."),
    Contact: gettext_lazy("There is no such contact in this organization."),
    Vendor: gettext_lazy("There is no such vendor in this organization."),
    Product: gettext_lazy("There is no such product in this organization."),
    Deal: gettext_lazy("There is no such deal in this organization."),
    Pipeline: gettext_lazy("There is no such pipeline in this organization."),
    Stage: gettext_lazy("There is no such stage in this organization."),
    LostReason: gettext_lazy("There is no such lost reason in this organization."),
}


@dataclass(frozen=True)
class Surroundings:
    """All that the given rows mention and that exists in their organization; loaded in one query a table, if at all."""

    access: Access
    references: Mapping[str, type[models.Model]]
    members: frozenset[int] = frozenset()
    rates: Mapping[str, Decimal] = field(default_factory=dict)  # of the active currencies that aren't home
    held: Mapping[type[models.Model], Held] = field(default_factory=dict)
    custom: FieldSet = field(default_factory=FieldSet)

    @property
    def organization(self) -> Organization:
        return self.access.organization

    @property
    def home_currency(self) -> str:
        return self.organization.home_currency

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """All stages of the organization by id, those of the default pipeline first, each pipeline's in their order.

        Read when first asked for: most changes of most records don't need them.
        """
        rows = Stage.objects.of(self.organization).select_related("pipeline")
        ordered = rows.order_by("-pipeline__is_default", "pipeline__position", "pipeline_id", "position", "id")
        return {stage.pk: stage for stage in ordered}

    @property
    def pipelines(self) -> dict[int, Pipeline]:
        """The pipelines by id, the default one first."""
        return {stage.pipeline_id: stage.pipeline for stage in self.stages.values()}

    def rate_of(self, code: str) -> Decimal:
        """How much of this currency one unit of home currency buys."""
        return self.rates.get(code, Decimal(1))

    def currency_of(self, model: type[Record], key: int | None) -> str:
        """The currency of a record that one of the rows refers to; empty where none does."""
        return self.held.get(model, {}).get(key, "") if key is not None else ""

    def fault_of(self, name: str, value: Any) -> str | None:
        """What is wrong with a reference or a currency, in one sentence; None if nothing is."""
        if value is None:
            return None
        if name == "currency":
            if value == self.home_currency or value in self.rates:
                return None
            return _("%(code)s is not one of this organization's active currencies.") % {"code": value}
        if type(value) is not int:
            return _("This must be the id of a record.")
        target = self.references[name]
        if target is User:
            return None if value in self.members else _member_fault(name)
        if value in self.held.get(target, {}):
            return None
        return str(ABSENT.get(target) or _("There is no such record in this organization."))


def surroundings(*, actor: Actor, access: Access, model: type[Record], rows: Iterable[Values]) -> Surroundings:
    """Load what these rows mention, as far as the person may see it. The actor is a member without asking."""
    organization = access.organization
    columns = references(model)
    mentioned: dict[str, set[Any]] = {name: set() for name in (*columns, "currency")}
    for row in rows:
        for name, found in mentioned.items():
            if type(value := row.get(name)) in (int, str):  # True is no id, though it equals 1
                found.add(value)
    wanted: dict[type[models.Model], set[Any]] = {}
    for name, target in columns.items():
        wanted.setdefault(target, set()).update(mentioned[name])
    people = wanted.pop(User, set())
    held = {target: _held(access, target, _ids(wanted[target])) for target in sorted(wanted, key=_table)}
    inherited = {code for found in held.values() for code in found.values() if code}  # an account's, for its deals
    return Surroundings(
        access=access,
        references=columns,
        members=_members(actor, organization, _ids(people)),
        rates=_rates(organization, mentioned["currency"] | inherited),
        held=held,
        custom=fields_to_write(actor, organization, module_of(model), rows),
    )


def _member_fault(name: str) -> str:
    if name == "owner_id":
        return _("The owner must be a member of this organization.")
    return _("There is no such member in this organization.")


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


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _held(access: Access, model: type[models.Model], wanted: Sequence[int]) -> dict[int, str]:
    """Those of the wanted rows that the person may see, kept from being deleted until the transaction ends."""
    if not wanted:
        return {}
    currency, owners = "''", None
    if issubclass(model, Record):
        currency, owners = "currency", access.owners.get(module_of(model))
    sees = "owner_id = ANY(%s)" if owners is not None else "%s::bigint[] IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id, {currency} FROM "{_table(model)}" '  # noqa: S608 – all names are ours
            f"WHERE organization_id = %s AND id = ANY(%s) AND {sees} ORDER BY id FOR KEY SHARE",
            [access.organization.pk, list(wanted), None if owners is None else list(owners)],
        )
        return dict(cursor.fetchall())


def ancestors(model: type[models.Model], link: str, ids: Sequence[int]) -> dict[int, int | None]:
    """These rows and everything above them, each with the one it hangs on. A loop in the data ends the walk."""
    table = _table(model)
    with connection.cursor() as cursor:
        cursor.execute(
            f'WITH RECURSIVE up AS (SELECT id, {link} FROM "{table}" WHERE id = ANY(%s) '  # noqa: S608 – ours
            f'UNION SELECT above.id, above.{link} FROM "{table}" above JOIN up ON above.id = up.{link}) '
            f"SELECT id, {link} FROM up",
            [list(ids)],
        )
        return dict(cursor.fetchall())
