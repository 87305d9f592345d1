"""Lines of bills that customers are billed for: those marked so, once the bill is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import audit.services
from finance.billables import Billable, Source, register
from finance.choices import BillStatus
from finance.events import DocumentUpdated
from finance.models import Bill, BillLine, Invoice, Organization
from finance.selectors.preferences import preferences
from finance.services.documents import facts_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.events import emit

OPENED = (BillStatus.OPEN, BillStatus.PAID)


class BillLines(Source):
    """What was bought for a customer."""

    key = "bill_line"
    column = "bill_line_id"
    label = gettext_lazy("Bill")

    def unbilled(self, actor: Actor, organization: Organization, customer_id: int) -> list[Billable]:
        rows = _of(organization).filter(customer_id=customer_id, is_billable=True, is_invoiced=False)
        rows = rows.filter(document__status__in=OPENED).order_by("document__date", "document_id", "position", "pk")
        return list(_told(organization, rows).values())

    def read(self, actor: Actor, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        return _told(organization, _of(organization).filter(pk__in=ids))

    def hold(self, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        """The bills before their lines, as whoever changes a bill does."""
        bills = Bill.objects.of(organization).select_for_update(of=("self",))
        keys = BillLine.objects.filter(pk__in=ids).values("document_id")
        list(bills.filter(pk__in=keys).order_by("pk").values_list("pk"))
        rows = _of(organization).filter(pk__in=ids).order_by("pk")
        return _told(organization, rows.select_for_update(of=("self",)))

    def book(self, actor: Actor, invoice: Invoice, ids: Collection[int], *, verb: str) -> None:
        is_invoiced = verb == "invoice"
        BillLine.objects.filter(pk__in=ids).update(is_invoiced=is_invoiced)
        bills: dict[int, tuple[Bill, list[str]]] = {}
        for line in _of(invoice.organization).filter(pk__in=ids).order_by("document_id", "position", "pk"):
            bills.setdefault(line.document_id, (line.document, []))[1].append(str(line))
        changes: list[tuple[Model, Mapping[str, Any], Mapping[str, Any]]] = []
        for bill, names in bills.values():
            told = {"invoice": invoice.number, "lines": names}
            changes.append((bill, {}, told) if is_invoiced else (bill, told, {}))
            bill.organization = invoice.organization
            bill.save(update_fields=["updated_at"])
            emit(DocumentUpdated(**facts_of(bill, actor), fields=frozenset({"lines"})))
        audit.services.record_many(actor=actor, tenant=invoice.organization.tenant, verb=verb, changes=changes)


def _of(organization: Organization) -> QuerySet[BillLine]:
    return BillLine.objects.filter(document__organization=organization).select_related("document")


def _told(organization: Organization, rows: Iterable[BillLine]) -> dict[int, Billable]:
    lines = list(rows)
    markup = preferences(organization).expense_markup if lines else Decimal(0)
    return {
        line.pk: Billable(
            id=line.pk,
            customer_id=line.customer_id,
            day=line.document.date,
            label=_("%(bill)s, line %(line)d") % {"bill": line.document.number, "line": line.position + 1},
            name=line.name or line.description[:100],
            description=line.description,
            item_id=line.item_id,
            quantity=line.quantity,
            unit=line.unit,
            net=line.taxable,
            gross=line.taxable + line.tax_total,
            currency=line.document.currency,
            exchange_rate=line.document.exchange_rate,
            markup=markup,
            tax_ids=tuple(line.tax_ids),
            is_billed=line.is_invoiced,
            refusal=_refusal(line),
        )
        for line in lines
    }


def _refusal(line: BillLine) -> str:
    told = {"bill": line.document.number, "line": line}
    if not line.is_billable:
        return _("“%(line)s” of %(bill)s isn't marked as billable.") % told
    if line.document.status not in OPENED:
        return _("%(bill)s isn't open, so nobody is billed for it.") % told
    return ""


register(BillLines())
