"""Reading deals as a board: the stages of a pipeline with what their deals come to, and the first deals of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_date

from crm.access import Access
from crm.models import Deal, Pipeline, Stage
from crm.selectors.deals import Sums, deals, summed
from crm.selectors.pipelines import stages
from finsuite.kernel.ids import read_id

FIRST = 50
# What every card is drawn from; a page asks for more according to the fields that it shows.
CARD = ("id", "name", "stage_id", "closing_date", "updated_at")
# Soonest first, as the index has it.
_ORDER = (F("closing_date").asc(nulls_last=True), F("id").asc())

Row = dict[str, Any]


@dataclass
class BoardColumn:
    """One stage of the board: what all its deals come to, and the first of them."""

    stage: Stage
    sums: Sums = field(default_factory=Sums)
    cards: list[Row] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many deals follow the cards that are shown."""
        return self.sums.count - len(self.cards)


def board(
    access: Access,
    pipeline: Pipeline,
    kept: Q | None = None,
    *,
    needs: Iterable[str] = (),
    only: Sequence[int] | None = None,
    first: int = FIRST,
) -> list[BoardColumn]:
    """The pipeline's stages in order, each with its sums and its first deals by closing date. Three statements.

    `needs` are the columns that its cards are drawn from, beside CARD; `only` names the stages that are asked for.
    """
    rows = deals(access).filter(kept or Q())
    shown = stages(pipeline) if only is None else stages(pipeline).filter(pk__in=only)
    # A stage's first ids come from the index crm_deal_board, so that 20,000 deals need not be put in order.
    soonest = rows.filter(stage=OuterRef("pk")).order_by(*_ORDER).values("pk")[:first]
    columns = {stage.pk: BoardColumn(stage) for stage in shown.annotate(first_ids=ArraySubquery(soonest))}
    of_pipeline = rows.filter(pipeline=pipeline)
    for row in summed(of_pipeline if only is None else of_pipeline.filter(stage__in=only), "stage_id", "currency"):
        columns[row["stage_id"]].sums.add(row)
    ids: list[int] = [key for column in columns.values() for key in column.stage.first_ids]  # type: ignore[attr-defined]
    for card in _cards(Deal.objects.of(access.organization).filter(pk__in=ids), needs):
        columns[card["stage_id"]].cards.append(card)
    return list(columns.values())


def following(
    access: Access, stage: Stage, kept: Q, *, after: str, needs: Iterable[str] = (), most: int = FIRST
) -> tuple[list[Row], bool]:
    """The stage's deals that come after a card's `place`, and whether there are more of them. One statement."""
    rows = deals(access).filter(kept, _behind(after), stage=stage)
    found = list(_cards(rows, needs)[: most + 1])
    return found[:most], len(found) > most


def place_of(card: Row) -> str:
    """Where a card stands in its column, as `following` reads it."""
    day: date | None = card["closing_date"]
    return f"{day.isoformat() if day else ''}.{card['id']}"


def _behind(place: str) -> Q:
    day, _dot, key = place.partition(".")
    deal_id, closing = read_id(key), _day(day)
    if deal_id is None or (day and closing is None):
        return Q(pk__in=())
    if closing is None:
        return Q(closing_date=None, id__gt=deal_id)
    return Q(closing_date=closing, id__gt=deal_id) | Q(closing_date__gt=closing) | Q(closing_date=None)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _cards(rows: QuerySet[Deal], needs: Iterable[str]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.order_by("stage_id", *_ORDER).values(*dict.fromkeys((*CARD, *needs)))
    return found
