"""Reading deals: the forecast, sums, and the way that one deal has come. The board is in `board.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from crm.access import Access
from crm.choices import Module, StageCategory
from crm.models import Deal, DealContact, DealLine, StageChange
from crm.selectors.records import record_rows
from finsuite.kernel.models import ScopedQuerySet
from users.models import User

COMMITTED = 75  # percent: an open deal that is this likely counts as committed
NONE = Decimal(0)


def deals(access: Access) -> ScopedQuerySet[Deal]:
    """The deals that the person may see."""
    return record_rows(access, Module.DEALS)


def of_contact(contact_id: int) -> Q:
    """The filter of the deals in which a contact has a say: as the deal's contact, or by a role."""
    roles = DealContact.objects.filter(contact_id=contact_id)
    return Q(contact_id=contact_id) | Q(pk__in=roles.values("deal_id"))


@dataclass
class Sums:
    """How many deals, and what they come to: in each currency, at home, and at home by their probability."""

    count: int = 0
    by_currency: dict[str, Decimal] = field(default_factory=dict)
    home: Decimal = NONE
    weighted: Decimal = NONE

    def add(self, row: dict[str, Any]) -> None:
        """Count in one currency's row of `summed`."""
        self.count += row["count"]
        if row["amount"] is not None:
            self.by_currency[row["currency"]] = self.by_currency.get(row["currency"], NONE) + row["amount"]
        self.home += row["home"] or NONE
        self.weighted += row["weighted"] or NONE


def sums(rows: QuerySet[Deal]) -> Sums:
    """What these deals come to. One statement."""
    found = Sums()
    for row in summed(rows, "currency"):
        found.add(row)
    return found


def summed(rows: QuerySet[Deal], *by: str) -> QuerySet[Any]:
    """Count and sums of the deals, a row for each combination of these columns."""
    found: QuerySet[Any] = (
        rows.order_by()
        .values(*by)
        .annotate(count=Count("pk"), amount=Sum("amount"), home=Sum("amount_home"), weighted=Sum("expected_home"))
        .order_by(*by)
    )
    return found


@dataclass
class Expected:
    """What is to be expected in a month or of a person, in home currency.

    `open` is the full amount of open deals, `weighted` that by their probability, `committed` the full amount of those
    that are at least COMMITTED percent likely; `won` and `lost` are what has been won and lost. `count` is how many
    open and won deals there are.
    """

    open: Decimal = NONE
    weighted: Decimal = NONE
    committed: Decimal = NONE
    won: Decimal = NONE
    lost: Decimal = NONE
    count: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Count in one row of the forecast's statement."""
        for name in FIGURES:
            setattr(self, name, getattr(self, name) + (row[name] or NONE))
        self.count += row["count"]


FIGURES = ("committed", "open", "weighted", "won", "lost")


@dataclass(frozen=True)
class OwnerForecast:
    """What is to be expected of one person; `owner_id` is None for the deals that nobody owns."""

    owner_id: int | None
    name: str
    expected: Expected


@dataclass
class Forecast:
    """What is to be expected month by month, and by whom. `late` were to close before the first month and are open
    still; `undated` are open without a closing date. Both are in the owners' rows, and in the total, too."""

    months: dict[date, Expected]
    late: Expected = field(default_factory=Expected)
    undated: Expected = field(default_factory=Expected)
    owners: list[OwnerForecast] = field(default_factory=list)
    total: Expected = field(default_factory=Expected)


def forecast(access: Access, kept: Q | None = None, *, months: Sequence[date]) -> Forecast:
    """The forecast of these months (each by its first day, in order), of closing dates. Two statements."""
    found = Forecast({month: Expected() for month in months})
    by_owner: dict[int | None, Expected] = {}
    for row in _expected(access, kept or Q(), months):
        month = row["month"]
        place = found.undated if month is None else found.months.get(month, found.late)
        for each in (place, by_owner.setdefault(row["owner_id"], Expected()), found.total):
            each.add(row)
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=[key for key in by_owner if key])}
    rows = [OwnerForecast(key, names.get(key or 0, ""), expected) for key, expected in by_owner.items()]
    found.owners = sorted(rows, key=lambda row: (not row.name, row.name.casefold()))  # nobody's deals come last
    return found


def _expected(access: Access, kept: Q, months: Sequence[date]) -> QuerySet[Any]:
    is_open, is_lost = Q(stage__category=StageCategory.OPEN), Q(stage__category=StageCategory.LOST)
    dated = Q(closing_date__gte=months[0], closing_date__lt=month_after(months[-1]))
    waiting = is_open & (Q(closing_date=None) | Q(closing_date__lt=months[0]))
    found: QuerySet[Any] = (
        deals(access)
        .filter(kept, dated | waiting)
        .order_by()
        .annotate(month=TruncMonth("closing_date"))
        .values("month", "owner_id")
        .annotate(
            open=Sum("amount_home", filter=is_open),
            weighted=Sum("expected_home", filter=is_open),
            committed=Sum("amount_home", filter=is_open & Q(probability__gte=COMMITTED)),
            won=Sum("amount_home", filter=Q(stage__category=StageCategory.WON)),
            lost=Sum("amount_home", filter=is_lost),
            count=Count("pk", filter=~is_lost),
        )
    )
    return found


def month_after(month: date) -> date:
    """The first day of the month that follows."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


@dataclass(frozen=True)
class StageVisit:
    """A deal in one stage: from when, for how long, who put it there, and what it was worth then."""

    change: StageChange
    stayed: timedelta
    is_last: bool


def stage_visits(deal: Deal, *, now: datetime | None = None) -> list[StageVisit]:
    """The stages that a deal has been in, newest first, each with the time it spent there. One statement."""
    rows = list(
        StageChange.objects.of(deal.organization_id)
        .filter(deal=deal)
        .select_related("user", "to_stage")
        .order_by("at", "id")
    )
    ends = [*(row.at for row in rows[1:]), now or timezone.now()]
    visits = [
        StageVisit(row, end - row.at, place == len(rows) - 1)
        for place, (row, end) in enumerate(zip(rows, ends, strict=True))
    ]
    return visits[::-1]


def age_of(deal: Deal, *, now: datetime | None = None) -> timedelta:
    """How long the deal took until it was closed, or has been open by now."""
    return (deal.closed_at or now or timezone.now()) - deal.created_at


def lines_of(access: Access, deal: Deal) -> list[DealLine]:
    """The deal's lines in order; a product that the person may not see is not there, only the name that the line has.

    They are not to be saved. One statement.
    """
    lines = list(DealLine.objects.filter(deal=deal).select_related("product").order_by("position"))
    for line in lines:
        if line.product is not None and not access.sees(Module.PRODUCTS, line.product.owner_id):
            line.product = None
    return lines


def contact_roles_of(access: Access, deal: Deal) -> QuerySet[DealContact]:
    """The people who have a say in the deal, as far as the person may see them."""
    return (
        DealContact.objects.filter(access.visible(Module.CONTACTS, "contact__"), deal=deal)
        .select_related("contact", "contact__account")
        .order_by("contact__sort_key", "id")
    )
