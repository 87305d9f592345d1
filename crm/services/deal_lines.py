"""The products of a deal: replaced as a whole, summed up, and told in the history in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import audit.services
from crm import amounts
from crm.access import Access, of_actor
from crm.choices import Module
from crm.events import DealUpdated
from crm.models import Deal, DealLine, Organization, Product
from crm.selectors.records import record_rows
from crm.services import record_kinds, records, stage_moves
from finsuite.kernel.actors import Actor
from finsuite.kernel.bulk import insert_many, update_many
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.money import quantize
from finsuite.kernel.records import Change, assign

WRITABLE = ("product_id", "name", "description", "quantity", "price", "discount_percent", "discount_amount")
MOST_LINES = 200

Faults = dict[str, list[str]]


@transaction.atomic
def set_lines(*, actor: Actor, deal: Deal, lines: Sequence[Mapping[str, Any]], version: str | None = None) -> Deal:
    """Give a deal these lines in place of those it has; its amount is their sum.

    Without any line, the amount stays as it is, and can be typed again. A fault is told under `lines/<place>/<field>`.
    A product that the actor may not see stays with its line, as long as there is a line of that name.
    """
    from crm.services.deals import DEALS

    locked = records.opened(DEALS, actor=actor, record=deal, version=version)
    access = of_actor(actor, locked.organization)
    drafted = draft_lines(access=access, deal=locked, lines=lines)
    held = list(locked.lines.select_related("product").order_by("position"))
    _keep_hidden(access, drafted, held)
    is_same = [_content(line) for line in drafted] == [_content(line) for line in held]
    change = Change()
    if drafted:
        stage_moves.put(locked, change, "amount", amounts.sum_of(line.total for line in drafted))
    stage_moves.put(locked, change, "has_lines", bool(drafted))
    if is_same and not change:
        return locked
    stage_moves.figure(locked, change, locked.organization.home_currency)
    locked.lines.all().delete()
    insert_many(drafted)
    locked.save(update_fields=change.fields)
    gone, come = _told(held, locked.currency), _told(drafted, locked.currency)
    audit.services.record(
        actor=actor,
        tenant=locked.organization.tenant,
        subject=locked,
        verb="updated",
        before=record_kinds.told(DEALS, change.before) | ({} if is_same else {"lines": _without(gone, come)}),
        after=record_kinds.told(DEALS, change.after) | ({} if is_same else {"lines": _without(come, gone)}),
    )
    emit(
        DealUpdated(
            actor=actor,
            organization_id=locked.organization_id,
            ids=(locked.pk,),
            fields=frozenset({*change.after, "lines"}),
        )
    )
    return locked


def add_first_lines(*, actor: Actor, organization: Organization, pairs: Sequence[tuple[Deal, Product]]) -> None:
    """Give deals that have just been made, each without lines, one of this product at the deal's amount.

    Called in the transaction that made them: what they are worth stays the same, to the cent.
    """
    lines = [
        DealLine(
            deal=deal, position=0, product=product, name=product.name, quantity=Decimal(1), price=amount, total=amount
        )
        for deal, product in pairs
        if (amount := deal.amount) is not None
    ]
    if not lines:
        return
    insert_many(lines)
    for line in lines:
        line.deal.has_lines = True
    update_many([line.deal for line in lines], ["has_lines"])
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="updated",
        changes=[(line.deal, {"lines": []}, {"lines": _told([line], line.deal.currency)}) for line in lines],
    )
    emit(
        DealUpdated(
            actor=actor,
            organization_id=organization.pk,
            ids=tuple(line.deal_id for line in lines),
            fields=frozenset({"lines"}),
        )
    )


def follow_lines(*, actor: Actor, organization: Organization, deal_id: int, without: Decimal | None = None) -> None:
    """Lines have come to a deal, or have left it: its amount is their sum, or, where none is left, `without`."""
    from crm.services.deals import DEALS

    deal = Deal.objects.of(organization).select_for_update(of=("self",)).get(pk=deal_id)
    lines = list(deal.lines.order_by("position"))
    change = Change()
    stage_moves.put(deal, change, "amount", amounts.sum_of(line.total for line in lines) if lines else without)
    stage_moves.put(deal, change, "has_lines", bool(lines))
    if not change:
        return
    stage_moves.figure(deal, change, organization.home_currency)
    deal.save(update_fields=[*change.fields, "updated_at"])
    told = _told(lines, deal.currency)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=deal,
        verb="updated",
        before=record_kinds.told(DEALS, change.before) | ({"lines": []} if told else {}),
        after=record_kinds.told(DEALS, change.after) | ({"lines": told} if told else {}),
    )
    fields = frozenset({*change.after, "lines"})
    emit(DealUpdated(actor=actor, organization_id=organization.pk, ids=(deal.pk,), fields=fields))


def let_go_of_products(actor: Actor, organization: Organization, ids: Sequence[int]) -> None:
    """Leave the lines of products that are about to be deleted with their name and price; each deal's history tells."""
    lines = DealLine.objects.filter(deal__organization=organization, product_id__in=ids)
    deals = Deal.objects.of(organization).filter(pk__in=lines.values("deal_id")).order_by("pk")
    held = deals.select_for_update(of=("self",), no_key=True).in_bulk()
    if not held:
        return
    names: dict[int, list[str]] = {}
    for deal_id, name in lines.order_by("deal_id", "position").values_list("deal_id", "name"):
        names.setdefault(deal_id, []).append(name)
    lines.update(product=None)
    update_many(list(held.values()), ["updated_at"])
    audit.services.record_many(
        actor=actor,
        tenant=organization.tenant,
        verb="updated",
        changes=[(deal, {"products_of_lines": names[key]}, {"products_of_lines": []}) for key, deal in held.items()],
    )
    fields = frozenset({"lines"})
    emit(DealUpdated(actor=actor, organization_id=organization.pk, ids=tuple(held), fields=fields))


def draft_lines(*, access: Access, deal: Deal, lines: Sequence[Mapping[str, Any]]) -> list[DealLine]:
    """The lines that these values would make, checked and summed, nothing saved."""
    if len(lines) > MOST_LINES:
        sentence = _("A deal can have at most %(limit)d lines.") % {"limit": MOST_LINES}
        raise Refused(sentence, fields={"lines": [sentence]})
    products = _products(access, lines)
    drafted = []
    faults: Faults = {}
    for place, values in enumerate(lines):
        line = DealLine(deal=deal, position=place, quantity=Decimal(1))
        said = _filled(line, values, products) or _computed(line, deal.currency)
        faults |= {f"lines/{place}/{name}": found for name, found in said.items()}
        drafted.append(line)
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)
    _check_sum(drafted)
    return drafted


def _keep_hidden(access: Access, drafted: Sequence[DealLine], held: Sequence[DealLine]) -> None:
    """Whoever reads a line without its product and writes it back means no change."""
    hidden: dict[str, list[int]] = {}
    for line in held:
        if line.product is not None and not access.sees(Module.PRODUCTS, line.product.owner_id):
            hidden.setdefault(line.name, []).append(line.product.pk)
    for line in drafted:
        if line.product_id is None and hidden.get(line.name):
            line.product_id = hidden[line.name].pop(0)


def _products(access: Access, lines: Iterable[Mapping[str, Any]]) -> dict[int, Product]:
    wanted = {values.get("product_id") for values in lines}
    ids = [key for key in wanted if type(key) is int and 0 < key < 2**63]
    if not ids:
        return {}
    return dict(record_rows(access, Module.PRODUCTS).in_bulk(ids))


def _filled(line: DealLine, values: Mapping[str, Any], products: Mapping[int, Product]) -> Faults:
    """Set the values; what a product knows fills in what was left out."""
    product_id = values.get("product_id")
    product = products.get(product_id) if type(product_id) is int else None
    if product_id is not None and product is None:
        return {"product_id": [_("There is no such product in this organization.")]}
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    if product is not None:
        given.setdefault("name", product.name)
        if product.currency == line.deal.currency and product.unit_price is not None:
            given.setdefault("price", product.unit_price)
    try:
        assign(line, given, allowed=WRITABLE)
    except Refused as refused:
        return refused.fields
    missing = [name for name in ("name", "price") if getattr(line, name) in (None, "")]
    return {name: [_("%(field)s is required.") % {"field": _label(name)}] for name in missing}


def _computed(line: DealLine, currency: str) -> Faults:
    """Round the price, judge the line as a whole, and say what it comes to."""
    line.price = quantize(line.price, currency)
    if fault := _fault(line, currency):
        return fault
    try:
        line.total = amounts.line_total(_pure(line), currency)
    except amounts.TooLarge:
        return {"price": [_("This line comes to more than can be kept.")]}
    return {}


def _fault(line: DealLine, currency: str) -> Faults:
    if line.quantity <= 0:
        return {"quantity": [_("The quantity must be above zero.")]}
    if line.price < 0:
        return {"price": [_("The price can't be negative.")]}
    percent, off = line.discount_percent, line.discount_amount
    if percent is not None and off is not None:
        return {"discount_amount": [_("Give the discount in percent or as an amount, not both.")]}
    if percent is not None and not 0 <= percent <= 100:
        return {"discount_percent": [_("A discount lies between 0 and 100 percent.")]}
    if off is not None and not 0 <= off <= amounts.line_gross(_pure(line), currency):
        return {"discount_amount": [_("The discount can't be more than the line comes to.")]}
    return {}


def _pure(line: DealLine) -> amounts.Line:
    return amounts.Line(line.quantity, line.price, line.discount_percent, line.discount_amount)


def _check_sum(lines: Sequence[DealLine]) -> None:
    try:
        amounts.sum_of(line.total for line in lines)
    except amounts.TooLarge:
        sentence = _("The lines come to more than can be kept.")
        raise Refused(sentence, code="too_large", fields={"lines": [sentence]}) from None


def _content(line: DealLine) -> tuple[Any, ...]:
    return (*(getattr(line, name) for name in WRITABLE), line.total)


def _told(lines: Iterable[DealLine], currency: str) -> list[str]:
    """Each line in a form that every reader understands, whatever their language."""
    return [_words(line, currency) for line in lines]


def _words(line: DealLine, currency: str) -> str:
    off = ""
    if line.discount_percent is not None:
        off = f" − {_plain(line.discount_percent)} %"
    elif line.discount_amount is not None:
        off = f" − {_plain(line.discount_amount)}"
    total = quantize(line.total, currency)
    return f"{line.name}: {_plain(line.quantity)} × {_plain(line.price)}{off} = {total} {currency}"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _without(these: Sequence[str], others: Sequence[str]) -> list[str]:
    rest = list(others)
    kept = []
    for words in these:
        if words in rest:
            rest.remove(words)
        else:
            kept.append(words)
    return kept


def _label(name: str) -> str:
    column: models.Field[Any, Any] = DealLine._meta.get_field(name)  # type: ignore[assignment]
    return str(capfirst(str(column.verbose_name)))
