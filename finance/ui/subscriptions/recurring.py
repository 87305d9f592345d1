"""The pages of recurring invoices: the list, one of them with what it has made, the form with its live total."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from finance import access, workflow
from finance.choices import Extended, RecurringStatus
from finance.models import Membership, RecurringInvoice
from finance.rights import Right
from finance.selectors import subscriptions as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.days import today
from finance.services import recurring_invoices as services
from finance.services.rehearsing import rehearse_invoice
from finance.ui.custom_filters import custom_filters
from finance.ui.documents.shown import shown
from finance.ui.pages import actor_of, page, show
from finance.ui.subscriptions.recurring_forms import RecurringEditor
from finance.ui.subscriptions.shown import TONES, every, next_made
from finance.ui.subscriptions.subscriptions import buttons_of, customer_named, history_of, status_tabs
from finsuite.kernel.custom_fields.drawing import facts
from finsuite.kernel.errors import DomainError, NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import once, one_time_key
from finsuite.kernel.versions import version_of

SIZE = 50
MOST_MADE = 120
FILTERS = ("q", "status", "customer")


@page(Right.VIEW)
def recurring_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """The recurring invoices that pass the filters; htmx gets the next rows alone."""
    status = request.GET.get("status", "")
    filters = selectors.Filters(
        status=status if status in RecurringStatus.values else "",
        customer_id=read_id(request.GET.get("customer", "")),
        search=request.GET.get("q", "").strip()[:200],
    )
    after = request.GET.get("after", "")
    custom = custom_filters(request, member.organization, Extended.RECURRING_INVOICES)
    found = custom.apply(selectors.recurring_invoices(member.organization, filters))
    rows, following = selectors.slice_of(found, after=after, size=SIZE)
    context: dict[str, Any] = {"rows": [(one, _tone(one), every(one)) for one in rows], "after": following}
    if request.htmx and after:  # type: ignore[attr-defined]
        return show(request, member, "finance/recurring/more.html", context)
    query = {name: str(value) for name, value in request.GET.items() if name in FILTERS and value} | custom.query
    context |= {
        "filters": filters,
        "custom": custom,
        "tabs": status_tabs(RecurringStatus.choices, filters.status, query),
    }
    return show(request, member, "finance/recurring/list.html", context)


@page(Right.VIEW)
def recurring_detail(request: HttpRequest, member: Membership, recurring: int) -> HttpResponse:
    """One recurring invoice: what comes next, what each invoice says, and those that were made."""
    found = access.recurring_invoice(member.organization, recurring)
    day = today(member.organization)
    invoices = list(selectors.invoices_made(found)[:MOST_MADE])
    for invoice in invoices:
        invoice.organization = member.organization
    draft, fault = None, ""
    lines: list[Any] = []
    try:
        values = {**found.content["values"], **({"date": found.next_on} if found.next_on else {})}
        draft, lines = rehearse_invoice(organization=member.organization, values=values, lines=found.content["lines"])
    except Refused as refused:
        fault = next(iter(refused.fields.values()), [refused.message])[0]
    context = {
        "coming": next_made(found, day),
        "coming_fault": fault,
        "custom_facts": facts(
            custom_fields(member.organization, Extended.RECURRING_INVOICES), found.custom, found.currency
        ),
        "draft": draft,
        "lines": lines,
        "made": [(invoice, shown(invoice, day)) for invoice in invoices],
    }
    return _record(request, member, found, "detail", context)


@page(Right.VIEW)
def recurring_history(request: HttpRequest, member: Membership, recurring: int) -> HttpResponse:
    """What was done to a recurring invoice, by people and by days."""
    found = access.recurring_invoice(member.organization, recurring)
    return _record(request, member, found, "history", history_of(member, found, Extended.RECURRING_INVOICES))


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def recurring_create(request: HttpRequest, member: Membership) -> HttpResponse:
    """A new recurring invoice. What is due by today is made at once."""
    organization = member.organization
    editor = RecurringEditor(request, member, None)
    if request.method == "POST" and not editor.wants_line and editor.is_valid():
        try:
            with once(member.user_id, request.POST.get("once", "")) as is_first:
                if not is_first:
                    return redirect("finance:recurring_list", organization=organization.pk)
                made = services.create_recurring_invoice(
                    actor=actor_of(request),
                    organization=organization,
                    values=editor.form.calendar(),
                    invoice=editor.invoice(),
                    lines=editor.rows(),
                )
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("The recurring invoice %(number)s is created.") % {"number": made.number})
            return redirect("finance:recurring_detail", organization=organization.pk, recurring=made.pk)
    return _form(request, member, editor)


@never_cache
@page(Right.SALES_EDIT, "GET", "POST")
def recurring_edit(request: HttpRequest, member: Membership, recurring: int) -> HttpResponse:
    """The calendar and what the next invoices say, to be changed."""
    found = access.recurring_invoice(member.organization, recurring)
    editor = RecurringEditor(request, member, found)
    if request.method == "POST" and not editor.wants_line and editor.is_valid():
        try:
            services.update_recurring_invoice(
                actor=actor_of(request),
                recurring=access.recurring_invoice(member.organization, recurring),
                values=editor.form.calendar(),
                invoice=editor.invoice(),
                lines=editor.rows(),
                version=editor.version,
            )
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("The recurring invoice %(number)s is saved.") % {"number": found.number})
            return redirect("finance:recurring_detail", organization=member.organization_id, recurring=found.pk)
    return _form(request, member, editor)


@page(Right.SALES_EDIT, "POST")
def recurring_total(request: HttpRequest, member: Membership) -> HttpResponse:
    """What an invoice of what is typed so far would come to."""
    known = read_id(request.POST.get("recurring", ""))
    found = None if known is None else access.recurring_invoice(member.organization, known)
    return show(request, member, "finance/recurring/total.html", _total(RecurringEditor(request, member, found)))


@page(Right.SALES_EDIT, "POST")
def recurring_move(request: HttpRequest, member: Membership, recurring: int) -> HttpResponse:
    """Stop it, or let it go on."""
    found = access.recurring_invoice(member.organization, recurring)
    verb = request.POST.get("verb", "")
    if verb not in {move.verb for move in workflow.RECURRING_INVOICE.moves} - workflow.OF_DAYS:
        raise NotFound(_("There is no such move."))
    moved = services.move_recurring_invoice(
        actor=actor_of(request), recurring=found, verb=verb, version=request.POST.get("version")
    )
    told = {"number": moved.number, "status": moved.get_status_display()}
    messages.success(request, _("%(number)s: %(status)s.") % told)
    return redirect("finance:recurring_detail", organization=member.organization_id, recurring=moved.pk)


@page(Right.SALES_DELETE, "POST")
def recurring_delete(request: HttpRequest, member: Membership, recurring: int) -> HttpResponse:
    """Make no more invoices, and forget the calendar."""
    found = access.recurring_invoice(member.organization, recurring)
    services.delete_recurring_invoice(actor=actor_of(request), recurring=found, version=request.POST.get("version"))
    messages.success(request, _("%(number)s is deleted.") % {"number": found.number})
    return redirect("finance:recurring_list", organization=member.organization_id)


def _tone(recurring: RecurringInvoice) -> str:
    return TONES.get(recurring.status, "off")


def _record(
    request: HttpRequest, member: Membership, recurring: RecurringInvoice, tab: str, context: dict[str, Any]
) -> HttpResponse:
    known = {
        "recurring": recurring,
        "tone": _tone(recurring),
        "every": every(recurring),
        "buttons": buttons_of(workflow.RECURRING_INVOICE, recurring.status),
        "version": version_of(recurring),
        f"{tab}_is_current": True,
    }
    return show(request, member, f"finance/recurring/{tab}.html", {**known, **context})


def _total(editor: RecurringEditor) -> dict[str, Any]:
    draft, fault = editor.total() if editor.data is not None else (None, "")
    return {"draft": draft, "total_fault": fault}


def _form(request: HttpRequest, member: Membership, editor: RecurringEditor) -> HttpResponse:
    context = {
        "editor": editor,
        "form": editor.form,
        "recurring": editor.recurring,
        "version": editor.version,
        "once": one_time_key(),
        "customer": customer_named(member, editor.form["customer"].value()),
    }
    if request.htmx and editor.wants_line:  # type: ignore[attr-defined]
        return show(request, member, "finance/recurring/lines.html", context)
    return show(request, member, "finance/recurring/form.html", context, status=editor.status)
