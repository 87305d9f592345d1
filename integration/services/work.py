"""What one pass of the sync works with: the connection, what the admin chose, and both sides' adapters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q

from crm.models import Account, Contact, ListView
from crm.selectors.list_views import view_filter
from finance.models import ContactPerson, Customer
from finsuite.kernel.actors import Actor
from finsuite.kernel.text import name_key
from integration.adapters.crm import CrmAdapter
from integration.adapters.finance import FinanceAdapter
from integration.adapters.tables import TableAdapter
from integration.core.batch import Choice
from integration.core.default_mappings import DEFAULT_MAPPINGS
from integration.core.mapping import Direction, FieldPair, Limit, ModuleMapping
from integration.core.pairings import ACCOUNT, CONTACT, CONTACT_PERSON, CUSTOMER, PAIRINGS, Mode, Pairing
from integration.core.policy import Extent, Granularity, OnDelete, Policy, SyncSettings
from integration.core.records import Key, Side
from integration.core.transforms import transform
from integration.models import Connection, FieldMapping, Run, SyncSetting

MODELS: Mapping[str, type[models.Model]] = {
    ACCOUNT: Account,
    CONTACT: Contact,
    CUSTOMER: Customer,
    CONTACT_PERSON: ContactPerson,
}
SIDES = {ACCOUNT: Side.CRM, CONTACT: Side.CRM, CUSTOMER: Side.FINANCE, CONTACT_PERSON: Side.FINANCE}
VIRTUAL = {(CONTACT, "full_name"): 200}
"""Columns that no table has, with the longest text they can hold."""


@dataclass
class Work:
    """One connection's module, ready to be worked on. `actor` is None where each change has an author of its own.

    `in_background`: nobody waits for the outcome, so a commit need not wait for the disk. A power cut could take back
    the last moments as a whole, links included; their changes are then found by state, and synced again.
    """

    connection: Connection
    setting: SyncSetting
    settings: SyncSettings
    crm: CrmAdapter
    finance: FinanceAdapter
    run: Run | None = None
    actor: Actor | None = None
    in_background: bool = False
    choices: Mapping[Key, Choice] = field(default_factory=dict)
    chosen_others: set[Key] = field(default_factory=set)
    confirmed_clones: frozenset[int] = frozenset()
    heavy: dict[Pairing, int] = field(default_factory=dict)
    link_totals: dict[Pairing, int] | None = None
    held_links: set[int] = field(default_factory=set)

    def adapter(self, side: Side) -> TableAdapter:
        """That side's adapter."""
        return self.crm if side is Side.CRM else self.finance

    def organization_id(self, side: Side) -> int:
        """That side's tenant."""
        return self.adapter(side).organization_id

    def tenant(self, side: Side) -> str:
        """That side's name in the audit history."""
        return f"{side.value}:{self.organization_id(side)}"


def prepare(setting: SyncSetting, *, run: Run | None = None, actor: Actor | None = None) -> Work:
    """Read the choices once, for as many batches as follow."""
    connection = setting.connection
    mappings = load_mappings(setting)
    columns = _columns(mappings)
    return Work(
        connection=connection,
        setting=setting,
        settings=_settings(setting, mappings),
        crm=CrmAdapter(
            connection.crm_organization_id,
            columns,
            home_currency=connection.crm_organization.home_currency,
            views=_views(setting),
        ),
        finance=FinanceAdapter(connection.finance_organization, columns),
        run=run,
        actor=actor,
    )


def load_mappings(setting: SyncSetting) -> dict[Pairing, ModuleMapping]:
    """The connection's field mappings, with what each column can hold."""
    rows: dict[str, list[FieldMapping]] = defaultdict(list)
    for row in FieldMapping.objects.filter(connection_id=setting.connection_id, is_enabled=True):
        rows[row.pairing].append(row)
    return {
        pairing: ModuleMapping(
            pairing=pairing,
            pairs=tuple(_field_pair(pairing, row) for row in rows[pairing.value]) or DEFAULT_MAPPINGS[pairing].pairs,
            generation=setting.generation,
        )
        for pairing in Pairing
    }


def limit_of(model: str, column: str) -> Limit:
    """What a column can hold."""
    if (model, column) in VIRTUAL:
        return Limit(VIRTUAL[model, column])
    found: Any = MODELS[model]._meta.get_field(column)
    required = not found.blank and not found.null and isinstance(found, (models.CharField, models.TextField))
    return Limit(found.max_length, required=required)


def _field_pair(pairing: Pairing, row: FieldMapping) -> FieldPair:
    spec = PAIRINGS[pairing]
    return FieldPair(
        crm_field=row.crm_field,
        finance_field=row.finance_field,
        direction=Direction(row.direction),
        transform=transform(row.transform, row.options),
        crm_limit=limit_of(spec.crm_model, row.crm_field),
        finance_limit=limit_of(spec.finance_model, row.finance_field),
        default=row.default or None,
        create_only=row.create_only,
        unique=(spec.finance_model, row.finance_field) == (CUSTOMER, "display_name"),
    )


def _columns(mappings: Mapping[Pairing, ModuleMapping]) -> dict[str, set[str]]:
    columns: dict[str, set[str]] = defaultdict(set)
    for pairing, mapping in mappings.items():
        spec = PAIRINGS[pairing]
        columns[spec.crm_model].update(pair.crm_field for pair in mapping.pairs)
        columns[spec.finance_model].update(pair.finance_field for pair in mapping.pairs)
    return columns


def _settings(setting: SyncSetting, mappings: Mapping[Pairing, ModuleMapping]) -> SyncSettings:
    two_way = setting.connection.is_two_way and setting.extent == Extent.BOTH.value
    return SyncSettings(
        mappings=mappings,
        name_key=name_key,
        mode=Mode(setting.mode),
        include_unattached=setting.include_unattached,
        extent=Extent.BOTH if two_way else Extent.ONE_WAY,
        first_contact=Policy(setting.duplicate_policy),
        both_changed=Policy(setting.conflict_policy),
        granularity=Granularity(setting.granularity),
        on_crm_deleted=OnDelete(setting.on_crm_deleted),
        on_finance_deleted=OnDelete(setting.on_finance_deleted),
        unique_names=not setting.connection.finance_organization.allows_duplicate_names,
        guard_floor=setting.guard_count,
        guard_percent=setting.guard_share,
        confirmed=frozenset(Pairing(name) for name in setting.confirmed),
    )


def _views(setting: SyncSetting) -> dict[str, Q]:
    chosen: Collection[tuple[str, ListView | None]] = (
        (ACCOUNT, setting.account_view),
        (CONTACT, setting.contact_view),
    )
    user_id = setting.connection.created_by_id
    filters = {model: view_filter(view, user_id=user_id) for model, view in chosen if view is not None}
    return {model: found for model, found in filters.items() if found}
