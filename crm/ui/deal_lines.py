"""The Lines tab of a deal: an editor that the keyboard alone can work, whose totals the server computes."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import amounts
from crm.access import Access
from crm.choices import Level, Module
from crm.models import Deal, DealLine
from crm.selectors.deals import lines_of
from crm.selectors.records import get_record
from crm.services.deal_lines import MOST_LINES, draft_lines, set_lines
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.deals import frame
from finsuite.kernel import formats
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.ids import read_id

FIELDS = ("product_id", "name", "quantity", "price", "discount", "description")
BLANKS = 1


@dataclass
class Row:
    """A line as it stands in its controls, and what is wrong with it."""

    index: int
    product_id: str = ""
    product: str = ""
    name: str = ""
    quantity: str = "1"
    price: str = ""
    discount: str = ""
    description: str = ""
    total: str = ""
    note: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed into it."""
        return not (self.product_id or self.name.strip() or self.price.strip() or self.description.strip())

    @property
    def fault(self) -> str:
        """All that is wrong with it, in one go."""
        return " ".join(dict.fromkeys(self.faults.values()))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def deal_lines(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """The lines; for whoever may edit, in their editor."""
    context = frame(request, access, deal_id, "lines")
    deal: Deal = context["deal"]
    if request.method != "POST":
        rows = [_row_of(place, line, deal) for place, line in enumerate(lines_of(access, deal))]
        if context["may_edit"]:
            rows += [Row(len(rows) + number) for number in range(BLANKS)]
        return _answer(request, context, rows)
    access.require(Module.DEALS, Level.EDIT)
    rows = _rows(request.POST)
    try:
        given = _values(rows)
        set_lines(
            actor=actor_of(request),
            deal=get_record(access, Module.DEALS, deal_id),
            lines=given,
            version=request.POST.get("version") or None,
        )
    except Refused as refused:
        _place(rows, refused)
        return _answer(request, context | {"fault": _("Some lines can't be saved as they are.")}, rows, status=422)
    except Conflict as conflict:
        return _answer(request, context | {"fault": conflict.message}, rows, status=409)
    messages.success(request, _("The lines are saved."))
    return redirect(address(Module.DEALS, "lines", access.organization.pk, deal_id))


@require_POST
@in_organization
def deal_line_totals(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """What the lines come to as they stand in the form, saving nothing."""
    access.require(Module.DEALS, Level.EDIT)
    deal = get_record(access, Module.DEALS, deal_id)
    rows = _rows(request.POST)
    totals = [_totalled(access, deal, row) for row in rows if not row.is_blank]
    known = [total for total in totals if total is not None]
    context = {
        "rows": rows,
        "count": len(totals),
        "amount": formats.amount(amounts.sum_of(known), deal.currency) if len(known) == len(totals) else "",
    }
    return render(request, "crm/deal_line_totals.html", context)


@require_safe
@in_organization
def deal_line(request: HttpRequest, access: Access, deal_id: int) -> HttpResponse:
    """One more row; with `product`, the row of that product, its name and its price filled in."""
    access.require(Module.DEALS, Level.EDIT)
    deal = get_record(access, Module.DEALS, deal_id)
    index = read_id(request.GET.get("index", ""))
    if index is None or index > 10_000:
        raise NotFound(_("There is no such line."))
    row = Row(index)
    key = request.GET.get(f"product_id-{index}", "")
    if key:
        row = _filled(access, deal, _rows_named(request.GET, [index])[0])
    context = {"access": access, "deal": deal, "row": row, "may_edit": True, "is_filled": bool(key)}
    response = render(request, "crm/deal_line_row.html", context)
    if key:
        response.headers["HX-Trigger-After-Settle"] = "lines-changed"
    return response


def _filled(access: Access, deal: Deal, row: Row) -> Row:
    """What a product knows of its line: its name, and its price if that is in the deal's currency."""
    product = get_record(access, Module.PRODUCTS, row.product_id)
    row.product, row.name = str(product), product.name
    row.description = row.description or product.description
    if product.unit_price is None:
        row.price = ""
    elif product.currency == deal.currency:
        row.price = formats.typed(product.unit_price.normalize())
    else:
        row.price = ""
        row.note = _("Its price is %(price)s; type one in %(currency)s.") % {
            "price": formats.amount(product.unit_price, product.currency),
            "currency": deal.currency,
        }
    return row


def _row_of(place: int, line: DealLine, deal: Deal) -> Row:
    discount = ""
    if line.discount_percent is not None:
        discount = f"{formats.typed(line.discount_percent.normalize())} %"
    elif line.discount_amount is not None:
        discount = formats.typed(line.discount_amount.normalize())
    return Row(
        place,
        product_id=str(line.product_id or ""),
        product=str(line.product or ""),
        name=line.name,
        quantity=formats.typed(line.quantity.normalize()),
        price=formats.typed(line.price.normalize()),
        discount=discount,
        description=line.description,
        total=formats.amount(line.total, deal.currency),
    )


def _rows(data: QueryDict) -> list[Row]:
    """The rows of the form, in their order."""
    indexes = [found for value in data.getlist("line")[: MOST_LINES + 1] if (found := read_id(value)) is not None]
    return _rows_named(data, indexes)


def _rows_named(data: QueryDict, indexes: list[int]) -> list[Row]:
    return [_typed(data, index) for index in dict.fromkeys(indexes)]


def _typed(data: QueryDict, index: int) -> Row:
    row = Row(index, product=data.get(f"product-{index}", ""))
    for name in FIELDS:
        setattr(row, name, data.get(f"{name}-{index}", "").strip())
    return row


def _values(rows: list[Row]) -> list[dict[str, Any]]:
    """What the rows say, or a Refused that names what can't be read. Blank rows are none."""
    faults: dict[str, list[str]] = {}
    values = []
    for place, row in enumerate(each for each in rows if not each.is_blank):
        read, wrong = _read(row)
        values.append(read)
        faults |= {f"lines/{place}/{name}": [said] for name, said in wrong.items()}
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)
    return values


def _read(row: Row) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {"name": row.name, "description": row.description}
    faults: dict[str, str] = {}
    if row.product_id:
        values["product_id"] = read_id(row.product_id) or 0
    is_percent = row.discount.rstrip().endswith("%")
    texts = {
        "quantity": row.quantity or "1",
        "price": row.price,
        "discount_percent" if is_percent else "discount_amount": row.discount.replace("%", ""),
    }
    for name, text in texts.items():
        if not text.strip():
            continue
        try:
            values[name] = formats.parse_amount(text)
        except Refused as refused:
            faults[name] = refused.message
    return values, faults


def _totalled(access: Access, deal: Deal, row: Row) -> Decimal | None:
    """What one row comes to, noted on it; None with its faults noted."""
    try:
        (line,) = draft_lines(access=access, deal=deal, lines=_values([row]))
    except Refused as refused:
        _place([row], refused)
        return None
    row.total = formats.amount(line.total, deal.currency)
    return line.total


def _place(rows: list[Row], refused: Refused) -> None:
    """Put what was refused on its rows."""
    filled = [row for row in rows if not row.is_blank]
    for name, said in refused.fields.items():
        _lines, _slash, rest = name.partition("/")
        place, _slash, column = rest.partition("/")
        if place.isdigit() and int(place) < len(filled):
            filled[int(place)].faults[column] = said[0]
        elif filled:
            filled[0].faults[name] = said[0]


def _answer(request: HttpRequest, context: dict[str, Any], rows: list[Row], status: int = 200) -> HttpResponse:
    context |= {"rows": rows, "next_index": max((row.index for row in rows), default=-1) + 1}
    return render(request, "crm/deal_lines.html", context, status=status)
