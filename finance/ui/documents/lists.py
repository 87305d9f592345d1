"""The lists of documents: rows, what they come to, and what is listed as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import audit.services
from finance.choices import DocumentKind as Kind
from finance.choices import ImportModule
from finance.documents import pdf
from finance.documents.building import sheet_of
from finance.models import Customer, Item, Membership, Vendor
from finance.models.documents import Document
from finance.rights import Right, allows
from finance.selectors import document_lists as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.days import today
from finance.selectors.document_papers import lines_of_many
from finance.selectors.imports import modules_of
from finance.selectors.list_columns import columns_of
from finance.selectors.preferences import preferences
from finance.selectors.shown import gathered_statuses, shown_statuses
from finance.services.list_columns import choose_columns
from finance.ui.custom_filters import CustomFilters
from finance.ui.documents.columns import LAST, Column, chosen, offered
from finance.ui.documents.pages import PAGES, DocumentPages
from finance.ui.documents.shown import Shown, shown
from finance.ui.pages import actor_of, page, show
from finsuite.kernel.custom_fields.drawing import drawn
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.custom_fields.texts import cell_of
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.spreadsheets import csv_chunks, xlsx_chunks
from finsuite.kernel.text import fold

SIZE = 50
MOST_EXPORTED = 50_000
MOST_PRINTED = 200
SUGGESTED = 8


@dataclass(frozen=True, kw_only=True)
class Row:
    """A document as the list shows it."""

    document: Any
    party: Any
    shown: Shown
    url: str
    cells: list[tuple[Column, Any]]  # the value of a custom field, drawn; the other columns draw themselves


@page(Right.VIEW)
def document_list(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """The documents of a kind that pass the filters; htmx gets the next rows alone."""
    pages, organization = PAGES[kind], member.organization
    day = today(organization)
    fields = custom_fields(organization, pages.spec.extended)
    filters, sort = _filters(request, pages), _sort(request, fields)
    custom = CustomFilters(fields, request.GET.dict())
    found = custom.apply(selectors.documents(pages.model, organization, filters, day))
    offer = offered(pages, fields)
    columns = chosen(offer, columns_of(member, kind))
    after = request.GET.get("after", "")
    listed = found.select_related("salesperson") if any(one.name == "salesperson" for one in columns) else found
    rows, following = _slice(listed, sort, fields, after)
    context: dict[str, Any] = {
        "pages": pages,
        "rows": [_row(pages, document, day, columns) for document in rows],
        "after": following,
        "columns": 2 + len(columns),
    }
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/documents/more.html", context)
    query = {name: str(value) for name, value in request.GET.items() if name in FILTERS and value}
    query |= custom.query
    party = _party(pages, member, filters.party_id)
    context |= {
        "filters": filters,
        "custom": custom,
        "narrows": filters.narrows or custom.narrows,
        "sort": sort,
        "sums": selectors.sums_of(found) if rows and any(one.name in LAST for one in columns) else None,
        "party": party,
        "tabs": _tabs(pages, filters, query),
        "list_url": pages.url(organization.pk, "list"),
        "print_url": pages.url(organization.pk, "print"),
        "new_url": pages.url(organization.pk, "new") if allows(member.role, pages.spec.edit) else "",
        "import_url": _import_url(pages, member),
        "lookup_url": reverse(f"finance:{pages.spec.party}_lookup", kwargs={"organization": organization.pk}),
        "party_label": _party_label(pages),
        "heads": columns,
        "sum_columns": 2 + sum(one.name not in LAST for one in columns),
        "amounts": [one.name for one in columns if one.name in LAST],
        "offer": [(one, one in columns) for one in offer],
        "columns_url": pages.url(organization.pk, "columns"),
        "here": request.get_full_path(),
        "export_csv": f"{pages.url(organization.pk, 'export')}?{urlencode({**query, 'format': 'csv'})}",
        "export_xlsx": f"{pages.url(organization.pk, 'export')}?{urlencode({**query, 'format': 'xlsx'})}",
    }
    return show(request, member, "finance/documents/list.html", context)


def _import_url(pages: DocumentPages, member: Membership) -> str:
    """Where a file of such documents is brought in, for those who may; there are imports of invoices alone."""
    if pages.kind is not Kind.INVOICE or ImportModule.INVOICES not in modules_of(member):
        return ""
    place = reverse("finance:import_new", kwargs={"organization": member.organization_id})
    return f"{place}?module={ImportModule.INVOICES}"


FILTERS = ("q", "status", "party", "since", "to", "sort")


@page(Right.VIEW, "POST")
def document_columns(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """Show these columns from now on, to this person alone."""
    pages, organization = PAGES[kind], member.organization
    offer = [column.name for column in offered(pages, custom_fields(organization, pages.spec.extended))]
    names = [] if "usual" in request.POST else request.POST.getlist("column")
    choose_columns(actor=actor_of(request), organization=organization, kind=kind, names=names, offered=offer)
    home = pages.url(organization.pk, "list")
    back = request.POST.get("back", "")
    return redirect(back if back.startswith(f"{home}?") else home)


@page(Right.VIEW)
def document_export(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponseBase:
    """What the list shows, as a file. The history tells who took it out."""
    pages, organization = PAGES[kind], member.organization
    day = today(organization)
    custom = custom_fields(organization, pages.spec.extended)
    found = selectors.documents(pages.model, organization, _filters(request, pages), day)
    found = CustomFilters(custom, request.GET.dict()).apply(found)
    count = found.count()
    if count > MOST_EXPORTED:
        sentence = _("These are %(count)d documents. At most %(most)d can be exported at once; narrow the list down.")
        raise Refused(sentence % {"count": count, "most": MOST_EXPORTED}, code="too_many")
    is_sheet = request.GET.get("format") == "xlsx"
    audit.services.record(
        actor=actor_of(request),
        tenant=organization.tenant,
        subject=organization,
        verb="exported",
        after={"kind": str(pages.label), "count": count},
    )
    rows = _cells(pages, _sorted(found, _sort(request, custom), custom), day, custom)
    title = str(pages.label)
    chunks = xlsx_chunks(rows, title) if is_sheet else csv_chunks(rows)
    kind_of_file = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if is_sheet else "text/csv"
    name = f"{pages.segment}-{day.isoformat()}.{'xlsx' if is_sheet else 'csv'}"
    response = StreamingHttpResponse(chunks, content_type=kind_of_file)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@page(Right.VIEW, "POST")
def document_print(request: HttpRequest, member: Membership, kind: Kind) -> HttpResponse:
    """The documents that are ticked, in one PDF."""
    pages, organization = PAGES[kind], member.organization
    ids = {pk for text in request.POST.getlist("pick")[: MOST_PRINTED + 1] if (pk := read_id(text)) is not None}
    if len(ids) > MOST_PRINTED:
        raise Refused(_("At most %(most)d documents can be printed at once.") % {"most": MOST_PRINTED})
    filters = selectors.Filters()
    found = selectors.documents(pages.model, organization, filters, today(organization)).filter(pk__in=ids)
    documents = list(selectors.sorted_by(found, "number"))
    if not documents:
        raise Refused(_("Tick the documents first."), code="nothing_chosen")
    lines = lines_of_many(pages.model, documents)
    for document in documents:
        document.organization = organization
    look = preferences(organization)
    sheets = [sheet_of(document, lines[document.pk], look=look) for document in documents]
    made = pdf.pdf(sheets, made_at=timezone.now())
    return pdf_answer(made, f"{pages.segment}.pdf", as_attachment=True)


def pdf_answer(made: bytes, name: str, *, as_attachment: bool) -> HttpResponse:
    """A PDF, shown in the browser or saved."""
    response = HttpResponse(made, content_type="application/pdf")
    how = "attachment" if as_attachment else "inline"
    plain = name.encode("ascii", "replace").decode().replace('"', "").replace("?", "_")
    response.headers["Content-Disposition"] = f'{how}; filename="{plain}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@page(Right.VIEW)
def customer_lookup(request: HttpRequest, member: Membership) -> JsonResponse:
    """The customers whose name begins as typed, or holds it."""
    return _suggest(Customer, member, request)


@page(Right.VIEW)
def vendor_lookup(request: HttpRequest, member: Membership) -> JsonResponse:
    """The same for vendors."""
    return _suggest(Vendor, member, request)


@page(Right.VIEW)
def item_lookup(request: HttpRequest, member: Membership) -> JsonResponse:
    """The items that match, for a line."""
    text = fold(request.GET.get("q", "").strip()[:100])
    rows = Item.objects.of(member.organization).filter(status="active", search_text__contains=text).order_by("sort_key")
    told = [{"id": one.pk, "name": one.name, "detail": one.sku} for one in rows[:SUGGESTED]]
    return JsonResponse({"results": told})


def _suggest(model: type[Customer] | type[Vendor], member: Membership, request: HttpRequest) -> JsonResponse:
    text = fold(request.GET.get("q", "").strip()[:100])
    rows = model.objects.of(member.organization).filter(status="active", search_text__contains=text)
    told = [
        {"id": one.pk, "name": one.display_name, "detail": one.number} for one in rows.order_by("sort_key")[:SUGGESTED]
    ]
    return JsonResponse({"results": told})


def _row(pages: DocumentPages, document: Document, day: date, columns: Sequence[Column]) -> Row:
    return Row(
        document=document,
        party=getattr(document, pages.spec.party),
        shown=shown(document, day),
        url=pages.url(document.organization_id, "detail", document.pk),
        cells=[(column, _custom(column, document)) for column in columns],
    )


def _custom(column: Column, document: Document) -> Any:
    if column.field is None:
        return None
    return drawn(column.field, document.custom.get(column.field.key), document.currency)


def _filters(request: HttpRequest, pages: DocumentPages) -> selectors.Filters:
    known = [value for value, _label in _statuses(pages)]
    status = request.GET.get("status", "")
    return selectors.Filters(
        status=status if status in known else "",
        search=request.GET.get("q", "").strip()[:200],
        party_id=read_id(request.GET.get("party", "")),
        since=_day(request.GET.get("since", "")),
        to=_day(request.GET.get("to", "")),
    )


def _sort(request: HttpRequest, custom: FieldSet) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked in selectors.SORTS or custom.sorting(asked) else "-date"


def _slice(found: QuerySet[Any], sort: str, custom: FieldSet, after: str) -> tuple[list[Any], str]:
    """The next rows in this order, and the mark to go on from."""
    by_custom = custom.sorting(sort)
    if by_custom is not None:
        return by_custom.slice_of(found, after=after, size=SIZE)
    return selectors.slice_of(found, sort=sort, after=after, size=SIZE)


def _sorted(found: QuerySet[Any], sort: str, custom: FieldSet) -> QuerySet[Any]:
    by_custom = custom.sorting(sort)
    return selectors.sorted_by(found, sort) if by_custom is None else by_custom.ordered(found)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _statuses(pages: DocumentPages) -> list[tuple[str, str]]:
    found = [(str(value), str(label)) for value, label in shown_statuses(pages.model)]
    return [*found[:1], *((value, str(label)) for value, label in gathered_statuses(pages.kind)), *found[1:]]


def _tabs(pages: DocumentPages, filters: selectors.Filters, query: dict[str, str]) -> list[tuple[str, str, bool]]:
    rest = {name: value for name, value in query.items() if name != "status"}
    return [
        (label, f"?{urlencode({**rest, **({'status': value} if value else {})})}", value == filters.status)
        for value, label in [("", _("All")), *_statuses(pages)]
    ]


def _party_label(pages: DocumentPages) -> str:
    return capfirst(str(pages.model._meta.get_field(pages.spec.party).verbose_name))  # type: ignore[union-attr]


def _party(pages: DocumentPages, member: Membership, party_id: int | None) -> Any:
    if party_id is None:
        return None
    model = Customer if pages.spec.is_sale else Vendor
    return model.objects.of(member.organization).filter(pk=party_id).first()


def _cells(pages: DocumentPages, found: Any, day: date, custom: FieldSet) -> Iterator[list[Any]]:
    """The rows of a file, its heading first. Amounts stay numbers."""
    heads: list[Any] = [_("Number"), _("Date"), *([pages.until_label] if pages.has_until else []), _party_label(pages)]
    heads += [_("Reference"), _("Status"), _("Currency"), _("Subtotal"), _("Tax"), _("Total")]
    heads += [_("Balance")] if pages.has_balance else []
    yield [*heads, _("Exchange rate"), _("Total in base currency"), *(field.label for field in custom)]
    for document in found.iterator(chunk_size=2000):
        yield [
            document.number,
            document.date,
            *([document.until] if pages.has_until else []),
            str(getattr(document, pages.spec.party)),
            document.reference,
            shown(document, day).label,
            document.currency,
            document.sub_total,
            document.tax_total,
            document.total,
            *([document.balance] if pages.has_balance else []),
            document.exchange_rate.normalize(),
            document.total_base,
            *(cell_of(field, document.custom.get(field.key)) for field in custom),
        ]
