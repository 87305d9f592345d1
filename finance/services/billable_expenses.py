"""Expenses that customers are billed for: those marked so, and approved where they are handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import audit.services
from finance.billables import Billable, Source, register
from finance.choices import ExpenseStatus
from finance.events import DocumentUpdated
from finance.models import Expense, Invoice, Organization
from finance.selectors.preferences import preferences
from finance.services.expenses import facts_of, may_approve
from finsuite.kernel import formats
from finsuite.kernel.actors import Actor
from finsuite.kernel.events import emit

NONE = Decimal(0)
PASSED = (ExpenseStatus.UNREPORTED, ExpenseStatus.APPROVED, ExpenseStatus.REIMBURSED)


class Expenses(Source):
    """What was spent for a customer."""

    key = "expense"
    column = "expense_id"
    label = gettext_lazy("Expense")

    def unbilled(self, actor: Actor, organization: Organization, customer_id: int) -> list[Billable]:
        rows = self._seen(actor, organization).filter(customer_id=customer_id, is_billable=True, is_invoiced=False)
        return list(_told(organization, rows.filter(status__in=PASSED).order_by("date", "pk")).values())

    def read(self, actor: Actor, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        return _told(organization, self._seen(actor, organization).filter(pk__in=ids))

    def hold(self, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        rows = Expense.objects.of(organization).select_related("category").filter(pk__in=ids)
        return _told(organization, rows.order_by("pk").select_for_update(of=("self",)))

    def book(self, actor: Actor, invoice: Invoice, ids: Collection[int], *, verb: str) -> None:
        is_invoiced = verb == "invoice"
        rows = Expense.objects.of(invoice.organization).filter(pk__in=ids).order_by("pk")
        rows.update(is_invoiced=is_invoiced, updated_at=timezone.now())
        expenses = list(rows)
        told: dict[str, Any] = {"invoice": invoice.number}
        audit.services.record_many(
            actor=actor,
            tenant=invoice.organization.tenant,
            verb=verb,
            changes=[(one, {}, told) if is_invoiced else (one, told, {}) for one in expenses],
        )
        for one in expenses:
            emit(DocumentUpdated(**facts_of(one, actor), fields=frozenset({"is_invoiced"})))

    def _seen(self, actor: Actor, organization: Organization) -> QuerySet[Expense]:
        """People bill what they have spent; who approves, what anybody has."""
        rows = Expense.objects.of(organization).select_related("category")
        return rows if may_approve(actor, organization) else rows.filter(spender_id=actor.user_id)


def _told(organization: Organization, rows: Iterable[Expense]) -> dict[int, Billable]:
    expenses = list(rows)
    usual = preferences(organization).expense_markup if any(one.markup is None for one in expenses) else NONE
    return {
        one.pk: Billable(
            id=one.pk,
            customer_id=one.customer_id,
            day=one.date,
            label=one.number,
            name=one.category.name,
            description=_description(one),
            net=one.net,
            gross=one.total,
            currency=one.currency,
            exchange_rate=one.exchange_rate,
            markup=usual if one.markup is None else one.markup,
            tax_ids=(one.tax_id,) if one.tax_id else (),
            is_billed=one.is_invoiced,
            refusal=_refusal(one),
        )
        for one in expenses
    }


def _description(expense: Expense) -> str:
    way = f"{formats.exact(expense.distance)} {expense.get_distance_unit_display()}" if expense.distance else ""
    return ", ".join(filter(None, [expense.description, way]))


def _refusal(expense: Expense) -> str:
    if not expense.is_billable:
        return _("%(number)s isn't marked as billable.") % {"number": expense.number}
    if expense.status not in PASSED:
        return _("%(number)s is in a report that isn't approved yet.") % {"number": expense.number}
    return ""


register(Expenses())
