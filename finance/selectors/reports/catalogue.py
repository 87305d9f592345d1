"""The reports there are: what each is called, what it tells, and what it may be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from finance.selectors.reports import ageing, expenses, numbering, sales, taxes
from finance.selectors.reports.asking import Asked
from finance.selectors.reports.comparing import by, comparable
from finance.selectors.reports.sales_by_customer import sales_by_customer
from finance.selectors.reports.sales_by_item import ASKED as OF_ITEMS
from finance.selectors.reports.sales_by_item import sales_by_item
from finance.selectors.reports.sales_by_month import month_at, place_of, sales_by_month
from finance.selectors.reports.shapes import Report

PERIOD = ("period", "since", "to")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One report. `asked` are the parameters that it knows, of its page and on the API alike."""

    name: str  # in addresses
    title: Any
    sentence: Any
    icon: str
    group: Any
    asked: tuple[str, ...]
    find: Callable[[Asked], Report]
    nothing: Any  # what an empty one says

    @property
    def has_period(self) -> bool:
        """Whether it is about a stretch of days; else about the end of one day, or about now."""
        return "period" in self.asked

    @property
    def route(self) -> str:
        """The name of its page's address."""
        return f"report_{self.name.replace('-', '_')}"


SALES, OWED, TAXES, SPENT, KEPT = _("Sales"), _("Receivables and payables"), _("Taxes"), _("Expenses"), _("Bookkeeping")
_NO_SALES = _("Nothing was sold in this period. An invoice counts on its day, once it is sent.")

REPORTS: dict[str, Definition] = {
    one.name: one
    for one in (
        Definition(
            name="sales-by-customer",
            title=_("Sales by customer"),
            sentence=_("What each customer was invoiced, less what was credited."),
            icon="users",
            group=SALES,
            asked=tuple(name for name in sales.FILTERS if name != "customer"),
            find=comparable(sales_by_customer, figure="net", key=by("customer_id")),
            nothing=_NO_SALES,
        ),
        Definition(
            name="sales-by-item",
            title=_("Sales by item"),
            sentence=_("How much of each item was sold, for how much, and at which price on average."),
            icon="package",
            group=SALES,
            asked=OF_ITEMS,
            find=comparable(sales_by_item, figure="net", key=by("item_id")),
            nothing=_NO_SALES,
        ),
        Definition(
            name="sales-by-month",
            title=_("Sales by month"),
            sentence=_("How sales went, month by month."),
            icon="calendar-days",
            group=SALES,
            asked=sales.FILTERS,
            find=comparable(sales_by_month, figure="net", key=place_of, told=month_at),
            nothing=_NO_SALES,
        ),
        Definition(
            name="receivables-ageing",
            title=_("Receivables ageing"),
            sentence=_("What customers owed on a day, and how long it had been due."),
            icon="hand-coins",
            group=OWED,
            asked=("as_of", "customer", "currency", "step"),
            find=ageing.receivables,
            nothing=_("No customer owed anything on this day."),
        ),
        Definition(
            name="payables-ageing",
            title=_("Payables ageing"),
            sentence=_("What was owed to vendors on a day, and how long it had been due."),
            icon="wallet",
            group=OWED,
            asked=("as_of", "vendor", "currency", "step"),
            find=ageing.payables,
            nothing=_("Nothing was owed to any vendor on this day."),
        ),
        Definition(
            name="tax-summary",
            title=_("Tax summary"),
            sentence=_("Each tax on sales and on purchases, and what is to be paid."),
            icon="landmark",
            group=TAXES,
            asked=PERIOD,
            find=taxes.tax_summary,
            nothing=_("No invoice, bill or expense of this period."),
        ),
        Definition(
            name="expenses-by-category",
            title=_("Expenses by category"),
            sentence=_("What was spent on what, and what of it is billable."),
            icon="chart-pie",
            group=SPENT,
            asked=(*PERIOD, "compare", "status", "spender", "customer", "vendor", "currency"),
            find=comparable(expenses.expenses_by_category, figure="total", key=by("category_id")),
            nothing=_("Nothing was spent in this period."),
        ),
        Definition(
            name="missing-numbers",
            title=_("Missing numbers"),
            sentence=_("The gaps in each series of numbers, and who deleted what bore them."),
            icon="list-x",
            group=KEPT,
            asked=(),
            find=numbering.missing_numbers,
            nothing=_("No number is missing in any series."),
        ),
    )
}
