"""What a plan is made from: everything that it may look at, read beforehand, at one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from integration.core.links import Exclusion, Link, Unmatched
from integration.core.pairings import Pairing
from integration.core.records import Key, Record, Side


class ChoiceKind(StrEnum):
    """What a person decided on a record without a link."""

    LINK = "link"
    CREATE = "create"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A person's decision on an unlinked record; it overrides matching, exclusions and marks.

    LINK pairs it with the record `other`; where both have a value, `keep` says whose wins. With `keep` None, each
    difference becomes a conflict to settle field by field.
    """

    kind: ChoiceKind
    other: int | None = None
    keep: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairBatch:
    """Links and unlinked records to judge, with all that the judgement needs.

    `links`        open links to judge.
    `subjects`     unlinked records to judge, by key (each also in `records`).
    `records`      both ends of every link in `links` (deleted ones as tombstones), every subject, and every record of
                   the other side, *and of the subject's own side*, that shares a match key with a subject. An end that
                   is not here is refused as not read; it is never taken for deleted.
    `known_links`  open links that are not judged, but looked at: of parents, of merge survivors, of candidates, and of
                   any other record in `records`. (Links in `links` need no repeating.)
    `unmatched`    the marks of the records in `records`.
    `exclusions`   pairs that are not the same.
    `taken_names`  finance model → name key → pk of the record that has it, for every unique name that the batch may
                   want, with and without a number behind it. All of an organization's names will do.
    `with_primary` pks of the customers that have a primary contact person.
    `merges`       loser → survivor, for deleted records that were merged away.
    `resolutions`  link id → pair name → the side whose value a person kept.
    `choices`      a person's decisions on unlinked records.
    `reassert`     ids of links whose one-way fields are to be written again over what drifted.
    `confirmed_clones` ids of links for which a person confirmed a clone although the record has documents.
    `clone_keys`   keys (`guards.clone_key`) of the clones that were already made.
    `link_totals`  open links per pairing, and `heavy_so_far` the heavy actions of this run's earlier batches.
    """

    links: Sequence[Link] = ()
    subjects: Sequence[Key] = ()
    records: Mapping[Key, Record] = field(default_factory=dict)
    known_links: Sequence[Link] = ()
    unmatched: Mapping[Key, Unmatched] = field(default_factory=dict)
    exclusions: AbstractSet[Exclusion] = frozenset()
    taken_names: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    with_primary: AbstractSet[int] = frozenset()
    merges: Mapping[Key, Key] = field(default_factory=dict)
    resolutions: Mapping[int, Mapping[str, Side]] = field(default_factory=dict)
    choices: Mapping[Key, Choice] = field(default_factory=dict)
    reassert: AbstractSet[int] = frozenset()
    confirmed_clones: AbstractSet[int] = frozenset()
    clone_keys: AbstractSet[str] = frozenset()
    link_totals: Mapping[Pairing, int] = field(default_factory=dict)
    heavy_so_far: Mapping[Pairing, int] = field(default_factory=dict)
