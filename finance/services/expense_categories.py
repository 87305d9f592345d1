"""What money is spent on: the organization's categories of expenses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

import audit.services
from finance.access import require
from finance.models import ExpenseCategory, Organization
from finance.rights import Right
from finance.services.customer_rules import constraint_of
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, Refused
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.text import name_key
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "is_mileage", "is_active"})

FIRST = (
    (gettext_lazy("Travel"), False),
    (gettext_lazy("Meals and entertainment"), False),
    (gettext_lazy("Lodging"), False),
    (gettext_lazy("Mileage"), True),
    (gettext_lazy("Office supplies"), False),
    (gettext_lazy("Telephone and internet"), False),
    (gettext_lazy("Software"), False),
    (gettext_lazy("Other expenses"), False),
)
"""What a new organization begins with, in its own language."""


def add_first_categories(organization: Organization) -> None:
    """Give a new organization the usual categories; those of a name that it has already are left out."""
    with override(organization.language):
        names = [(str(name), is_mileage) for name, is_mileage in FIRST]
    ExpenseCategory.objects.bulk_create(
        [
            ExpenseCategory(organization=organization, name=name, name_key=name_key(name), is_mileage=is_mileage)
            for name, is_mileage in names
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def create_category(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> ExpenseCategory:
    """Add a category; its name is the organization's only one."""
    require(actor, organization, Right.EXPENSES_APPROVE)
    category = ExpenseCategory(organization=organization)
    change = assign(category, values, allowed=WRITABLE)
    require_filled(category, ["name"])
    category.name_key = name_key(category.name)
    _save(category, force_insert=True)
    audit.services.record(actor=actor, tenant=organization.tenant, subject=category, verb="created", after=change.after)
    return category


@transaction.atomic
def update_category(
    *, actor: Actor, category: ExpenseCategory, values: Mapping[str, Any], version: str | None = None
) -> ExpenseCategory:
    """Rename a category, or stop or resume using it. Expenses that bear it keep it."""
    require(actor, category.organization, Right.EXPENSES_APPROVE)
    organization = category.organization
    found = _lock(category)
    require_version(found, version)
    change = assign(found, values, allowed=WRITABLE)
    if change:
        require_filled(found, ["name"])
        found.name_key = name_key(found.name)
        _save(found, update_fields=[*change.fields, "name_key"])
        audit.services.record(
            actor=actor,
            tenant=organization.tenant,
            subject=found,
            verb="updated",
            before=change.before,
            after=change.after,
        )
    return found


@transaction.atomic
def delete_category(*, actor: Actor, category: ExpenseCategory, version: str | None = None) -> None:
    """Delete a category that no expense bears."""
    require(actor, category.organization, Right.EXPENSES_APPROVE)
    found = _lock(category)
    require_version(found, version)
    if found.expenses.exists():
        sentence = _(
            "There are expenses in “%(name)s”. Make it inactive instead: they keep it, and no new one gets it."
        )
        raise Conflict(sentence % {"name": found.name}, code="in_use")
    audit.services.record(
        actor=actor,
        tenant=found.organization.tenant,
        subject=found,
        verb="deleted",
        before={name: getattr(found, name) for name in sorted(WRITABLE)},
    )
    found.delete()


def _lock(category: ExpenseCategory) -> ExpenseCategory:
    rows = ExpenseCategory.objects.of(category.organization_id).select_for_update(of=("self",))
    found = rows.filter(pk=category.pk).first()
    if found is None:
        raise NotFound(_("There is no such category."))
    found.organization = category.organization
    return found


def _save(category: ExpenseCategory, **how: Any) -> None:
    try:
        with transaction.atomic():
            category.save(**how)
    except IntegrityError as error:
        if constraint_of(error) != "finance_category_name_once":
            raise
        sentence = _("There is a category of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]}) from error
