"""Who gets which answer in a finance organization: view is a viewer, edit is staff, admin an administrator."""

from __future__ import annotations

from datetime import date
from typing import Any

from finance.models import Currency
from finance.services.contact_persons import create_contact_person
from finance.services.rates import add_currency, set_rate
from finance.services.tax_exemptions import create_exemption
from finance.services.zsc_keys import generate_key
from finsuite.kernel.actors import Actor
from tests import factories
from tests.api.permissions import Row, World, page, read, write

API = "/api/v1/finance/{finance}"
PAGES = "/finance/{finance}"


def _if_match(name: str) -> dict[str, str]:
    return {"If-Match": f'"{{{name}_version}}"'}


def _for_admins_key(method: str, url: str, status: int, body: Any = None) -> Row:
    """Everything about ZSC keys takes an administrator, and a key with the scope "admin"."""
    keys = {"read_key": 403, "expired_key": 401, "revoked_key": 401}
    people = {"outsider": 404, "none": 404, "view": 403, "edit": 403, "admin": status}
    return Row(method, url, {"anonymous": 401, **people, **keys}, body)


def _entity(name: str, singular: str, new: dict[str, Any], change: dict[str, Any], **expected: int) -> list[Row]:
    """The seven rows of an entity: what staff get for a change and a deletion, and administrators for a deletion."""
    one = f"{API}/{name}/{{{singular}}}"
    staff = expected.get("staff", 200)
    deletes = {"edit": expected.get("staff_deletes", 403), "admin": expected.get("admin_deletes", 204)}
    made = expected.get("admin_creates", 201)
    return [
        read(f"{API}/{name}"),
        read(one),
        read(f"{one}/history"),
        write("POST", f"{API}/{name}", body=new, edit=201 if staff == 200 else staff, admin=made),
        write("POST", f"{API}/{name}/bulk", body={"records": [new]}, edit=staff, admin=200 if made == 201 else made),
        write("PATCH", one, body=change, headers=_if_match(singular), edit=staff, admin=200),
        write("DELETE", one, headers=_if_match(singular), **deletes),
    ]


def _one(name: str) -> list[Row]:
    """What there is one of in an organization."""
    url = f"{API}/{name}"
    change = {"website": "example.com"} if name == "organization" else {"has_shipping": False}
    version = _if_match("finance" if name == "organization" else "preferences")
    return [read(url), write("PATCH", url, body=change, headers=version, edit=403, admin=200)]


def _versioned(record: str, /, **typed: str) -> dict[str, str]:
    """What a form sends of a record that it was opened with."""
    return {**typed, "version": f"{{{record}_version}}"}


def _pages_of(name: str, singular: str) -> list[Row]:
    """The pages of a kind of record that staff may edit and accountants may delete."""
    one = f"{PAGES}/{name}/{{{singular}}}"
    return [
        page(f"{PAGES}/{name}/"),
        page(f"{PAGES}/{name}/new/", view=403),
        page(f"{one}/"),
        page(f"{one}/history/"),
        page(f"{one}/edit/", view=403),
        _button(f"{one}/status/", {"status": "inactive"}),
        _button(f"{one}/delete/", edit=403),
    ]


def _button(url: str, body: dict[str, Any] | None = None, *, edit: int = 302, admin: int = 302) -> Row:
    return page(url, method="POST", body=body or {}, view=403, edit=edit, admin=admin)


NEW_PERSON = {"customer": "{customer}", "first_name": "New"}
REASON = {"name": "N", "reason": "Why", "category": "E"}
CHOSEN = {"discount_mode": "item", "tax_mode": "both", "round_off": "none", "credit_limit_rule": "warn"}
SERIES = {"prefix": "N-"}
NEW_RATE = {"currency": "{finance_currency}", "day": "2026-01-01", "rate": "0.8"}
NEW_MEMBER = {"email": "new@example.com", "role": "viewer"}
NEW_FIELD = {"module": "customers", "label": "New", "kind": "text"}

ROWS = [
    *_entity("customers", "customer", {"display_name": "New"}, {"phone": "1"}),
    *_entity("contact-persons", "person", NEW_PERSON, {"phone": "1"}, staff_deletes=204),
    *_entity(
        "currencies", "finance_currency", {"code": "GBP", "rate": "1.2"}, {"rate": "1.3"}, staff=403, admin_deletes=409
    ),
    *_entity("items", "item", {"name": "New"}, {"unit": "h"}),
    *_entity("vendors", "finance_vendor", {"display_name": "New"}, {"phone": "1"}),
    *_entity("taxes", "tax", {"name": "New"}, {"rate": "7"}, staff=403),
    *_entity("tax-exemptions", "exemption", {"name": "New", "reason": "Why"}, {"code": "X"}, staff=403),
    *_entity("payment-terms", "term", {"name": "New"}, {"days": 9}, staff=403),
    *_entity("currency-rates", "currency_rate", NEW_RATE, {"rate": "2"}, staff=403),
    *_entity(
        "series", "one_series", {"prefix": "N-"}, {"prefix": "N-"}, staff=403, admin_creates=409, admin_deletes=409
    ),
    *(row for name in ("organization", "preferences") for row in _one(name)),
    *_entity("members", "finance_member", NEW_MEMBER, {"role": "accountant"}, staff=403),
    *_entity("custom-fields", "finance_field", NEW_FIELD, {"label": "Tier"}, staff=403),
    _for_admins_key("GET", f"{API}/zsc-keys", 200),
    _for_admins_key("POST", f"{API}/zsc-keys", 201, {"app": "invoice"}),
    _for_admins_key("DELETE", f"{API}/zsc-keys/{{zsc_key}}", 204),
    _for_admins_key("POST", f"{API}/zsc-keys/{{zsc_key}}/regenerate", 200),
    page(f"{PAGES}/customers/"),
    page(f"{PAGES}/customers/new/", view=403),
    page(f"{PAGES}/customers/{{customer}}/"),
    page(f"{PAGES}/customers/{{customer}}/contact-persons/"),
    page(f"{PAGES}/customers/{{customer}}/history/"),
    page(f"{PAGES}/customers/{{customer}}/edit/", view=403),
    _button(f"{PAGES}/customers/{{customer}}/status/", {"status": "inactive"}),
    _button(f"{PAGES}/customers/{{customer}}/delete/", edit=403),
    _button(f"{PAGES}/contact-persons/{{person}}/primary/"),
    _button(f"{PAGES}/contact-persons/{{person}}/delete/"),
    *(row for rows in (_pages_of("items", "item"), _pages_of("vendors", "finance_vendor")) for row in rows),
    page(f"{PAGES}/settings/taxes/", view=403, edit=403),
    _button(f"{PAGES}/settings/taxes/new/", {"name": "N", "rate": "3"}, edit=403),
    _button(f"{PAGES}/settings/taxes/{{tax}}/", _versioned("tax", name="N", rate="3", is_active="on"), edit=403),
    _button(f"{PAGES}/settings/taxes/{{tax}}/delete/", edit=403),
    _button(f"{PAGES}/settings/exemptions/new/", REASON, edit=403),
    _button(f"{PAGES}/settings/exemptions/{{exemption}}/", _versioned("exemption", **REASON), edit=403),
    _button(f"{PAGES}/settings/exemptions/{{exemption}}/delete/", edit=403),
    page(f"{PAGES}/settings/payment-terms/", view=403, edit=403),
    _button(f"{PAGES}/settings/payment-terms/", {"name": "N", "kind": "days", "days": "9"}, edit=403),
    _button(f"{PAGES}/settings/payment-terms/{{term}}/", _versioned("term", name="N", kind="receipt"), edit=403),
    _button(f"{PAGES}/settings/payment-terms/{{term}}/delete/", edit=403),
    page(f"{PAGES}/settings/numbering/", view=403, edit=403),
    _button(
        f"{PAGES}/settings/numbering/{{one_series}}/",
        _versioned("one_series", prefix="N-", digits="4", next_number="9000", is_auto="on"),
        edit=403,
    ),
    page(f"{PAGES}/settings/preferences/", view=403, edit=403),
    _button(f"{PAGES}/settings/preferences/", _versioned("preferences", **CHOSEN), edit=403),
    page(f"{PAGES}/settings/currencies/{{finance_currency}}/rates/", view=403, edit=403),
    _button(f"{PAGES}/settings/currencies/{{finance_currency}}/rates/", {"day": "2026-03-01", "rate": "0.6"}, edit=403),
    _button(f"{PAGES}/settings/rates/{{currency_rate}}/delete/", edit=403),
    _button(f"{PAGES}/settings/logo/", edit=403),
    _button(f"{PAGES}/settings/logo/remove/", edit=403),
    page(f"{PAGES}/logo/", view=404, edit=404, admin=404),
    page(f"{PAGES}/settings/", view=403, edit=403),
    page(f"{PAGES}/settings/members/", view=403, edit=403),
    _button(f"{PAGES}/settings/members/{{finance_member}}/role/", {"role": "accountant"}, edit=403),
    _button(f"{PAGES}/settings/members/{{finance_member}}/remove/", edit=403),
    page(f"{PAGES}/settings/custom-fields/customers/", view=403, edit=403),
    page(f"{PAGES}/settings/custom-fields/customers/new/", view=403, edit=403),
    _button(f"{PAGES}/settings/custom-fields/customers/new/", {"label": "N", "kind": "text"}, edit=403),
    _button(f"{PAGES}/settings/custom-fields/customers/order/", {"row": "{finance_field}"}, edit=403),
    _button(f"{PAGES}/settings/custom-fields/customers/preview/", {"label": "N", "kind": "text"}, edit=403, admin=200),
    page(f"{PAGES}/settings/custom-fields/{{finance_field}}/", view=403, edit=403),
    _button(f"{PAGES}/settings/custom-fields/{{finance_field}}/", {"label": "Tier", "kind": "text"}, edit=403),
    _button(f"{PAGES}/settings/custom-fields/{{finance_field}}/delete/", edit=403),
    page(f"{PAGES}/settings/currencies/", view=403, edit=403),
    _button(f"{PAGES}/settings/currencies/{{finance_currency}}/", {"rate": "2", "is_active": "on"}, edit=403),
    page(f"{PAGES}/settings/integrations/", view=403, edit=403),
    _button(f"{PAGES}/settings/integrations/generate/", {"app": "invoice"}, edit=403, admin=200),
    _button(f"{PAGES}/settings/integrations/{{zsc_key}}/regenerate/", edit=403, admin=200),
    _button(f"{PAGES}/settings/integrations/{{zsc_key}}/revoke/", edit=403),
]


def furnish(world: World) -> None:
    """A customer with a contact person, a currency, a member and a key, here and at the outsider's."""
    made: dict[str, list[Any]] = {
        "customer": [],
        "person": [],
        "finance_currency": [],
        "finance_member": [],
        "zsc_key": [],
        "finance_field": [],
        "item": [],
        "finance_vendor": [],
        "tax": [],
        "exemption": [],
        "term": [],
        "currency_rate": [],
        "one_series": [],
        "preferences": [],
    }
    for organization, owner in ((world.finance, "admin"), (world.foreign_finance, "outsider")):
        actor = Actor.person(world.people[owner])
        customer = factories.customer(organization)
        made["customer"].append(customer)
        made["person"].append(create_contact_person(actor=actor, customer=customer, values={"first_name": "Anna"}))
        made["finance_field"].append(factories.finance_field(organization))
        add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
        made["finance_currency"].append(Currency.objects.of(organization).get(code="USD"))
        made["currency_rate"].append(
            set_rate(actor=actor, currency=made["finance_currency"][-1], day=date(2026, 2, 1), rate="0.7")
        )
        made["finance_currency"][-1].refresh_from_db()
        made["item"].append(factories.item(organization))
        made["finance_vendor"].append(factories.finance_vendor(organization))
        made["tax"].append(factories.tax(organization))
        reason = {"name": "Export", "reason": "Exported."}
        made["exemption"].append(create_exemption(actor=actor, organization=organization, values=reason))
        made["term"].append(organization.payment_terms.get(days=15))
        made["one_series"].append(organization.series.get(series="invoice"))
        made["preferences"].append(organization.preferences)
        factories.finance_member(organization, "viewer", f"member.{owner}@example.com")
        made["finance_member"].append(organization.memberships.get(user__email=f"member.{owner}@example.com"))
        made["zsc_key"].append(generate_key(actor=actor, organization=organization, app="books").key)
    for name, (ours, foreign) in made.items():
        world.add(name, ours, foreign)
    factories.user("new@example.com")
