"""What is asked of a report: the text of an address as days and records, every fault told at its field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finance import access, ageing
from finance.models import Currency, Customer, ExpenseCategory, Item, Membership, Organization, Vendor
from finance.periods import NAMES, Span, named
from finance.selectors.days import today as day_in
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id

CUSTOM = "custom"
DEFAULT = "this_year"
UNUSED = "unused"
APPROVED = "approved"
EARLIEST = date(1900, 1, 1)  # before that, spreadsheets have no days

PERIODS: dict[str, Any] = {
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_quarter": gettext_lazy("This quarter"),
    "last_quarter": gettext_lazy("Last quarter"),
    "this_year": gettext_lazy("This fiscal year"),
    "last_year": gettext_lazy("Last fiscal year"),
    CUSTOM: pgettext_lazy("period of a report", "Custom"),
}
COMPARISONS: dict[str, Any] = {
    "previous": gettext_lazy("Period before"),
    "year": gettext_lazy("Same days a year before"),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a report is to tell: of which days, and of which records."""

    organization: Organization
    today: date
    period: str = DEFAULT
    span: Span
    as_of: date
    customer: Customer | None = None
    vendor: Vendor | None = None
    item: Item | None = None
    category: ExpenseCategory | None = None
    salesperson_id: int | None = None
    spender_id: int | None = None
    currency: str = ""
    compared: Span | None = None  # what it is told beside
    compare: str = ""
    status: str = ""
    step: str = ""

    @property
    def base(self) -> str:
        return self.organization.base_currency


Given = Mapping[str, str]
PERIOD = ("period", "since", "to")


def read(organization: Organization, known: Sequence[str], given: Given) -> Asked:
    """What the parameters say, of which a report knows these. Raises Refused with every fault at its field."""
    today = day_in(organization)
    faults: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for name in known:
        text = given.get(name, "").strip()
        reader = _READERS.get(name)
        if not text or reader is None:
            continue
        try:
            key, value = reader(organization, text)
            found[key] = value
        except Refused as refused:
            faults[name] = [refused.message]
    period, span = _span(organization, known, given, today, faults)
    if not faults:
        found["compared"] = _compared(found.get("compare", ""), span, faults)
    if faults:
        raise Refused(_("Some of what was asked can't be read."), code="invalid", fields=faults)
    return Asked(
        **{"as_of": today, **found},
        organization=organization,
        today=today,
        period=period,
        span=span,
    )


def _span(
    organization: Organization, known: Sequence[str], given: Given, today: date, faults: dict[str, list[str]]
) -> tuple[str, Span]:
    """The days that are asked for: by the name of a period, or one by one."""
    usual = named(DEFAULT, today, organization.fiscal_year_start_month)
    if "period" not in known:
        return DEFAULT, usual
    texts = {name: given.get(name, "").strip() for name in PERIOD}
    period = texts["period"] or (CUSTOM if texts["since"] or texts["to"] else DEFAULT)
    if period in NAMES:
        return period, named(period, today, organization.fiscal_year_start_month)
    if period != CUSTOM:
        faults["period"] = [_("There is no such period.")]
        return DEFAULT, usual
    days = {"since": usual.since, "to": usual.to}
    for name in days:
        try:
            days[name] = _day(texts[name]) if texts[name] else days[name]
        except Refused as refused:
            faults[name] = [refused.message]
    if not faults and days["since"] > days["to"]:
        faults["to"] = [_("The last day is before the first.")]
    return CUSTOM, Span(days["since"], days["to"])


def _compared(name: str, span: Span, faults: dict[str, list[str]]) -> Span | None:
    if not name:
        return None
    try:
        return span.before() if name == "previous" else span.year_before()
    except (ValueError, OverflowError):
        faults["compare"] = [_("There is no such period before this one.")]
        return None


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise Refused(_("This isn't a date."))
    if day < EARLIEST:
        raise Refused(_("Give a day from 1900 on."))
    return day


def _one(organization: Organization, text: str, find: Callable[[Organization, int], Any], absent: str) -> Any:
    pk = read_id(text)
    try:
        if pk is not None:
            return find(organization, pk)
    except NotFound as missing:
        raise Refused(missing.message) from missing
    raise Refused(absent)


def _member(organization: Organization, text: str) -> int:
    pk = read_id(text)
    if pk is None or not Membership.objects.of(organization).filter(user_id=pk).exists():
        raise Refused(_("There is no such member."))
    return pk


def _currency(organization: Organization, text: str) -> str:
    code = text.upper()
    is_known = len(code) == 3 and Currency.objects.of(organization).filter(code=code).exists()
    if code != organization.base_currency and not is_known:
        raise Refused(_("There is no such currency."))
    return code


def _choice(text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise Refused(_("This isn't one of the choices."))
    return text


_READERS: dict[str, Callable[[Organization, str], tuple[str, Any]]] = {
    "as_of": lambda _organization, text: ("as_of", _day(text)),
    "customer": lambda organization, text: (
        "customer",
        _one(organization, text, access.customer, _("There is no such customer.")),
    ),
    "vendor": lambda organization, text: (
        "vendor",
        _one(organization, text, access.vendor, _("There is no such vendor.")),
    ),
    "item": lambda organization, text: ("item", _one(organization, text, access.item, _("There is no such item."))),
    "category": lambda organization, text: (
        "category",
        _one(organization, text, access.expense_category, _("There is no such category.")),
    ),
    "salesperson": lambda organization, text: ("salesperson_id", _member(organization, text)),
    "spender": lambda organization, text: ("spender_id", _member(organization, text)),
    "currency": lambda organization, text: ("currency", _currency(organization, text)),
    "status": lambda _organization, text: ("status", _choice(text, (APPROVED,))),
    "compare": lambda _organization, text: ("compare", _choice(text, tuple(COMPARISONS))),
    "step": lambda _organization, text: ("step", _choice(text, (*ageing.NAMES, UNUSED))),
}
