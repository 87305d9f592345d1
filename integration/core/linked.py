"""What to do with a pair that is linked: nothing in most cases, and each other case by its table."""

from __future__ import annotations

from dataclasses import replace

from integration.core.actions import Action, Kind, Reason
from integration.core.context import Planning
from integration.core.creation import Replaced, Why, plan_creation
from integration.core.deletion import plan_deleted
from integration.core.diff import Merge, MergeRules
from integration.core.guards import clone_key
from integration.core.links import Exclusion, Link, LinkState, Unmatched, UnmatchedReason
from integration.core.mapping import ModuleMapping, Refusal, refusal
from integration.core.merging import merge_records, merged_fields
from integration.core.pairings import PAIRINGS, PairingSpec
from integration.core.policy import Granularity, Policy
from integration.core.records import PARENT, Record, Side


def plan_link(planning: Planning, link: Link) -> Action | None:
    """The one action that this link needs, or None."""
    records = planning.batch.records
    crm, finance = records.get(link.key(Side.CRM)), records.get(link.key(Side.FINANCE))
    if crm is None or finance is None:
        missing = Side.CRM if crm is None else Side.FINANCE
        return _action(planning, link, Kind.REFUSE, Reason.CANNOT_CARRY, refusal=refusal("not_read", missing))
    if _is_settled(planning, link, crm, finance):
        return None
    if crm.deleted or finance.deleted:
        return plan_deleted(planning, link, crm, finance)
    return _Pair(planning, link, crm, finance).plan()


def plan_unlink(link: Link, crm: Record, finance: Record) -> Action:
    """A person takes the pair apart: both records stay as they are, and apart, until a person links them again."""
    return Action(
        id=0,
        kind=Kind.UNLINK,
        pairing=link.pairing,
        reason=Reason.UNLINKED,
        link=link.id,
        crm_pk=link.crm_pk,
        finance_pk=link.finance_pk,
        seen_crm=crm.rev,
        seen_finance=finance.rev,
        state=LinkState.UNLINKED,
        exclusion=Exclusion(link.pairing, link.crm_pk, link.finance_pk),
        marks=tuple(Unmatched(key=one.key, rev=one.rev, reason=UnmatchedReason.UNLINKED) for one in (crm, finance)),
        label=crm.label,
    )


def _is_settled(planning: Planning, link: Link, crm: Record, finance: Record) -> bool:
    """Nothing moved since the link was last looked at: by far the most frequent answer, so the cheapest one."""
    return (
        link.seen_crm == crm.rev
        and link.seen_finance == finance.rev
        and link.state is LinkState.ACTIVE
        and crm.in_scope
        and finance.in_scope
        and link.mapping_generation == planning.settings.mappings[link.pairing].generation
        and planning.pairing_of(crm) is link.pairing
        and link.id not in planning.batch.reassert
        and _parents_agree(planning, link, crm, finance)
    )


def _parents_agree(planning: Planning, link: Link, crm: Record, finance: Record) -> bool:
    """The two records' parents are a pair (or the pairing has no parents)."""
    parent = PAIRINGS[link.pairing].parent
    if parent is None:
        return True
    other = planning.ends.other(parent, Side.CRM, crm.parent)
    return other is not None and other.pk == finance.parent


def _action(planning: Planning, link: Link, kind: Kind, reason: Reason, **more: object) -> Action:
    return Action(
        id=planning.next_id,
        kind=kind,
        pairing=link.pairing,
        reason=reason,
        link=link.id,
        crm_pk=link.crm_pk,
        finance_pk=link.finance_pk,
        **more,  # type: ignore[arg-type]
    )


class _Pair:
    """Two live records and their link."""

    def __init__(self, planning: Planning, link: Link, crm: Record, finance: Record) -> None:
        self.planning = planning
        self.link = link
        self.crm = crm
        self.finance = finance
        self.spec: PairingSpec = PAIRINGS[link.pairing]
        self.mapping: ModuleMapping = planning.mapping(link.pairing)
        self.is_seen = link.seen_crm == crm.rev and link.seen_finance == finance.rev

    def plan(self) -> Action | None:
        """Pause, go with the parents, or merge."""
        if self.planning.pairing_of(self.crm) is not self.link.pairing:
            return self.pause(Reason.LEFT_MODE)
        if not (self.crm.in_scope and self.finance.in_scope):
            return self.pause(Reason.LEFT_VIEW)
        if self.spec.parent is not None and self.parents_parted():
            return self.follow_parents()
        merged = self.merge()
        if merged.refusal is not None:
            return self.refuse(merged.refusal)
        if merged.undecided:
            return self.wait(merged)
        return self.advance(merged)

    def action(self, kind: Kind, reason: Reason, **more: object) -> Action:
        """An action on this pair, from these revisions."""
        return _action(
            self.planning,
            self.link,
            kind,
            reason,
            seen_crm=self.crm.rev,
            seen_finance=self.finance.rev,
            generation=self.mapping.generation,
            label=self.crm.label,
            **more,
        )

    def pause(self, reason: Reason) -> Action | None:
        """Keep the link and both records; note that these revisions were looked at."""
        if self.link.state is LinkState.PAUSED and self.is_seen:
            return None
        return self.action(Kind.PAUSE, reason, state=LinkState.PAUSED)

    def refuse(self, found: Refusal) -> Action | None:
        """Neither side is written."""
        if found.code == "parent_not_linked":
            return self.pause(Reason.PARENT_NOT_LINKED)
        return self.action(Kind.REFUSE, Reason.CANNOT_CARRY, side=found.side, refusal=found)

    def parents_parted(self) -> bool:
        """Neither record moved to another parent, yet their parents are no pair any more."""
        stayed = self.crm.parent == self.link.base_crm.get(
            PARENT, self.crm.parent
        ) and self.finance.parent == self.link.base_finance.get(PARENT, self.finance.parent)
        return stayed and not _parents_agree(self.planning, self.link, self.crm, self.finance)

    def follow_parents(self) -> Action | None:
        """Wait for a parent without a link; if the parent has a new counterpart, begin anew under that one."""
        assert self.spec.parent is not None
        if not self.planning.ends.has(self.spec.parent, Side.CRM, self.crm.parent):
            return self.pause(Reason.PARENT_NOT_LINKED)
        self.planning.ends.drop(self.link)
        self.planning.judge_again.append(self.leader.key)
        return self.action(
            Kind.UNLINK,
            Reason.PARENT_CLONED,
            state=LinkState.CLONED,
            exclusion=self.apart(),
            marks=(self.detached(),),
        )

    @property
    def leader(self) -> Record:
        """The record of the leading side."""
        return self.crm if self.spec.leading is Side.CRM else self.finance

    @property
    def follower(self) -> Record:
        """The record of the other side."""
        return self.finance if self.spec.leading is Side.CRM else self.crm

    def apart(self) -> Exclusion:
        """These two are not to be matched again."""
        return Exclusion(self.link.pairing, self.crm.key.pk, self.finance.key.pk)

    def detached(self) -> Unmatched:
        """The follower stands on its own from now on."""
        return Unmatched(key=self.follower.key, rev=self.follower.rev, reason=UnmatchedReason.DETACHED)

    def merge(self) -> Merge:
        """The field merge, the parent taking part as a field; unique names numbered."""
        planning, link = self.planning, self.link
        if self.is_untouched():
            return Merge(base_crm=dict(link.base_crm), base_finance=dict(link.base_finance))
        overwrites = planning.settings.both_changed is Policy.OVERWRITE
        rules = MergeRules(
            writable=planning.writable(self.spec.leading),
            winner=self.spec.leading if overwrites else None,
            resolutions=planning.batch.resolutions.get(link.id, {}),
            reassert=link.id in planning.batch.reassert,
        )
        return merge_records(planning, self.spec, self.crm, self.finance, (link.base_crm, link.base_finance), rules)

    def is_untouched(self) -> bool:
        """Both records still hold exactly what was agreed on (the usual case after a change of unmapped columns)."""
        crm, finance, link = self.crm, self.finance, self.link
        return (
            self.mapping.is_at_base(crm.values, link.base_crm, Side.CRM)
            and self.mapping.is_at_base(finance.values, link.base_finance, Side.FINANCE)
            and (
                self.spec.parent is None
                or (link.base_crm.get(PARENT), link.base_finance.get(PARENT)) == (crm.parent, finance.parent)
            )
        )

    def wait(self, merged: Merge) -> Action | None:
        """Both sides changed a field, and nobody wins by policy."""
        if self.planning.settings.both_changed is Policy.CLONE:
            return self.clone(merged)
        if self.planning.settings.granularity is Granularity.RECORD:
            merged = self.frozen(merged)
        return self.conflict(Kind.CONFLICT, Reason.BOTH_CHANGED, merged)

    def frozen(self, merged: Merge) -> Merge:
        """The same conflicts, with nothing written and nothing agreed on."""
        base_crm, base_finance = dict(self.link.base_crm), dict(self.link.base_finance)
        waiting = [replace(found, winner=None) for found in merged.conflicts]
        return Merge(base_crm=base_crm, base_finance=base_finance, conflicts=waiting, is_frozen=True)

    def conflict(self, kind: Kind, reason: Reason, merged: Merge) -> Action | None:
        """The link waits for a person, unless it already does so over these very revisions."""
        known = self.link.state is LinkState.CONFLICT and self.is_seen
        if known and not merged.to_crm and not merged.to_finance:
            return None
        return self.write(kind, reason, merged, LinkState.CONFLICT)

    def clone(self, merged: Merge) -> Action | None:
        """Leave the follower as it is, on its own, and make the leader a new counterpart. Once, asking if need be."""
        nothing = self.frozen(merged)
        batch, link = self.planning.batch, self.link
        if clone_key(link) in batch.clone_keys:
            return self.conflict(Kind.DECIDE, Reason.ALREADY_CLONED, nothing)
        if self.follower.has_documents and link.id not in batch.confirmed_clones:
            return self.conflict(Kind.DECIDE, Reason.HAS_DOCUMENTS, nothing)
        parent = self.planning.parent_of(self.spec, self.leader, self.follower.key.side)
        if self.spec.parent is not None and parent is None:
            return self.pause(Reason.PARENT_NOT_LINKED)
        why = Why(
            kind=Kind.CLONE,
            reason=Reason.CONFLICT_CLONED,
            parent=parent,
            replaced=Replaced(
                link=link.id, state=LinkState.CLONED, other_pk=self.follower.key.pk, seen=self.follower.rev
            ),
            exclusion=self.apart(),
            marks=(self.detached(),),
            conflicts=tuple(merged.conflicts),
        )
        return plan_creation(self.planning, self.spec, self.leader, why)

    def advance(self, merged: Merge) -> Action | None:
        """Everything flows or agrees."""
        if merged.to_crm or merged.to_finance:
            return self.write(Kind.UPDATE, self.reason_to_write(merged), merged, LinkState.ACTIVE)
        link = self.link
        if (
            self.is_seen
            and link.state is LinkState.ACTIVE
            and link.mapping_generation == self.mapping.generation
            and merged.base_crm == link.base_crm
            and merged.base_finance == link.base_finance
        ):
            return None
        reason = Reason.DRIFTED if merged.drift else Reason.AGREED
        if link.state is not LinkState.ACTIVE:
            reason = Reason.RESUMED if link.state is LinkState.PAUSED else Reason.RESOLVED
        return self.write(Kind.ADVANCE, reason, merged, LinkState.ACTIVE)

    def reason_to_write(self, merged: Merge) -> Reason:
        """What the run page says about this update."""
        chosen = self.planning.batch.resolutions.get(self.link.id, {})
        if any(found.pair not in chosen for found in merged.conflicts):
            return Reason.CONFLICT_OVERWRITTEN
        if self.link.state is LinkState.PAUSED:
            return Reason.RESUMED
        if merged.conflicts or self.link.state is LinkState.CONFLICT:
            return Reason.RESOLVED
        return Reason.REASSERTED if self.link.id in self.planning.batch.reassert else Reason.CHANGED

    def write(self, kind: Kind, reason: Reason, merged: Merge, state: LinkState) -> Action:
        """The action that carries the merge out."""
        return self.action(kind, reason, state=state, **merged_fields(merged, self.crm, self.finance))
