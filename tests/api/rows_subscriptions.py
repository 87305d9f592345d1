"""Who gets which answer about what is sold by the month: staff sells it, accountants also delete."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from finance.selectors.days import today
from finance.services.plans import create_plan
from finance.services.recurring_invoices import create_recurring_invoice
from finance.services.subscriptions import create_subscription
from finsuite.kernel.actors import Actor
from tests import factories
from tests.api.permissions import Row, World, page, read, write

API = "/api/v1/finance/{finance}"
PAGES = "/finance/{finance}"
PLAN = {"code": "MAX", "name": "Max", "price": "49.00"}
RECURRING = {"name": "Rent", "invoice": {"customer": "{subscriber}"}, "lines": [{"name": "Office", "rate": "900"}]}
SUBSCRIPTION = {"customer": "{subscriber}", "plan": "{plan}"}


def _if_match(name: str) -> dict[str, str]:
    return {"If-Match": f'"{{{name}_version}}"'}


def _entity(name: str, singular: str, new: dict[str, Any], change: dict[str, Any]) -> list[Row]:
    one = f"{API}/{name}/{{{singular}}}"
    return [
        read(f"{API}/{name}"),
        read(one),
        read(f"{one}/history"),
        write("POST", f"{API}/{name}", body=new, edit=201, admin=201),
        write("POST", f"{API}/{name}/bulk", body={"records": [new]}, edit=200, admin=200),
        write("PATCH", one, body=change, headers=_if_match(singular), edit=200, admin=200),
    ]


def _verb(url: str, status: int) -> Row:
    return write("POST", url, edit=status, admin=status)


def _form(url: str) -> list[Row]:
    """A form that staff may open: empty, it is refused with what is missing."""
    return [page(url, view=403), page(url, method="POST", body={"quantity": ""}, view=403, edit=422, admin=422)]


ONE = f"{API}/subscriptions/{{subscription}}"
CALENDAR = f"{API}/recurring-invoices/{{recurring}}"
REPEATED = f"{PAGES}/recurring-invoices/{{recurring}}"
SHOWN = f"{PAGES}/subscriptions/{{subscription}}"

ROWS = [
    *_entity("plans", "plan", PLAN, {"name": "More"}),
    write("DELETE", f"{API}/plans/{{spare_plan}}", headers=_if_match("spare_plan"), edit=403, admin=204),
    *_entity("subscriptions", "subscription", SUBSCRIPTION, {"notes": "Thank you"}),
    read(f"{ONE}/invoices"),
    _verb(f"{ONE}/cancel", 200),
    _verb(f"{ONE}/cancel-at-end", 200),
    *(_verb(f"{ONE}/{verb}", 409) for verb in ("pause", "resume", "reactivate")),  # it is in its trial
    *_entity("recurring-invoices", "recurring", RECURRING, {"name": "More"}),
    write("DELETE", CALENDAR, headers=_if_match("recurring"), edit=403, admin=204),
    _verb(f"{CALENDAR}/stop", 200),
    _verb(f"{CALENDAR}/resume", 409),
    page(f"{PAGES}/plans/"),
    *_form(f"{PAGES}/plans/new/"),
    *_form(f"{PAGES}/plans/{{plan}}/"),
    page(f"{PAGES}/plans/{{spare_plan}}/delete/", method="POST", body={}, view=403, edit=403, admin=302),
    page(f"{PAGES}/subscriptions/"),
    *_form(f"{PAGES}/subscriptions/new/"),
    *_form(f"{SHOWN}/edit/"),
    page(f"{SHOWN}/"),
    page(f"{SHOWN}/history/"),
    page(f"{SHOWN}/move/", method="POST", body={"verb": "cancel"}, view=403, edit=302, admin=302),
    page(f"{SHOWN}/renew/", method="POST", body={}, view=403, edit=302, admin=302),
    page(f"{PAGES}/recurring-invoices/"),
    *_form(f"{PAGES}/recurring-invoices/new/"),
    *_form(f"{REPEATED}/edit/"),
    page(f"{PAGES}/recurring-invoices/total/", method="POST", body={"lines-0-name": "Rent"}, view=403),
    page(f"{REPEATED}/"),
    page(f"{REPEATED}/history/"),
    page(f"{REPEATED}/move/", method="POST", body={"verb": "stop"}, view=403, edit=302, admin=302),
    page(f"{REPEATED}/delete/", method="POST", body={}, view=403, edit=403, admin=302),
]


def furnish(world: World) -> None:
    """A plan with a subscription in its trial, and one without, here and at the outsider's."""
    found = []
    for organization, owner in ((world.finance, "admin"), (world.foreign_finance, "outsider")):
        actor = Actor.person(world.people[owner])
        customer = factories.customer(organization, "Abonné")
        plans = [
            create_plan(
                actor=actor,
                organization=organization,
                values={"code": code, "name": code, "price": Decimal(20), "trial_days": 30},
            )
            for code in ("PRO", "SPARE")
        ]
        values = {
            "customer_id": customer.pk,
            "plan_id": plans[0].pk,
            "starts_on": today(organization) - timedelta(days=1),
        }
        subscription = create_subscription(actor=actor, organization=organization, values=values)
        recurring = create_recurring_invoice(
            actor=actor,
            organization=organization,
            values={"name": "Rent", "starts_on": today(organization) + timedelta(days=9)},
            invoice={"customer_id": customer.pk},
            lines=[{"name": "Office", "rate": Decimal(900)}],
        )
        found.append((customer, *plans, subscription, recurring))
    names = ("subscriber", "plan", "spare_plan", "subscription", "recurring")
    for name, ours, foreign in zip(names, *found, strict=True):
        world.add(name, ours, foreign)
