"""Writing expenses: what was spent. People write their own; who approves writes everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance import access, totals
from finance.access import require
from finance.choices import ExpenseStatus, Extended
from finance.events import DocumentCreated, DocumentDeleted, DocumentUpdated
from finance.models import Expense, ExpenseCategory, ExpenseReport, Membership, Organization
from finance.rights import Right, allows
from finance.selectors.custom_fields import fields_to_write
from finance.selectors.days import today
from finance.selectors.taxes import resolve
from finance.services import numbering
from finance.services.attachments import forget_files
from finance.services.drafting import rate_of
from finance.services.expense_totals import refresh
from finance.wording import FAULTS
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import decimals, quantize
from finsuite.kernel.records import assign
from finsuite.kernel.terms import searchable
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {
        *("date", "category_id", "spender_id", "paid_through", "vendor_id", "reference", "description"),
        *("currency", "exchange_rate", "amount", "tax_id", "is_tax_inclusive"),
        *("distance", "distance_unit", "distance_rate"),
        *("is_billable", "markup", "customer_id", "deal_id", "project_id"),
    }
)
OF_FIGURES = frozenset(
    {
        *("date", "currency", "exchange_rate", "amount", "tax_id", "is_tax_inclusive"),
        *("distance", "distance_unit", "distance_rate"),
    }
)
"""What an expense's figures follow from."""

OPEN = (ExpenseStatus.UNREPORTED, ExpenseStatus.DRAFT, ExpenseStatus.REJECTED)


@transaction.atomic
def create_expense(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Expense:
    """Note an expense. Of a distance at a rate the amount is computed; else it is as typed, with tax or without."""
    require(actor, organization, Right.EXPENSES_EDIT)
    custom = fields_to_write(actor, organization, Extended.EXPENSES, values)
    values, extra = custom.split(values)
    expense = Expense(
        organization=organization,
        date=today(organization),
        currency=values.get("currency") or organization.base_currency,
    )
    if actor.user_id is not None:
        expense.spender_id = actor.user_id
    change = assign(expense, {name: value for name, value in values.items() if value is not None}, allowed=WRITABLE)
    if values.get("exchange_rate") is None:
        expense.exchange_rate = rate_of(organization, expense.currency, expense.date)
    _check(actor, expense)
    change = change.and_(custom.apply(expense, extra, currency=expense.currency))
    (expense.number,) = numbering.take(organization=organization, series="expense")
    _set_search(expense)
    with custom.saving(expense):
        expense.save(force_insert=True)
    after = {**change.after, "number": expense.number, "total": expense.total}
    audit.services.record(actor=actor, tenant=organization.tenant, subject=expense, verb="created", after=after)
    emit(DocumentCreated(**facts_of(expense, actor)))
    return expense


@transaction.atomic
def update_expense(*, actor: Actor, expense: Expense, values: Mapping[str, Any], version: str | None = None) -> Expense:
    """Change an expense that isn't handed in, or was rejected."""
    require(actor, expense.organization, Right.EXPENSES_EDIT)
    expense = lock(expense)
    require_version(expense, version)
    require_own(actor, expense)
    require_open(expense)
    custom = fields_to_write(actor, expense.organization, Extended.EXPENSES, values)
    own, extra = custom.split(values)
    change = assign(expense, own, allowed=WRITABLE)
    change = change.and_(custom.apply(expense, extra, currency=expense.currency))
    if not change:
        return expense
    if "spender_id" in change.after and expense.report_id:
        sentence = _("Take %(number)s out of its report before it becomes somebody else’s.")
        raise Refused(
            sentence % {"number": expense.number}, fields={"spender_id": [sentence % {"number": expense.number}]}
        )
    if "currency" in change and "exchange_rate" not in change:
        expense.exchange_rate = rate_of(expense.organization, expense.currency, expense.date)
    _check(actor, expense)
    _set_search(expense)
    with custom.saving(expense):
        expense.save()
    _restate(expense.report)
    audit.services.record(
        actor=actor,
        tenant=expense.organization.tenant,
        subject=expense,
        verb="updated",
        before=change.before,
        after=change.after,
    )
    emit(DocumentUpdated(**facts_of(expense, actor), fields=frozenset(change.after)))
    return expense


@transaction.atomic
def delete_expense(*, actor: Actor, expense: Expense, version: str | None = None) -> None:
    """Delete an expense that isn't handed in. Its number is not given again."""
    require(actor, expense.organization, Right.EXPENSES_EDIT)
    expense = lock(expense)
    require_version(expense, version)
    require_own(actor, expense)
    require_open(expense)
    facts = facts_of(expense, actor)
    before = {name: getattr(expense, name) for name in sorted(WRITABLE) if getattr(expense, name) not in ("", None)}
    before |= named(expense.custom)
    audit.services.record(
        actor=actor, tenant=expense.organization.tenant, subject=expense, verb="deleted", before=before
    )
    report = expense.report
    forget_files(actor, expense)
    expense.delete()
    _restate(report)
    emit(DocumentDeleted(**facts))


def figures(*, organization: Organization, values: Mapping[str, Any]) -> Expense:
    """What an expense of these values would come to; nothing is saved, and what is no figure is not looked at."""
    expense = Expense(organization=organization, date=today(organization), currency=organization.base_currency)
    assign(expense, {name: value for name, value in values.items() if value is not None}, allowed=OF_FIGURES)
    if values.get("exchange_rate") is None:
        expense.exchange_rate = rate_of(organization, expense.currency, expense.date)
    faults: dict[str, list[str]] = {}
    _set_mileage(expense, faults)
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    _compute(expense)
    return expense


def is_open(expense: Expense) -> bool:
    """Whether it can still be changed: it isn't handed in, or was rejected, and nobody was billed for it."""
    return expense.status in OPEN and not expense.is_invoiced


def lock(expense: Expense) -> Expense:
    """The same expense as it is now, held until this transaction ends; and its report before it, as reports do."""
    reports = ExpenseReport.objects.of(expense.organization_id).select_for_update(of=("self",))
    report = reports.filter(pk=expense.report_id).first() if expense.report_id else None
    rows = Expense.objects.of(expense.organization_id).select_for_update(of=("self",))
    found = rows.filter(pk=expense.pk).first()
    if found is None:
        raise NotFound(_("There is no such expense."))
    if found.report_id and found.report_id != expense.report_id:
        raise Conflict(_("Somebody has just put %(number)s into a report.") % {"number": found.number}, code="stale")
    found.organization = expense.organization
    if found.report_id:
        found.report = report
    return found


def _restate(report: ExpenseReport | None) -> None:
    """A report comes to what its expenses come to."""
    if report is not None and refresh(report):
        report.save(update_fields=["total_base", "reimbursable_base", "updated_at"])


def facts_of(record: Any, actor: Actor) -> dict[str, Any]:
    """What every event of an expense or of a report tells."""
    return {
        "organization_id": record.organization_id,
        "actor": actor,
        "kind": record.kind.value,
        "record_id": record.pk,
        "deal_id": getattr(record, "deal_id", None),
        "project_id": getattr(record, "project_id", None),
    }


def may_approve(actor: Actor, organization: Organization) -> bool:
    """Whether the actor approves expenses, and so sees and writes everybody's."""
    if actor.via is Via.SYSTEM and actor.user_id is None:
        return True
    if actor.user_id is None:
        return False
    role = Membership.objects.of(organization).filter(user_id=actor.user_id).values_list("role", flat=True).first()
    return role is not None and allows(role, Right.EXPENSES_APPROVE)


def require_own(actor: Actor, expense: Expense) -> None:
    """Somebody else's expense is as if absent, except to those who approve."""
    if expense.spender_id != actor.user_id and not may_approve(actor, expense.organization):
        raise NotFound(_("There is no such expense."))


def require_open(expense: Expense) -> None:
    """Refuse unless the expense can still be changed."""
    if expense.status not in OPEN:
        sentence = _("%(number)s is in a report that was handed in. Recall the report to change it.")
        raise Refused(sentence % {"number": expense.number}, code="not_editable")
    if expense.is_invoiced:
        sentence = _("%(number)s is invoiced to the customer, and can't be changed any more.")
        raise Refused(sentence % {"number": expense.number}, code="invoiced")


def _check(actor: Actor, expense: Expense) -> None:
    """What an expense names must be there, and its figures are computed."""
    organization = expense.organization
    faults = _faults(expense)
    _set_mileage(expense, faults)
    if not faults and expense.amount <= 0:
        faults["amount"] = [_("An amount is greater than zero.")]
    elif not faults and quantize(expense.amount, expense.currency) != expense.amount:
        faults["amount"] = [_("%(currency)s does not have so many decimals.") % {"currency": expense.currency}]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    for name in ("customer", "vendor"):
        if (pk := getattr(expense, f"{name}_id")) is not None:
            access.referred_party(organization, name, pk, field=f"{name}_id")
    if expense.spender_id != actor.user_id and not may_approve(actor, organization):
        raise NotPermitted(_("You can only note what you have spent yourself."))
    _compute(expense)


def _faults(expense: Expense) -> dict[str, list[str]]:
    organization, faults = expense.organization, dict[str, list[str]]()
    if not expense.category_id:
        faults["category_id"] = [_("Choose what the money was spent on.")]
    elif not ExpenseCategory.objects.of(organization).filter(pk=expense.category_id).exists():
        faults["category_id"] = [_("There is no such category.")]
    if not Membership.objects.of(organization).filter(user_id=expense.spender_id).exists():
        faults["spender_id"] = [_("Money is spent by a member of %(name)s.") % {"name": organization}]
    if expense.is_billable and not expense.customer_id:
        faults["customer_id"] = [_("Say whom it is billed on to.")]
    if expense.markup is not None and expense.markup < 0:
        faults["markup"] = [_("This can't be below zero.")]
    if expense.exchange_rate <= 0:
        faults["exchange_rate"] = [_("A rate is greater than zero.")]
    elif expense.currency == organization.base_currency and expense.exchange_rate != 1:
        faults["exchange_rate"] = [_("The rate of the base currency is 1.")]
    return faults


def _set_mileage(expense: Expense, faults: dict[str, list[str]]) -> None:
    """A distance at a rate is an amount."""
    given = (expense.distance, expense.distance_rate)
    if given == (None, None):
        expense.distance_unit = ""
        return
    for name, value in zip(("distance", "distance_rate"), given, strict=True):
        if value is None or value <= 0:
            faults[name] = [_("Of a distance, both the distance and its rate are given, above zero.")]
    if not expense.distance_unit:
        faults["distance_unit"] = [_("Say whether these are kilometres or miles.")]
    if not faults:
        exact = (expense.distance or Decimal(0)) * (expense.distance_rate or Decimal(0))
        expense.amount = quantize(exact, expense.currency)


def _compute(expense: Expense) -> None:
    """Net, tax and total, by the arithmetic of documents: an expense is a document of one line."""
    found = resolve(expense.organization, [expense.tax_id]) if expense.tax_id else {}
    if expense.tax_id and expense.tax_id not in found:
        sentence = _("There is no such tax.")
        raise Refused(sentence, code="not_found", fields={"tax_id": [sentence]})
    taxes = found.get(expense.tax_id or 0, ())
    rules = totals.Rules(
        currency=expense.currency, price_precision=decimals(expense.currency), is_tax_inclusive=expense.is_tax_inclusive
    )
    try:
        figures = totals.compute([totals.Line(Decimal(1), expense.amount, taxes=taxes)], rules)
        base = totals.to_base(figures, expense.exchange_rate, expense.organization.base_currency)
    except totals.Faulty as faulty:
        sentence = str(FAULTS[faulty.code])
        raise Refused(sentence, code=faulty.code, fields={"amount": [sentence]}) from faulty
    expense.total, expense.tax_total = figures.total, figures.tax_total
    expense.net = figures.total - figures.tax_total
    expense.total_base, expense.tax_total_base = base.total, base.tax_total
    expense.net_base = base.total - base.tax_total
    expense.taxes = [
        {"key": row.key, "name": row.name, "rate": str(row.rate), "is_compound": row.is_compound}
        | {"taxable": str(row.taxable), "amount": str(row.amount)}
        | {"taxable_base": str(in_base.taxable), "amount_base": str(in_base.amount)}
        for row, in_base in zip(figures.taxes, base.taxes, strict=True)
    ]


def _set_search(expense: Expense) -> None:
    expense.search_text = searchable((expense.number, expense.reference, expense.description))
