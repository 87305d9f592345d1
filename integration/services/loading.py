"""Reading everything that a batch is judged from: a few queries, whatever its size."""

from __future__ import annotations

# Column names are our own, values are always parameters:
# ruff: noqa: S608
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import connection

from integration.choices import ConflictState
from integration.core.batch import PairBatch
from integration.core.links import Exclusion, Link, LinkState, Unmatched, UnmatchedReason
from integration.core.pairings import ACCOUNT, CONTACT, CUSTOMER, PAIRINGS, Pairing, pairing_of
from integration.core.records import Key, Record, Side, from_json
from integration.models import Conflict
from integration.services.claiming import Claim, by_kind
from integration.services.merges import merges_of
from integration.services.work import SIDES, Work

_LINK = (
    "id, pairing, crm_id, finance_id, base_crm, base_finance, seen_crm, seen_finance, generation, state, alias_of_id"
)
_OPEN = "state IN ('active', 'conflict', 'paused')"


@dataclass
class Loaded:
    """A batch as the core wants it, and the links in it by id."""

    batch: PairBatch
    links: dict[int, Link] = field(default_factory=dict)


def load(work: Work, claim: Claim) -> Loaded:
    """Read links, records, candidates and all else."""
    links = links_by_id(claim.link_ids)
    ends = {link.key(side) for link in links for side in Side}
    subjects = sorted((claim.keys | _who_waits_for(work, claim.keys)) - ends)
    wanted = {*ends, *subjects, *work.chosen_others}
    records: dict[Key, Record] = {**work.crm.read(wanted), **work.finance.read(wanted)}
    merges = merges_of([key for key in ends if key in records and records[key].deleted])
    if survivors := set(merges.values()) - records.keys():
        records |= {**work.crm.read(survivors), **work.finance.read(survivors)}
    judged = [records[key] for key in subjects if key in records and not records[key].deleted]
    known: dict[int, Link] = {}
    _add_candidates(work, judged, records, known)
    parents = {parent for record in records.values() if (parent := parent_key(record)) is not None}
    _know(known, work, {*records, *parents} - ends)
    batch = PairBatch(
        links=links,
        subjects=subjects,
        records=records,
        known_links=[link for link in known.values() if link.id not in set(claim.link_ids)],
        unmatched=_unmatched(work, records),
        exclusions=_exclusions(work, judged),
        taken_names={CUSTOMER: _taken_names(work, records)},
        with_primary=work.finance.with_primary({link.finance_pk for link in (*links, *known.values())}),
        merges=merges,
        resolutions=_resolutions(links, records),
        choices=work.choices,
        confirmed_clones=work.confirmed_clones,
        link_totals=_link_totals(work, len(links)),
        heavy_so_far=work.heavy,
    )
    return Loaded(batch=batch, links={link.id: link for link in links})


def links_by_id(ids: Collection[int]) -> list[Link]:
    """Links as the core knows them."""
    return _links("id = ANY(%s)", [list(ids)]) if ids else []


def open_links(work: Work, keys: Iterable[Key]) -> list[Link]:
    """The open links of these records."""
    found: dict[int, Link] = {}
    _know(found, work, keys)
    return list(found.values())


def parent_key(record: Record) -> Key | None:
    """What the record belongs to, on its own side."""
    if record.parent is None:
        return None
    model = ACCOUNT if record.key.side is Side.CRM else CUSTOMER
    return Key(record.key.side, model, record.parent)


def _know(known: dict[int, Link], work: Work, keys: Iterable[Key]) -> None:
    for kind, ids in by_kind(keys).items():
        end = "crm" if SIDES[kind] is Side.CRM else "finance"
        # "+ 0" leaves the planner only the index by record, which is the one that never degenerates.
        where = f"{end}_kind = %s AND {end}_id = ANY(%s) AND connection_id + 0 = %s AND {_OPEN}"
        known.update({link.id: link for link in _links(where, [kind, ids, work.connection.pk])})


def _links(where: str, params: list[Any]) -> list[Link]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_LINK} FROM integration_link WHERE {where} ORDER BY id", params)
        return [_link(row) for row in cursor.fetchall()]


def _link(row: tuple[Any, ...]) -> Link:
    return Link(
        id=row[0],
        pairing=Pairing(row[1]),
        crm_pk=row[2],
        finance_pk=row[3],
        base_crm=from_json(_parsed(row[4])),
        base_finance=from_json(_parsed(row[5])),
        seen_crm=row[6],
        seen_finance=row[7],
        mapping_generation=row[8],
        state=LinkState(row[9]),
        alias_of=row[10],
    )


def _parsed(value: Any) -> Any:
    """JSON as the driver hands it over: Django keeps it from parsing, so that fields can choose their decoder."""
    return orjson.loads(value) if isinstance(value, str) else value


def _who_waits_for(work: Work, keys: Collection[Key]) -> set[Key]:
    """The records that were left without a link on account of one of these, which has changed since."""
    found: set[Key] = set()
    for kind, ids in by_kind(keys).items():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT kind, record_id FROM integration_unmatched"
                " WHERE connection_id = %s AND candidate_kind = %s AND candidates && %s::bigint[]",
                [work.connection.pk, kind, ids],
            )
            found.update(Key(SIDES[other], other, pk) for other, pk in cursor.fetchall())
    return found


def _add_candidates(work: Work, judged: list[Record], records: dict[Key, Record], known: dict[int, Link]) -> None:
    """Read the records that share a name with a subject: on the other side, and on its own."""
    by_pairing: dict[Pairing, list[Record]] = {pairing: [] for pairing in Pairing}
    for record in judged:
        pairing = pairing_of(record, work.settings.mode, include_unattached=work.settings.include_unattached)
        if pairing is not None:
            by_pairing[pairing].append(record)
    for pairing in Pairing:
        if by_pairing[pairing] and PAIRINGS[pairing].parent is None:
            _add_namesakes(work, pairing, by_pairing[pairing], records, {})
    if by_pairing[Pairing.CONTACT_PERSON]:
        parents = {key for record in records.values() if (key := parent_key(record)) is not None}
        _know(known, work, parents)
        crm_parents = {link.crm_pk for link in known.values()} | {key.pk for key in parents if key.side is Side.CRM}
        finance_parents = {link.finance_pk for link in known.values()}
        # A customer that an account of this batch may be paired with, too.
        finance_parents |= {key.pk for key in records if key.model == CUSTOMER}
        within = {Side.CRM: crm_parents, Side.FINANCE: finance_parents}
        _add_namesakes(work, Pairing.CONTACT_PERSON, by_pairing[Pairing.CONTACT_PERSON], records, within)


def _add_namesakes(
    work: Work,
    pairing: Pairing,
    subjects: list[Record],
    records: dict[Key, Record],
    within: Mapping[Side, Collection[int]],
) -> None:
    spec = PAIRINGS[pairing]
    names = {name for record in subjects for name in record.match_keys if name}
    for side, model in ((Side.CRM, spec.crm_model), (Side.FINANCE, spec.finance_model)):
        read = [key.pk for key in records if key.model == model]
        records.update(work.adapter(side).find_among(model, names, parents=within.get(side), known=read))


def _unmatched(work: Work, records: Mapping[Key, Record]) -> dict[Key, Unmatched]:
    found: dict[Key, Unmatched] = {}
    with connection.cursor() as cursor:
        for kind, ids in by_kind(records).items():
            cursor.execute(
                "SELECT record_id, rev, reason, dep FROM integration_unmatched"
                " WHERE connection_id = %s AND kind = %s AND record_id = ANY(%s)",
                [work.connection.pk, kind, ids],
            )
            for pk, rev, reason, dep in cursor.fetchall():
                key = Key(SIDES[kind], kind, pk)
                found[key] = Unmatched(key=key, rev=rev, reason=UnmatchedReason(reason), dep=dep)
    return found


def _exclusions(work: Work, judged: list[Record]) -> frozenset[Exclusion]:
    if not judged:
        return frozenset()
    crm = [record.key.pk for record in judged if record.key.side is Side.CRM]
    finance = [record.key.pk for record in judged if record.key.side is Side.FINANCE]
    kinds = {(spec.crm_model, spec.finance_model): pairing for pairing, spec in PAIRINGS.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT crm_kind, finance_kind, crm_id, finance_id FROM integration_exclusion"
            " WHERE connection_id = %s AND (crm_id = ANY(%s) OR finance_id = ANY(%s))",
            [work.connection.pk, crm, finance],
        )
        return frozenset(Exclusion(kinds[row[0], row[1]], row[2], row[3]) for row in cursor.fetchall())


def _taken_names(work: Work, records: Mapping[Key, Record]) -> dict[str, int]:
    """Who has the display names that this batch may want, with and without a number behind them."""
    models = {ACCOUNT, CONTACT} if work.settings.unique_names else set()
    names = sorted({name for record in records.values() if record.key.model in models for name in record.match_keys})
    if not names:
        return {}
    taken = _names_where(work, "name_key = ANY(%s)", names)
    if taken:
        taken.update(_names_where(work, "regexp_replace(name_key, ' \\(\\d+\\)$', '') = ANY(%s)", sorted(taken)))
    return taken


def _names_where(work: Work, where: str, names: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name_key, id FROM finance_customer WHERE organization_id = %s AND {where}",
            [work.finance.organization_id, names],
        )
        return dict(cursor.fetchall())


def _resolutions(links: list[Link], records: Mapping[Key, Record]) -> dict[int, dict[str, Side]]:
    """What people decided on open conflicts, to be carried out now; not where the values are others than they saw."""
    waiting = [
        link.id
        for link in links
        if link.state is LinkState.CONFLICT
        and all(records[key].rev == seen for key, seen in _ends_seen(link) if key in records)
    ]
    if not waiting:
        return {}
    rows = Conflict.objects.filter(link_id__in=waiting, state=ConflictState.OPEN).exclude(resolution={})
    return {
        link_id: {name: Side(side) for name, side in chosen.items()}
        for link_id, chosen in rows.values_list("link_id", "resolution")
    }


def _ends_seen(link: Link) -> tuple[tuple[Key, int], tuple[Key, int]]:
    return (link.key(Side.CRM), link.seen_crm), (link.key(Side.FINANCE), link.seen_finance)


def _link_totals(work: Work, at_stake: int) -> dict[Pairing, int]:
    """Open links per pairing, counted only where a batch could go over the bound at all."""
    if at_stake + sum(work.heavy.values()) <= work.settings.guard_floor:
        return {}
    if work.link_totals is None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pairing, count(*) FROM integration_link WHERE connection_id = %s AND {_OPEN} GROUP BY pairing",
                [work.connection.pk],
            )
            work.link_totals = {Pairing(pairing): count for pairing, count in cursor.fetchall()}
    return work.link_totals
