"""The pages of expense reports: the list, one report with what is in it, and every verb on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access, workflow
from finance.choices import Extended, ReportStatus
from finance.models import ExpenseReport, Membership
from finance.rights import Right, allows
from finance.selectors import expenses as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.days import today
from finance.services import expense_reports as services
from finance.ui.custom_filters import custom_filters
from finance.ui.expense_forms import ReimburseForm, RejectForm, ReportForm
from finance.ui.expenses import SIZE, TONES, history_of, url_of
from finance.ui.pages import actor_of, add_refusal, page, show
from finance.wording import REPORT_BUTTONS
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError, NotFound
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

ICONS = {"submit": "send", "recall": "undo-2", "approve": "circle-check", "reject": "circle-x", "reimburse": "banknote"}
ASKING = {"reject": RejectForm, "reimburse": ReimburseForm}


@dataclass(frozen=True)
class Button:
    """A move that the reader may make, as it is drawn."""

    verb: str
    label: str
    icon: str
    asks: bool  # in a dialog
    kind: str


@page(Right.VIEW)
def report_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The reports that the member may see; htmx gets the next rows alone."""
    status = request.GET.get("status", "")
    status = status if status in ReportStatus.values else ""
    after = request.GET.get("after", "")
    custom = custom_filters(request, member.organization, Extended.EXPENSE_REPORTS)
    found = custom.apply(selectors.reports(member, status))
    rows, following = selectors.report_slice(found, after=after, size=SIZE)
    context: dict[str, Any] = {
        "rows": [(row, TONES[row.status]) for row in rows],
        "after": following,
        "sees_all": selectors.sees_all(member),
    }
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/expense_reports/more.html", context)
    tabs = [
        (str(label), f"?{urlencode({**custom.query, **({'status': value} if value else {})})}", value == status)
        for value, label in [("", _("All")), *ReportStatus.choices]
    ]
    context |= {"tabs": tabs, "status": status, "custom": custom, "columns": 7 + context["sees_all"]}
    return show(request, member, "finance/expense_reports/list.html", context)


@page(Right.VIEW)
def report_detail(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """One report: what is in it, and what can be done with it."""
    return _detail(request, member, access.expense_report(member, report))


@page(Right.VIEW)
def report_history(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """What was done to a report."""
    record = access.expense_report(member, report)
    return _record(request, member, record, "history", history_of(member, record, Extended.EXPENSE_REPORTS))


@never_cache
@page(Right.EXPENSES_EDIT, "GET", "POST")
def report_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new report, of what one has spent that no report holds yet."""
    form = ReportForm(request.POST if request.method == "POST" else None, organization=member.organization)
    picked = _picked(request)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_report(
                    actor=actor_of(request),
                    organization=member.organization,
                    values=form.values(),
                    expense_ids=picked,
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(number)s is begun.") % {"number": made.number})
                return redirect(url_of(member, "expense_report_detail", report=made.pk))
    free = list(selectors.free_of(member)[: services.MOST_EXPENSES])
    ticked = picked if form.is_bound else {row.pk for row in free}
    context = {"form": form, "free": [(row, row.pk in ticked) for row in free]}
    return show(request, member, "finance/expense_reports/form.html", context, status=status)


@never_cache
@page(Right.EXPENSES_EDIT, "GET", "POST")
def report_edit(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """What a report is called, to be changed."""
    record = access.expense_report(member, report)
    form = ReportForm(
        request.POST if request.method == "POST" else None, instance=record, organization=member.organization
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = services.update_report(
                    actor=actor_of(request),
                    report=record,
                    values=form.values(),
                    version=request.POST.get("version"),
                )
            except DomainError as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("%(number)s is saved.") % {"number": saved.number})
                return redirect(url_of(member, "expense_report_detail", report=saved.pk))
    version = request.POST.get("version") or version_of(record)
    context = {"form": form, "report": record, "version": version}
    return show(request, member, "finance/expense_reports/form.html", context, status=status)


@page(Right.EXPENSES_EDIT, "POST")
def report_expenses(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """Put the chosen expenses into a report, or take them out."""
    record = access.expense_report(member, report)
    held, picked = set(record.expenses.values_list("pk", flat=True)), _picked(request)
    wanted = held - picked if request.POST.get("act") == "remove" else held | picked
    services.set_expenses(
        actor=actor_of(request), report=record, expense_ids=wanted, version=request.POST.get("version")
    )
    messages.success(request, _("%(number)s is saved.") % {"number": record.number})
    return redirect(url_of(member, "expense_report_detail", report=record.pk))


@page(Right.EXPENSES_EDIT, "POST")
def report_move(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """Take a report where the pressed button leads. What the dialog asked and was not told is asked again."""
    record = access.expense_report(member, report)
    verb = request.POST.get("verb", "")
    if verb not in {move.verb for move in workflow.EXPENSE_REPORT.moves}:
        raise NotFound(_("There is no such move."))
    form = ASKING[verb](request.POST) if verb in ASKING else None
    if form is not None and not form.is_valid():
        return _detail(request, member, record, {verb: form}, status=422)
    given = form.cleaned_data if form is not None else {}
    try:
        moved = services.move_report(
            actor=actor_of(request), report=record, verb=verb, version=request.POST.get("version"), **given
        )
    except DomainError as refusal:
        if form is None or not getattr(refusal, "fields", None):
            raise
        return _detail(request, member, record, {verb: form}, status=add_refusal(form, refusal))
    told = {"number": moved.number, "status": moved.get_status_display()}
    messages.success(request, _("%(number)s: %(status)s.") % told)
    return redirect(url_of(member, "expense_report_detail", report=moved.pk))


@page(Right.EXPENSES_EDIT, "POST")
def report_delete(request: HttpRequest, member: Membership, report: int) -> HttpResponse:
    """Delete a report that isn't handed in; its expenses stay."""
    record = access.expense_report(member, report)
    services.delete_report(actor=actor_of(request), report=record, version=request.POST.get("version"))
    messages.success(
        request, _("%(number)s is deleted. Its expenses are unreported again.") % {"number": record.number}
    )
    return redirect(url_of(member, "expense_report_list"))


def _detail(
    request: HttpRequest,
    member: Membership,
    report: ExpenseReport,
    forms: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    forms = forms or {}
    free = selectors.unreported(report)[: services.MOST_EXPENSES] if _may_change(member, report) else ()
    context: dict[str, Any] = {
        "rows": list(selectors.of_report(report)),
        "free": [(row, False) for row in free],
        "asked": next(iter(forms), ""),
        "custom_facts": facts(
            custom_fields(member.organization, Extended.EXPENSE_REPORTS),
            report.custom,
            member.organization.base_currency,
        ),
        **{f"{verb}_form": form for verb, form in forms.items()},
    }
    return _record(request, member, report, "detail", context, status=status)


def _record(
    request: HttpRequest,
    member: Membership,
    report: ExpenseReport,
    tab: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    known = {
        "report": report,
        "tone": TONES[report.status],
        "buttons": _buttons(request, member, report),
        "may_change": _may_change(member, report),
        "version": version_of(report),
        "reject_form": RejectForm(),
        "reimburse_form": ReimburseForm(initial={"paid_on": today(member.organization)}),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/expense_reports/{tab}.html", {**known, **context}, status=status)


def _may_change(member: Membership, report: ExpenseReport) -> bool:
    return allows(member.role, Right.EXPENSES_EDIT) and report.status in services.EDITABLE


def _buttons(request: HttpRequest, member: Membership, report: ExpenseReport) -> list[Button]:
    if not allows(member.role, Right.EXPENSES_EDIT):
        return []
    verbs = services.verbs(actor_of(request), report)
    leading = next((verb for verb in ("approve", "reimburse", "submit") if verb in verbs), "")
    return [
        Button(verb, str(REPORT_BUTTONS[verb]), ICONS[verb], verb in ASKING, "primary" if verb == leading else "")
        for verb in sorted(verbs, key=lambda verb: verb == leading)
    ]


def _picked(request: HttpRequest) -> set[int]:
    return {pk for text in request.POST.getlist("expense") if (pk := read_id(text)) is not None}


urlpatterns: list[URLPattern | URLResolver] = [
    path("", report_list, name="expense_report_list"),
    path("new/", report_create, name="expense_report_create"),
    path("<id:report>/", report_detail, name="expense_report_detail"),
    path("<id:report>/history/", report_history, name="expense_report_history"),
    path("<id:report>/edit/", report_edit, name="expense_report_edit"),
    path("<id:report>/expenses/", report_expenses, name="expense_report_expenses"),
    path("<id:report>/move/", report_move, name="expense_report_move"),
    path("<id:report>/delete/", report_delete, name="expense_report_delete"),
]
