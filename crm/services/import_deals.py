"""What the product column of a file of deals means: each deal that is created has one line, of that product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.access import Access
from crm.choices import Module
from crm.imports.judge import CREATE, REFUSE, Decision
from crm.models import Product
from crm.selectors.records import record_rows
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.money import quantize


def take_products(access: Access, decided: Sequence[Decision]) -> dict[int, Product]:
    """Take the products out of the decisions, and answer those of new deals: by the decision's id().

    A row without an amount takes the product's price, if that is in the deal's currency; else it is refused.
    A deal that is there already keeps its lines.
    """
    named = {id(decision): decision.values.pop("product_id", None) for decision in decided}
    wanted = {key for key in named.values() if key is not None}
    if not wanted:
        return {}
    products: Mapping[int, Product] = dict(record_rows(access, Module.PRODUCTS).in_bulk(wanted))
    currencies = _currencies(access, decided)
    found: dict[int, Product] = {}
    for decision in decided:
        product = products.get(named[id(decision)] or 0)
        if product is None or decision.outcome != CREATE:
            continue
        if decision.values.get("amount") is None:
            currency = decision.values.get("currency") or currencies.get(
                decision.values.get("account_id"), access.organization.home_currency
            )
            if product.unit_price is None or product.currency != currency:
                decision.outcome = REFUSE
                decision.problems.append(Problem("no_price", "product", {"currency": currency}))
                continue
            decision.values["amount"] = quantize(product.unit_price, currency)
        found[id(decision)] = product
    return found


def _currencies(access: Access, decided: Sequence[Decision]) -> dict[int | None, str]:
    """The currencies that deals take over from their accounts."""
    rows = [decision.values for decision in decided if not decision.values.get("currency")]
    ids = {values["account_id"] for values in rows if values.get("account_id") is not None}
    if not ids:
        return {}
    return dict(record_rows(access, Module.ACCOUNTS).filter(pk__in=ids).values_list("pk", "currency"))
