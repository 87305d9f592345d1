"""Runs, and what each decided and did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from finsuite.kernel.errors import NotFound
from integration import wording
from integration.choices import Kind, Pairing
from integration.core.pairings import PAIRINGS
from integration.core.pairings import Pairing as CorePairing
from integration.models import Action, Connection, Run
from integration.selectors.mappings import column_label
from integration.selectors.values import readable

PAGE = 50

# Where an action writes.
FINANCE, CRM, NOWHERE = "finance", "crm", "nowhere"
_CRM_KINDS = (Kind.ACCOUNT.value, Kind.CONTACT.value)


@dataclass(frozen=True)
class Tally:
    """How many actions of one sort a run holds: what writes, by what is written; what writes nothing, by why."""

    op: str
    kind: str
    reason: str
    label: Promise | str
    detail: Promise | str
    tone: str
    count: int


@dataclass(frozen=True)
class Group:
    """The tallies of what goes to one side, or of what goes to none."""

    name: str
    tallies: list[Tally]

    @property
    def count(self) -> int:
        return sum(tally.count for tally in self.tallies)


@dataclass(frozen=True)
class Change:
    """One field that an action writes, on which side, and the value before and after."""

    side: str
    label: str
    before: Any
    after: Any


def changes_of(action: Action) -> list[Change]:
    """What the action writes, field by field."""
    sides = {"crm": _("CRM"), "finance": _("Finance")}
    found = []
    for side, word in sides.items():
        before, after = action.before.get(side, {}), action.after.get(side, {})
        for name in sorted({*before, *after}):
            label = column_label(action.pairing, side, name)
            found.append(Change(word, label, readable(before.get(name)), readable(after.get(name))))
    return found


# What a run's counts name as written, each once.
_WRITTEN = ("created", "updated", "linked", "unlinked", "deactivated", "deleted")


def written_by(run: Run) -> int:
    """How many pairs the run changed, or would change."""
    return sum(of_pairing.get(name, 0) for of_pairing in run.counts.values() for name in _WRITTEN)


def listed(runs: Iterable[Run]) -> list[tuple[Run, int]]:
    """Runs as they are listed: each with what it wrote."""
    return [(run, written_by(run)) for run in runs]


def runs_of(connection: Connection) -> QuerySet[Run]:
    """The connection's runs, the newest first, with who started each."""
    return Run.objects.filter(connection=connection).select_related("started_by").order_by("-id")


def run_of(connection: Connection, run_id: int) -> Run:
    """One run of the connection, or NotFound."""
    found = runs_of(connection).select_related("undoes").filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("There is no such run."))
    return found


def groups_of(run: Run) -> list[Group]:
    """The run's actions by where they write: to finance, to the CRM, nowhere. In each, what people ask for first.

    New records are counted by what they are (new customers, new accounts), other writes by what is done to what,
    everything else by why nothing is written.
    """
    rows = Action.objects.filter(run=run).values_list("op", "kind", "reason").annotate(count=Count("id")).order_by()
    counted: dict[str, Counter[tuple[str, str, str]]] = {FINANCE: Counter(), CRM: Counter(), NOWHERE: Counter()}
    for op, kind, reason, count in rows:
        side = NOWHERE if op in wording.WAITING or not kind else CRM if kind in _CRM_KINDS else FINANCE
        counted[side][(op, "", reason) if side == NOWHERE else (op, kind, "")] += count
    return [Group(side, [_tally(*sort, count) for sort, count in _ordered(found)]) for side, found in counted.items()]


def _ordered(counted: Counter[tuple[str, str, str]]) -> list[tuple[tuple[str, str, str], int]]:
    order = [op.value for op in wording.OPERATIONS]
    return sorted(counted.items(), key=lambda pair: (order.index(pair[0][0]) if pair[0][0] in order else 99, pair[0]))


def _tally(op: str, kind: str, reason: str, count: int) -> Tally:
    made = wording.makes(op, kind)
    detail = wording.reason(reason) if reason else "" if made else Kind(kind).label
    return Tally(op, kind, reason, made or wording.operation(op), detail, wording.tone(op), count)


def actions_of(
    run: Run, *, op: str = "", kind: str = "", reason: str = "", search: str = "", after: int = 0
) -> list[Action]:
    """A page of the run's actions, in the order in which they were decided; one more than a page."""
    found = Action.objects.filter(run=run, pk__gt=after)
    given = {name: value for name, value in (("op", op), ("kind", kind), ("reason", reason)) if value}
    found = found.filter(**given)
    if search:
        found = found.filter(label__icontains=search)
    return list(found.order_by("pk")[: PAGE + 1])


def ends_of(action: Action) -> dict[str, tuple[str, int]]:
    """The records at the action's two ends, as far as they exist."""
    if action.pairing not in Pairing.values:
        return {}
    spec = PAIRINGS[CorePairing(action.pairing)]
    ends = {"crm": (spec.crm_model, action.crm_id), "finance": (spec.finance_model, action.finance_id)}
    return {side: (str(kind), pk) for side, (kind, pk) in ends.items() if pk is not None}


def shown(action: Action) -> dict[str, Any]:
    """The action in words."""
    return {
        "id": action.pk,
        "label": action.label,
        "pairing": Pairing(action.pairing).label if action.pairing in Pairing.values else action.pairing,
        "operation": wording.operation(action.op),
        "tone": wording.tone(action.op),
        "reason": wording.reason(action.reason),
        "state": action.get_state_display(),
        "failed": action.state == "failed",
        "changes": changes_of(action),
    }
