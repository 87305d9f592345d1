"""The board of deals: a column a stage, filtered like the list, by the same list views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module, StageCategory
from crm.models import ListView, Pipeline, Stage
from crm.selectors.board import FIRST, BoardColumn, Row, board, following, place_of
from crm.selectors.deals import Sums, deals
from crm.selectors.pipelines import get_stage, pipelines
from crm.selectors.search import matches
from crm.services.stage_moves import today_in
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.cells import STAGE_TONES, Column
from crm.ui.deal_cards import Easel
from crm.ui.deals import PAGES
from crm.ui.lists import COOKIE_AGE, Shown
from finsuite.kernel import formats, panels
from finsuite.kernel.errors import NotFound
from finsuite.kernel.templatetags.ui import icon
from finsuite.kernel.templatetags.ui_formats import NOTHING

MOST = 500  # cards that a column is drawn anew with, after "Load more" and a move
FIELDS_COOKIE = "card-deals"
FOLDED_COOKIE = "board-folded"  # written by static/js/board.js, as is the next
COMPACT_COOKIE = "board-compact"
USUAL = ("account", "amount", "closing_date", "owner", "tags")
_NEVER = frozenset({"stage", "currency"})  # the column says the one, the amount the other


@dataclass
class Board:
    """One request for the board, or for a part of it."""

    request: HttpRequest
    access: Access

    def __post_init__(self) -> None:
        self.tag = self.request.GET.get("tag", "")[:50]
        self.shown = Shown(self.request, self.access, PAGES.listing, deals(self.access), layout=ListView.Layout.BOARD)

    @property
    def kept(self) -> Q:
        """The filter of the deals that the list view, its changes, the search and the tag select."""
        tagged = Q(tags__contains=[self.tag]) if self.tag else Q()
        return self.shown.kept & matches(self.shown.search) & tagged

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        return list(pipelines(self.access.organization))

    @cached_property
    def pipeline(self) -> Pipeline:
        """The one in the address; else the default one."""
        wanted = self.request.GET.get("pipeline", "")
        found = [each for each in self.pipelines if not wanted or str(each.pk) == wanted]
        if not found:
            raise NotFound(_("There is no such pipeline."))
        return found[0]

    @property
    def choices(self) -> list[Pipeline]:
        """What there is to choose from: the pipelines in use, and the one that is shown."""
        return [each for each in self.pipelines if each.is_active or each.pk == self.pipeline.pk]

    @cached_property
    def known(self) -> dict[str, Column]:
        """What a card can show beside its deal's name."""
        return {name: column for name, column in self.shown.known.items() if name not in _NEVER}

    @cached_property
    def fields(self) -> list[Column]:
        """What the cards show, in the chosen order."""
        kept = self.request.COOKIES.get(FIELDS_COOKIE, "").split(".")
        for names in (self.request.GET.getlist("card"), kept):
            if found := [self.known[name] for name in dict.fromkeys(names) if name in self.known]:
                return found
        return [self.known[name] for name in USUAL]

    @property
    def field_choices(self) -> list[tuple[Column, bool]]:
        """Every field, those that are shown first."""
        rest = [column for column in self.known.values() if column not in self.fields]
        return [*((column, True) for column in self.fields), *((column, False) for column in rest)]

    @property
    def needs(self) -> list[str]:
        return [name for column in self.fields for name in column.needs()]

    @property
    def is_compact(self) -> bool:
        return self.request.COOKIES.get(COMPACT_COOKIE) == "1"

    @cached_property
    def folded(self) -> frozenset[str]:
        """The stages whose columns are folded, by id."""
        return frozenset(self.request.COOKIES.get(FOLDED_COOKIE, "").split("."))

    @property
    def may_move(self) -> bool:
        return self.access.may(Module.DEALS, Level.EDIT)

    @property
    def query(self) -> str:
        """The board's address behind its path, as the moves hand it on."""
        return self.shown.query.urlencode()

    @cached_property
    def easel(self) -> Easel:
        """What draws the cards. Without scripts, their moves lead back to this page."""
        place = reverse("crm:deal_board", args=[self.access.organization.pk])
        deals_place = address(Module.DEALS, "list", self.access.organization.pk)
        return Easel(deals_place, quote(f"{place}?{self.query}", safe=""), self.may_move)

    @cached_property
    def columns(self) -> list[dict[str, Any]]:
        """Every stage, drawn."""
        return self.drawn(board(self.access, self.pipeline, self.kept, needs=self.needs))

    def some(self, stage_ids: list[int], first: int) -> list[dict[str, Any]]:
        """Only these stages, of the pipelines that they belong to, with as many cards as have been shown."""
        owners = {stage.pipeline for stage in Stage.objects.of(self.access.organization).filter(pk__in=stage_ids)}
        first = max(FIRST, min(first, MOST))
        return [
            column
            for pipeline in owners
            for column in self.drawn(
                board(self.access, pipeline, self.kept, needs=self.needs, only=stage_ids, first=first)
            )
        ]

    def drawn(self, columns: list[BoardColumn]) -> list[dict[str, Any]]:
        """The columns as their template has them. The badges of all their cards are asked for at once."""
        badges = self._badges([card["id"] for column in columns for card in column.cards])
        return [self._column(column, badges) for column in columns]

    def _column(self, column: BoardColumn, badges: dict[int, SafeString]) -> dict[str, Any]:
        stage = column.stage
        return {
            "stage": stage,
            "tone": STAGE_TONES[stage.category],
            "is_closed": stage.category != StageCategory.OPEN,
            "is_folded": str(stage.pk) in self.folded,
            "total": column.sums.count,
            "count": formats.number(column.sums.count),
            "is_empty": not column.sums.count,
            **self._sums(column.sums),
            "cards": self.cards(column.cards, stage, badges),
            "more": self.more(stage, column.cards) if column.more else "",
        }

    def _sums(self, sums: Sums) -> dict[str, Any]:
        home = self.access.organization.home_currency
        return {
            "amounts": [formats.amount(amount, code) for code, amount in sums.by_currency.items()],
            "is_mixed": any(code != home for code in sums.by_currency),
            "home": formats.amount(sums.home, home),
            "weighted": formats.amount(sums.weighted, home),
        }

    def more(self, stage: Stage, cards: list[Row]) -> str:
        """The address of the cards below these."""
        query = self.shown.query.copy()
        query["after"] = place_of(cards[-1]) if cards else ""
        place = reverse("crm:deal_board_column", args=[self.access.organization.pk, stage.pk])
        return f"{place}?{query.urlencode()}"

    def cards(self, rows: list[Row], stage: Stage, badges: dict[int, SafeString]) -> list[SafeString]:
        """A stage's deals, drawn."""
        today = today_in(self.access.organization)
        drawn = []
        for row in rows:
            cells = ((column, _cell(column, row, self.access, stage, today)) for column in self.fields)
            facts = [(column, cell) for column, cell in cells if cell is not NOTHING]
            drawn.append(self.easel.drawn(row, facts, badges.get(row["id"], SafeString(""))))
        return drawn

    def _badges(self, ids: list[int]) -> dict[int, SafeString]:
        return panels.render_rows(PAGES.listing.badges, self.request, self.access.organization, ids)

    def more_cards(self, stage: Stage, after: str) -> tuple[list[SafeString], str]:
        """The stage's cards behind that place, and the address of those that follow."""
        rows, is_more = following(self.access, stage, self.kept, after=after, needs=self.needs)
        drawn = self.cards(rows, stage, self._badges([row["id"] for row in rows]))
        return drawn, self.more(stage, rows) if is_more else ""

    @property
    def context(self) -> dict[str, Any]:
        """What the templates of the board and of its columns share."""
        return {
            "access": self.access,
            "board": self,
            "list": self.shown,
            "listing": PAGES.listing,
            "pages": PAGES,
            "words": PAGES.words,
            "may_move": self.may_move,
            "may_create": self.access.may(Module.DEALS, Level.CREATE),
            "new_url": address(Module.DEALS, "create", self.access.organization.pk),
            "list_url": address(Module.DEALS, "list", self.access.organization.pk),
            "layout": ListView.Layout.BOARD,
        }


@require_safe
@in_organization
def deal_board(request: HttpRequest, access: Access) -> HttpResponse:
    """The board of one pipeline."""
    access.require(Module.DEALS, Level.VIEW)
    is_filtering = "typed" in request.GET
    found = Board(request, access)
    context = {**found.context, "tag": found.tag, "sort": found.shown.sort}
    response = render(request, "crm/deal_board.html", context)
    if is_filtering:
        response.headers["HX-Push-Url"] = f"{request.path}?{found.query}"
    if request.GET.getlist("card"):
        kept = ".".join(column.name for column in found.fields)
        response.set_cookie(FIELDS_COOKIE, kept, max_age=COOKIE_AGE, httponly=True, samesite="Lax")
    return response


@require_safe
@in_organization
def deal_board_column(request: HttpRequest, access: Access, stage_id: int) -> HttpResponse:
    """The next cards of one column."""
    access.require(Module.DEALS, Level.VIEW)
    stage = get_stage(access.organization, stage_id)
    query = request.GET.copy()
    after = query.pop("after", [""])[-1]
    request.GET = query  # type: ignore[assignment]
    found = Board(request, access)
    cards, more = found.more_cards(stage, after)
    context = {**found.context, "cards": cards, "column": {"stage": stage, "more": more}, "is_more": True}
    return render(request, "crm/deal_board_more.html", context)


_OVERDUE: Any = gettext_lazy("overdue since %(day)s")


def _cell(column: Column, row: Row, access: Access, stage: Stage, today: date) -> SafeString:
    """What a card shows of a field; a closing date that has passed says so."""
    if column.name == "closing_date" and _is_late(row, stage, today):
        said = _OVERDUE % {"day": formats.day(row["closing_date"])}
        return format_html('<span class="tone-danger row">{}{}</span>', icon("clock-alert", "icon--sm"), said)
    return column.cell(row, access)


def _is_late(row: Row, stage: Stage, today: date) -> bool:
    closing = row["closing_date"]
    return stage.category == StageCategory.OPEN and closing is not None and closing < today
