"""Whose product lines a merge of deals leaves to the survivor, and what that means for its amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from crm.models import DealLine, Record


@dataclass(frozen=True)
class LinePlan:
    """Which of the merged deals gives the lines (None: there are none to have), and what is to be said of the rest."""

    giver: int | None = None
    goes_over: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def computed(self) -> dict[str, int]:
        """The fields that are not to be chosen, and whose value they take."""
        return {} if self.giver is None else {"amount": self.giver}


def line_plan(survivor: Any, losers: Sequence[Record]) -> LinePlan:
    """The survivor keeps its lines; where it has none, the first loser's of the same currency go over."""
    group = [survivor.pk, *(loser.pk for loser in losers)]
    rows = DealLine.objects.filter(deal_id__in=group).order_by()
    counts = dict(rows.values_list("deal_id").annotate(number=Count("pk")))
    having = [loser for loser in losers if counts.get(loser.pk)]
    givers = [survivor] if counts.get(survivor.pk) else [one for one in having if one.currency == survivor.currency][:1]
    giver = givers[0] if givers else None
    notes = [_left(survivor, loser, giver) for loser in having if loser is not giver]
    if giver is not None:
        said = _("The amount is the sum of the product lines of “%(name)s”, so it can't be chosen.")
        notes.append(said % {"name": giver})
    return LinePlan(giver.pk if giver else None, goes_over=giver is not None and giver is not survivor, notes=notes)


def _left(survivor: Any, loser: Any, giver: Any) -> str:
    if loser.currency != survivor.currency:
        said = _(
            "The product lines of “%(name)s” are in %(theirs)s and “%(survivor)s” is in %(own)s: they don't go over."
        )
        return said % {"name": loser, "theirs": loser.currency, "survivor": survivor, "own": survivor.currency}
    said = _("The product lines of “%(name)s” don't go over: those of “%(giver)s” are kept.")
    return said % {"name": loser, "giver": giver}
