"""The pages of expenses: the list, one expense, the form, the receipts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

import audit.selectors
from audit.stories import stories
from finance import access
from finance.choices import ExpenseStatus, Extended
from finance.models import Attachment, Customer, Expense, Membership
from finance.receipts import BEGINNINGS
from finance.rights import Right, allows
from finance.selectors import expenses as selectors
from finance.selectors import organizations
from finance.selectors.billables import invoice_billing
from finance.selectors.custom_fields import custom_fields, described
from finance.selectors.days import today
from finance.selectors.record_names import namer_of
from finance.services import expenses as services
from finance.services import receipts as receipt_services
from finance.services.billable_expenses import PASSED
from finance.ui.custom_filters import custom_filters
from finance.ui.documents.editor_billing import MOST_BILLED
from finance.ui.expense_forms import ExpenseForm
from finance.ui.pages import actor_of, add_refusal, page, show
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.files import SHOWN
from finsuite.kernel.ids import read_id
from finsuite.kernel.serving import download, preview
from finsuite.kernel.versions import version_of

SIZE = 50
ENTRIES = 50
MOST_AT_ONCE = 20
TONES = {
    "unreported": "neutral",
    "draft": "neutral",
    "submitted": "progress",
    "approved": "success",
    "rejected": "danger",
    "reimbursed": "success",
}


@page(Right.VIEW)
def expense_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The expenses that the member may see and that pass the filters; htmx gets the next rows alone."""
    filters = _filters(request)
    custom = custom_filters(request, member.organization, Extended.EXPENSES)
    found = custom.apply(selectors.expenses(member, filters))
    after = request.GET.get("after", "")
    rows, following = selectors.slice_of(found, after=after, size=SIZE)
    context: dict[str, Any] = {"rows": [(row, TONES[row.status]) for row in rows], "after": following}
    context["sees_all"] = selectors.sees_all(member)
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/expenses/more.html", context)
    people = [row.user for row in organizations.members(member.organization)] if context["sees_all"] else []
    context |= {
        "filters": filters,
        "custom": custom,
        "tabs": _tabs(request, filters),
        "billings": _billings(),
        "categories": selectors.categories(member.organization),
        "people": people,
        "sums": selectors.sums_of(found) if rows else None,
        "columns": 8 + context["sees_all"],
        "party": Customer.objects.of(member.organization).filter(pk=filters.customer_id).first()
        if filters.customer_id
        else None,
        "lookup_url": url_of(member, "customer_lookup"),
        "bills_url": url_of(member, "expenses_bill") if allows(member.role, Right.SALES_EDIT) else "",
    }
    return show(request, member, "finance/expenses/list.html", context)


@page(Right.VIEW)
def expense_detail(request: HttpRequest, member: Membership, expense: int) -> HttpResponse:
    """One expense, with its receipts."""
    record = access.expense(member, expense)
    files = [(file, file.media_type in SHOWN) for file in selectors.receipts(record)]
    most = settings.ATTACHMENTS["MOST_BYTES"] // 1024 // 1024
    custom = custom_fields(member.organization, Extended.EXPENSES)
    context = {
        "files": files,
        "most": most,
        "accept": ",".join(f".{kind}" for kind in BEGINNINGS),
        "custom_facts": facts(custom, record.custom, record.currency),
    }
    return _record(request, member, record, "detail", context)


@page(Right.VIEW)
def expense_history(request: HttpRequest, member: Membership, expense: int) -> HttpResponse:
    """What was done to an expense."""
    record = access.expense(member, expense)
    return _record(request, member, record, "history", history_of(member, record, Extended.EXPENSES))


def history_of(member: Membership, record: Any, extended: Extended) -> dict[str, Any]:
    """What a history page shows of an expense or of a report."""
    entries = audit.selectors.of_record(
        tenant=member.organization.tenant, kind=record._meta.label_lower, record_id=record.pk
    )
    told = list(entries[: ENTRIES + 1])
    shown = told[:ENTRIES]
    custom = partial(described, member.organization, extended)
    return {"stories": stories(shown, namer_of(member.organization, shown), custom), "more": len(told) > ENTRIES}


@never_cache
@page(Right.EXPENSES_EDIT, "GET", "POST")
def expense_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new expense."""
    last = selectors.last_way(member)
    blank = Expense(
        date=today(member.organization),
        currency=member.organization.base_currency,
        distance_rate=last.distance_rate if last else None,
        distance_unit=last.distance_unit if last else "km",
    )
    form = ExpenseForm(request.POST if request.method == "POST" else None, instance=blank, member=member)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_expense(
                    actor=actor_of(request), organization=member.organization, values=form.values()
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(number)s is noted.") % {"number": made.number})
                if "another" in request.POST:
                    return redirect(url_of(member, "expense_create"))
                return redirect(url_of(member, "expense_detail", expense=made.pk))
    return _form(request, member, form, None, status)


@never_cache
@page(Right.EXPENSES_EDIT, "GET", "POST")
def expense_edit(request: HttpRequest, member: Membership, expense: int) -> HttpResponse:
    """An expense, to be changed."""
    record = access.expense(member, expense)
    form = ExpenseForm(request.POST if request.method == "POST" else None, instance=record, member=member)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = services.update_expense(
                    actor=actor_of(request),
                    expense=access.expense(member, expense),
                    values=form.values(),
                    version=request.POST.get("version"),
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(number)s is saved.") % {"number": saved.number})
                return redirect(url_of(member, "expense_detail", expense=saved.pk))
    return _form(request, member, form, access.expense(member, expense), status)


@page(Right.EXPENSES_EDIT, "POST")
def expense_figures(request: HttpRequest, member: Membership) -> HttpResponse:
    """What is typed comes to, computed as it will be when it is saved."""
    form = ExpenseForm(request.POST, instance=Expense(currency=member.organization.base_currency), member=member)
    context: dict[str, Any] = {}
    try:
        context["figures"] = services.figures(organization=member.organization, values=form.typed_figures)
    except Refused as refused:
        context["fault"] = next(iter(refused.fields.values()), [refused.message])[0]
    return show(request, member, "finance/expenses/figures.html", context)


@page(Right.EXPENSES_EDIT, "POST")
def expense_delete(request: HttpRequest, member: Membership, expense: int) -> HttpResponse:
    """Delete an expense that isn't handed in."""
    record = access.expense(member, expense)
    services.delete_expense(actor=actor_of(request), expense=record, version=request.POST.get("version"))
    messages.success(request, _("%(number)s is deleted.") % {"number": record.number})
    return redirect(url_of(member, "expense_list"))


@page(Right.EXPENSES_EDIT, "POST")
def receipt_upload(request: HttpRequest, member: Membership, expense: int) -> HttpResponse:
    """Hang the chosen receipts on an expense. One that is refused doesn't keep the others away."""
    record = access.expense(member, expense)
    files = request.FILES.getlist("file")
    if len(files) > MOST_AT_ONCE:
        raise Refused(_("At most %(limit)d files can be uploaded at once.") % {"limit": MOST_AT_ONCE})
    kept = 0
    for file in files:
        try:
            receipt_services.add_receipt(actor=actor_of(request), expense=record, file=file)
            kept += 1
        except Refused as refused:
            messages.error(request, f"{file.name}: {refused.message}")
    if not files:
        messages.error(request, _("Choose a file first."))
    if kept:
        said = ngettext("%(count)d receipt is uploaded.", "%(count)d receipts are uploaded.", kept)
        messages.success(request, said % {"count": kept})
    return redirect(url_of(member, "expense_detail", expense=record.pk))


@page(Right.VIEW)
def receipt_content(request: HttpRequest, member: Membership, expense: int, receipt: int) -> HttpResponseBase:
    """A receipt, to be saved."""
    return download(_receipt(member, expense, receipt))


@page(Right.VIEW)
def receipt_shown(request: HttpRequest, member: Membership, expense: int, receipt: int) -> HttpResponseBase:
    """A receipt, shown: images alone."""
    return preview(_receipt(member, expense, receipt))


@page(Right.EXPENSES_EDIT, "POST")
def receipt_delete(request: HttpRequest, member: Membership, expense: int, receipt: int) -> HttpResponse:
    """Take a receipt from an expense."""
    file = _receipt(member, expense, receipt)
    receipt_services.delete_receipt(actor=actor_of(request), expense=access.expense(member, expense), receipt=file)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": file.name})
    return redirect(url_of(member, "expense_detail", expense=expense))


def _receipt(member: Membership, expense_id: int, receipt_id: int) -> Attachment:
    found = selectors.receipts(access.expense(member, expense_id)).filter(pk=receipt_id).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    found.organization = member.organization
    return found


def _record(
    request: HttpRequest, member: Membership, record: Expense, tab: str, context: dict[str, Any]
) -> HttpResponse:
    writes = allows(member.role, Right.EXPENSES_EDIT)
    invoice = invoice_billing(record)
    known = {
        "expense": record,
        "invoice": invoice,
        "bill_url": bill_url(member, [record]) if _is_billable_now(member, record) else "",
        "tone": TONES[record.status],
        "billing": dict(_billings())[record.billing],
        "may_change": writes and services.is_open(record),
        "version": version_of(record),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/expenses/{tab}.html", {**known, **context})


def _is_billable_now(member: Membership, record: Expense) -> bool:
    """Whether an invoice can be made of it, by this member."""
    return record.billing == "unbilled" and record.status in PASSED and allows(member.role, Right.SALES_EDIT)


def bill_url(member: Membership, expenses: Collection[Expense]) -> str:
    """The editor of a new invoice that bills these expenses of one customer."""
    (customer_id,) = {expense.customer_id for expense in expenses}
    asked = [("customer", customer_id), *(("bill", f"expense:{expense.pk}") for expense in expenses)]
    return f"{url_of(member, 'invoice_new')}?{urlencode(asked)}"


@page(Right.SALES_EDIT, "POST")
def expenses_bill(request: HttpRequest, member: Membership) -> HttpResponse:
    """The ticked expenses on one new invoice, where they are for one customer."""
    ids = {pk for text in request.POST.getlist("pick")[: MOST_BILLED + 1] if (pk := read_id(text)) is not None}
    if len(ids) > MOST_BILLED:
        raise Refused(_("At most %(most)d expenses can be billed at once.") % {"most": MOST_BILLED})
    chosen = list(selectors.expenses(member).filter(pk__in=ids).order_by("date", "pk"))
    left_out = [expense for expense in chosen if not _is_billable_now(member, expense)]
    if not chosen:
        raise Refused(_("Tick the expenses first."), code="nothing_chosen")
    if left_out:
        sentence = _("%(number)s can't be billed: it isn't billable, not approved yet, or billed already.")
        raise Refused(sentence % {"number": left_out[0].number}, code="not_billable")
    if len({expense.customer_id for expense in chosen}) != 1:
        raise Refused(_("Choose expenses of one customer: an invoice is for one."), code="mixed")
    return redirect(bill_url(member, chosen))


def _form(
    request: HttpRequest, member: Membership, form: ExpenseForm, record: Expense | None, status: int
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "expense": record, "figures": record}
    context["version"] = request.POST.get("version") or (version_of(record) if record else "")
    if form.is_bound:
        try:
            context["figures"] = services.figures(organization=member.organization, values=form.typed_figures)
        except Refused:
            context["figures"] = None
    return show(request, member, "finance/expenses/form.html", context, status=status)


def _filters(request: HttpRequest) -> selectors.Filters:
    asked = request.GET
    return selectors.Filters(
        status=_known(asked.get("status"), ExpenseStatus.values),
        billing=_known(asked.get("billing"), selectors.BILLING),
        category_id=read_id(asked.get("category", "")),
        customer_id=read_id(asked.get("customer", "")),
        spender_id=read_id(asked.get("who", "")),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("to", "")),
        search=asked.get("q", "").strip()[:200],
    )


def _tabs(request: HttpRequest, filters: selectors.Filters) -> list[tuple[str, str, bool]]:
    rest = {name: str(value) for name, value in request.GET.items() if name not in ("status", "after") and value}
    return [
        (str(label), f"?{urlencode({**rest, **({'status': value} if value else {})})}", value == filters.status)
        for value, label in [("", _("All")), *ExpenseStatus.choices]
    ]


def _billings() -> list[tuple[str, str]]:
    return [("non_billable", _("Not billable")), ("unbilled", _("To be billed")), ("invoiced", _("Invoiced"))]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _known(value: str | None, values: Collection[str]) -> str:
    return value if value is not None and value in values else ""


def url_of(member: Membership, name: str, **names: int) -> str:
    """The address of a page of this organization."""
    return reverse(f"finance:{name}", kwargs={"organization": member.organization_id, **names})


urlpatterns: list[URLPattern | URLResolver] = [
    path("", expense_list, name="expense_list"),
    path("new/", expense_create, name="expense_create"),
    path("figures/", expense_figures, name="expense_figures"),
    path("bill/", expenses_bill, name="expenses_bill"),
    path("<id:expense>/", expense_detail, name="expense_detail"),
    path("<id:expense>/history/", expense_history, name="expense_history"),
    path("<id:expense>/edit/", expense_edit, name="expense_edit"),
    path("<id:expense>/delete/", expense_delete, name="expense_delete"),
    path("<id:expense>/receipts/", receipt_upload, name="receipt_upload"),
    path("<id:expense>/receipts/<id:receipt>/", receipt_content, name="receipt_content"),
    path("<id:expense>/receipts/<id:receipt>/shown/", receipt_shown, name="receipt_shown"),
    path("<id:expense>/receipts/<id:receipt>/delete/", receipt_delete, name="receipt_delete"),
]
