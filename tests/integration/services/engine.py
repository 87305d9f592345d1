"""The engine on PostgreSQL in the clothes of the one in memory: the same people can try it, before the same oracle.

The little world of tests/integration/core is laid over real columns: each of its columns has one in the real tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from integration.adapters.base import Change, ChangeKind
from integration.adapters.crm import CrmAdapter
from integration.adapters.finance import FinanceAdapter
from integration.core.actions import Kind, SyncPlan
from integration.core.batch import PairBatch
from integration.core.linked import plan_unlink
from integration.core.links import Link, LinkState
from integration.core.mapping import ModuleMapping
from integration.core.pairings import ACCOUNT, CUSTOMER, Pairing
from integration.core.plan import plan_pairs
from integration.core.policy import SyncSettings
from integration.core.records import Key, Record, Side, from_json
from integration.models import Journal, RecordState, SyncSetting
from integration.services import merges, runs
from integration.services.changes import Cursor, next_slice
from integration.services.claiming import Claim, take_hints
from integration.services.loading import links_by_id, load, open_links
from integration.services.sync import sync_keys
from integration.services.work import Work, prepare
from tests.integration.core.world import ACCOUNTS
from tests.integration.worlds import World, world

COLUMNS = {
    Side.CRM: {
        "name": "name",
        "code": "site",
        "price": "annual_revenue",
        "memo": "ticker_symbol",
        "note": "description",
        "stock": "fax",
        "industry": "industry",
    },
    Side.FINANCE: {
        "display_name": "display_name",
        "ref": "tax_number",
        "rate": "credit_limit",
        "tag": "website",
        "notes": "notes",
        "on_hand": "billing_fax",
        "terms": "payment_terms_label",
    },
}
MODELS = {Side.CRM: ACCOUNT, Side.FINANCE: CUSTOMER}
NUMBERS, DECIMALS = {"stock", "on_hand"}, {"price", "rate"}
_worlds = count(1)


def _stored(name: str, value: Any) -> Any:
    if name in DECIMALS:
        return value
    return "" if value is None else str(value)


def _told(name: str, value: Any) -> Any:
    if name in NUMBERS:
        return int(value) if value else None
    return value


def _mapping(generation: int = 1) -> ModuleMapping:
    pairs = (
        replace(
            pair,
            crm_field=COLUMNS[Side.CRM][pair.crm_field],
            finance_field=COLUMNS[Side.FINANCE][pair.finance_field],
        )
        for pair in ACCOUNTS.pairs
    )
    return ModuleMapping(pairing=Pairing.ACCOUNT_CUSTOMER, pairs=tuple(pairs), generation=generation)


@dataclass
class TableSide:
    """One side, as people see it."""

    adapter: CrmAdapter | FinanceAdapter
    side: Side

    @property
    def records(self) -> dict[Key, Record]:
        """Everything, tombstones included."""
        ids = RecordState.objects.filter(kind=MODELS[self.side], organization_id=self.adapter.organization_id)
        keys = [Key(self.side, MODELS[self.side], pk) for pk in ids.values_list("record_id", flat=True)]
        names = {column: name for name, column in COLUMNS[self.side].items()}
        found = self.adapter.read(keys)
        return {
            key: replace(
                record,
                values={names[column]: _told(names[column], value) for column, value in record.values.items()},
            )
            for key, record in sorted(found.items())
        }

    def live(self) -> list[Record]:
        return [record for record in self.records.values() if not record.deleted]

    def create(self, model: str, values: Mapping[str, Any], kind: str = "") -> Key:
        columns = self._columns(values) | ({"kind": kind} if kind else {})
        [answer] = self.adapter.apply([Change(ref=0, kind=ChangeKind.CREATE, model=model, values=columns)])
        assert answer.record is not None, answer
        return answer.record.key

    def edit(self, key: Key, values: Mapping[str, Any]) -> None:
        change = Change(ref=0, kind=ChangeKind.UPDATE, model=key.model, key=key, values=self._columns(values))
        [answer] = self.adapter.apply([change])
        assert answer.record is not None, answer

    def delete(self, key: Key) -> None:
        self.adapter.apply([Change(ref=0, kind=ChangeKind.DELETE, model=key.model, key=key)])

    def mark(self, key: Key, *, in_scope: bool) -> None:
        change = {"rating": "" if in_scope else "out"}
        self.adapter.apply([Change(ref=0, kind=ChangeKind.UPDATE, model=key.model, key=key, values=change)])

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {COLUMNS[self.side][name]: _stored(name, value) for name, value in values.items()}


@dataclass
class Row:
    """A journal row, in the little world's words."""

    key: Key
    before: dict[str, Any]


@dataclass
class PostgresEngine:
    """The real engine, over the real tables."""

    world: World
    settings: SyncSettings
    crm: TableSide = field(init=False)
    finance: TableSide = field(init=False)
    resolutions: dict[int, dict[str, Side]] = field(default_factory=dict)
    writes: int = 0
    on_step: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        work = self._work()
        self.crm, self.finance = TableSide(work.crm, Side.CRM), TableSide(work.finance, Side.FINANCE)

    def adapter(self, side: Side) -> TableSide:
        return self.crm if side is Side.CRM else self.finance

    def records(self) -> dict[Key, Record]:
        return {**self.crm.records, **self.finance.records}

    @property
    def links(self) -> dict[int, Link]:
        ids = self.world.connection.links.order_by("id").values_list("id", flat=True)
        return {link.id: link for link in links_by_id(list(ids))}

    def open_links(self) -> list[Link]:
        return [link for link in self.links.values() if link.state.is_open]

    @property
    def journal(self) -> list[Row]:
        rows = Journal.objects.filter(connection=self.world.connection).exclude(op="link").order_by("id")
        return [self._row(row) for row in rows]

    def preview(self) -> SyncPlan:
        work = self._work()
        keys = self._keys(work)
        claim = Claim(keys=set(keys), link_ids=[link.id for link in open_links(work, keys)])
        return self._plan(load(work, claim).batch, work.settings)

    def run(self, keys: Collection[Key] | None = None) -> SyncPlan:
        work, plans = self._work(), []

        def planner(batch: PairBatch, settings: SyncSettings) -> SyncPlan:
            plans.append(self._plan(batch, settings))
            return plans[-1]

        with ExitStack() as stack:
            stack.enter_context(transaction.atomic())
            stack.enter_context(database.execute_wrapper(self._watch))
            hints = take_hints(self.world.connection.pk, at_most=1000)
            outcome = sync_keys(work, {*self._keys(work), *hints} if keys is None else set(keys), planner)
        assert not outcome.busy
        self.writes += outcome.writes
        for action in plans[0].actions:
            if action.link is not None and action.kind not in (Kind.PAUSE, Kind.REFUSE):
                self.resolutions.pop(action.link, None)
        return plans[0]

    def settle(self) -> int:
        for passes in range(10):
            before = self.writes
            if not self.run().actions and self.writes == before:
                return passes
        raise AssertionError("the sync does not come to rest")

    def merge(self, loser: Key, survivor: Key) -> None:
        self.adapter(loser.side).delete(loser)
        merges.remember(loser.model, survivor_id=survivor.pk, loser_ids=[loser.pk])

    def unlink(self, link: Link) -> None:
        def planner(batch: PairBatch, _settings: SyncSettings) -> SyncPlan:
            crm, finance = (batch.records[link.key(side)] for side in Side)
            return SyncPlan(actions=(plan_unlink(link, crm, finance),))

        sync_keys(self._work(), [link.key(Side.CRM)], planner)

    def _plan(self, batch: PairBatch, settings: SyncSettings) -> SyncPlan:
        chosen = {
            link: {COLUMNS[Side.FINANCE][name]: side for name, side in sides.items()}
            for link, sides in self.resolutions.items()
        }
        return plan_pairs(replace(batch, resolutions=chosen), settings)

    def _work(self) -> Work:
        """As prepared for this setting, but with the little world's mapping and choices."""
        setting = self.world.setting
        setting.generation = self.settings.mappings[Pairing.ACCOUNT_CUSTOMER].generation
        work = prepare(setting, run=runs.changes_run(setting))
        columns = {MODELS[side]: set(names.values()) for side, names in COLUMNS.items()}
        organization = self.world.crm
        work.settings = replace(self.settings, name_key=work.settings.name_key)
        work.crm = CrmAdapter(
            organization.pk, columns, home_currency=organization.home_currency, views={ACCOUNT: Q(rating="")}
        )
        work.finance = FinanceAdapter(self.world.finance, columns)
        return work

    def _keys(self, work: Work) -> set[Key]:
        """All that is to be looked at by its state; and what a person has just decided on."""
        keys: set[Key] = set()
        cursor = Cursor()
        while (slice_ := next_slice(work, cursor, size=1000)).keys:
            keys.update(slice_.keys)
            cursor = slice_.cursor
        decided = [link for link in self.open_links() if link.id in self.resolutions]
        keys.update(link.key(Side.CRM) for link in decided if link.state is LinkState.CONFLICT)
        return keys

    def _row(self, row: Journal) -> Row:
        side = Side.CRM if row.kind == ACCOUNT else Side.FINANCE
        names = {column: name for name, column in COLUMNS[side].items()}
        before = {
            names[column]: _told(names[column], value)
            for column, value in from_json(row.before).items()
            if column in names
        }
        return Row(Key(side, row.kind, row.record_id), before)

    def _watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Every tenth statement is a step at which the worker may die."""
        self._statements = getattr(self, "_statements", 0) + 1
        if self._statements % 10 == 0 and not sql.startswith(("ROLLBACK", "RELEASE")):
            self.on_step()
        return execute(sql, params, many, context)


def engine(**choices: Any) -> PostgresEngine:
    """Two empty organizations and the engine between them."""
    made = world(name=f"w{next(_worlds)}")
    SyncSetting.objects.filter(connection=made.connection).update(account_view=None, contact_view=None)
    unused = {pairing: ModuleMapping(pairing=pairing, pairs=()) for pairing in Pairing}
    mappings = {**unused, Pairing.ACCOUNT_CUSTOMER: _mapping()}
    return PostgresEngine(made, SyncSettings(mappings=mappings, guard_floor=1000, **choices))
