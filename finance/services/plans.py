"""Writing plans: what is subscribed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import Extended
from finance.models import Organization, Plan, Subscription, Tax
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.services.customer_rules import constraint_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {
        *("code", "name", "description", "price", "setup_fee", "unit", "interval", "terms"),
        *("trial_days", "tax_id", "status"),
    }
)


@transaction.atomic
def create_plan(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> Plan:
    """Offer a plan. Its prices are in base currency; each term lasts `interval` weeks, months or years."""
    require(actor, organization, Right.SALES_EDIT)
    custom = fields_to_write(actor, organization, Extended.PLANS, values)
    own, extra = custom.split(values)
    plan = Plan(organization=organization)
    change = assign(plan, {name: value for name, value in own.items() if value is not None}, allowed=WRITABLE)
    require_filled(plan, ["code", "name"])
    _check(plan)
    change = change.and_(custom.apply(plan, extra, currency=organization.base_currency))
    _save(plan, custom, force_insert=True)
    audit.services.record(actor=actor, tenant=organization.tenant, subject=plan, verb="created", after=change.after)
    return plan


@transaction.atomic
def update_plan(*, actor: Actor, plan: Plan, values: Mapping[str, Any], version: str | None = None) -> Plan:
    """Change a plan. Subscriptions that exist keep what was agreed."""
    require(actor, plan.organization, Right.SALES_EDIT)
    plan = _lock(plan)
    require_version(plan, version)
    custom = fields_to_write(actor, plan.organization, Extended.PLANS, values)
    own, extra = custom.split(values)
    change = assign(plan, own, allowed=WRITABLE)
    change = change.and_(custom.apply(plan, extra, currency=plan.organization.base_currency))
    if change:
        require_filled(plan, ["code", "name"])
        _check(plan)
        _save(plan, custom)
        audit.services.record(
            actor=actor,
            tenant=plan.organization.tenant,
            subject=plan,
            verb="updated",
            before=change.before,
            after=change.after,
        )
    return plan


@transaction.atomic
def delete_plan(*, actor: Actor, plan: Plan, version: str | None = None) -> None:
    """Delete a plan that nobody ever subscribed to."""
    require(actor, plan.organization, Right.SALES_DELETE)
    plan = _lock(plan)
    require_version(plan, version)
    if Subscription.objects.of(plan.organization).filter(plan=plan).exists():
        sentence = _("There are subscriptions to %(plan)s. Make it inactive instead.") % {"plan": plan}
        raise Refused(sentence, code="in_use")
    before = {name: getattr(plan, name) for name in sorted(WRITABLE) if getattr(plan, name) not in ("", None)}
    before |= named(plan.custom)
    audit.services.record(actor=actor, tenant=plan.organization.tenant, subject=plan, verb="deleted", before=before)
    plan.delete()


def _lock(plan: Plan) -> Plan:
    found = Plan.objects.of(plan.organization_id).select_for_update(of=("self",)).filter(pk=plan.pk).first()
    if found is None:
        raise NotFound(_("There is no such plan."))
    found.organization = plan.organization
    return found


def _check(plan: Plan) -> None:
    faults: dict[str, list[str]] = {}
    for name in ("price", "setup_fee"):
        if (getattr(plan, name) or 0) < 0:
            faults[name] = [_("A price is not below zero.")]
    if plan.price is None:
        faults["price"] = [_("Give the price of a term.")]
    if not 1 <= plan.interval <= 120:
        faults["interval"] = [_("Choose a number from 1 to 120.")]
    if plan.terms == 0:
        faults["terms"] = [_("Leave it empty for a plan that runs until it is cancelled.")]
    if plan.tax_id and not Tax.objects.of(plan.organization).filter(pk=plan.tax_id).exists():
        faults["tax_id"] = [_("There is no such tax.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)


def _save(plan: Plan, custom: FieldSet, **how: Any) -> None:
    plan.code_key = name_key(plan.code)
    try:
        with transaction.atomic(), custom.saving(plan):
            plan.save(**how)
    except IntegrityError as error:
        if constraint_of(error) != "finance_plan_code_once":
            raise
        sentence = _("There is a plan with this code already.")
        raise Refused(sentence, code="duplicate", fields={"code": [sentence]}) from error
