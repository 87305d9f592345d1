"""Runs, and what each decided and did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from finsuite.kernel.errors import NotFound
from integration import wording
from integration.choices import Pairing
from integration.models import Action, Connection, Run
from integration.selectors.mappings import column_label
from integration.selectors.values import readable

PAGE = 50


@dataclass(frozen=True)
class Tally:
    """How many actions of one sort a run holds."""

    op: str
    kind: str
    label: Promise | str
    tone: str
    count: int


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


def runs_of(connection: Connection) -> QuerySet[Run]:
    """The connection's runs, the newest first, with who started each."""
    return Run.objects.filter(connection=connection).select_related("started_by").order_by("-id")


def run_of(connection: Connection, run_id: int) -> Run:
    """One run of the connection, or NotFound."""
    found = runs_of(connection).select_related("undoes").filter(pk=run_id).first()
    if found is None:
        raise NotFound(_("There is no such run."))
    return found


def tallies_of(run: Run) -> list[Tally]:
    """The run's actions by sort, in the order in which people ask for them: what writes first.

    New records are counted by what they are (new customers, new accounts), everything else by what is done.
    """
    rows = Action.objects.filter(run=run).values_list("op", "kind").annotate(count=Count("id")).order_by()
    counted: Counter[tuple[str, str]] = Counter()
    for op, kind, count in rows:
        counted[op, kind if wording.makes(op, kind) else ""] += count
    order = [op.value for op in wording.OPERATIONS]
    known = sorted(counted.items(), key=lambda pair: (order.index(pair[0][0]) if pair[0][0] in order else 99, pair[0]))
    return [
        Tally(op, kind, wording.makes(op, kind) or wording.operation(op), wording.tone(op), count)
        for (op, kind), count in known
    ]


def actions_of(run: Run, *, op: str = "", kind: str = "", search: str = "", after: int = 0) -> list[dict[str, Any]]:
    """A page of the run's actions, in the order in which they were decided; one more than a page."""
    found = Action.objects.filter(run=run, pk__gt=after)
    if op:
        found = found.filter(op=op)
    if kind:
        found = found.filter(kind=kind)
    if search:
        found = found.filter(label__icontains=search)
    return [_shown(action) for action in found.order_by("pk")[: PAGE + 1]]


def _shown(action: Action) -> dict[str, Any]:
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
