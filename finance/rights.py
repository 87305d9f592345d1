"""What each role may do in a finance organization. The one table that pages, API and services ask."""

from __future__ import annotations

from enum import StrEnum

from finance.choices import Role
from finsuite.kernel.actors import Via


class Right(StrEnum):
    """One thing that a role may or may not do."""

    VIEW = "view"
    EDIT_CUSTOMERS = "customers.edit"
    DELETE_CUSTOMERS = "customers.delete"
    ITEMS_EDIT = "items.edit"
    ITEMS_DELETE = "items.delete"
    VENDORS_EDIT = "vendors.edit"
    VENDORS_DELETE = "vendors.delete"
    TAXES = "taxes"  # and payment terms
    CURRENCIES = "currencies"
    SETTINGS = "settings"
    MEMBERS = "members"
    KEYS = "keys"
    SALES_EDIT = "sales.edit"
    SALES_DELETE = "sales.delete"
    PURCHASES_EDIT = "purchases.edit"
    PURCHASES_DELETE = "purchases.delete"
    EXPENSES_EDIT = "expenses.edit"  # one's own
    EXPENSES_APPROVE = "expenses.approve"  # everybody's
    EMAIL = "email"
    MANAGE_EMAILS = "emails.manage"
    PAYMENTS = "payments"  # in and out, credits, refunds
    REPORTS = "reports"  # of the whole organization: for those who see everybody's expenses, too


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.ACCOUNTANT: frozenset(Right) - {Right.SETTINGS, Right.MEMBERS, Right.KEYS},
    Role.STAFF: frozenset(
        {
            *(Right.VIEW, Right.EDIT_CUSTOMERS, Right.ITEMS_EDIT, Right.VENDORS_EDIT),
            *(Right.SALES_EDIT, Right.EXPENSES_EDIT, Right.EMAIL),
        }
    ),
    Role.VIEWER: frozenset({Right.VIEW, Right.REPORTS}),
}

# Sync and triggers act for a person of another room, who need not be a member here: integration has checked that
# person's rights under its own grants. They keep records in step; they never delete and never touch the settings.
MACHINE_RIGHTS: dict[Via, frozenset[Right]] = {
    Via.SYNC: frozenset({Right.VIEW, Right.EDIT_CUSTOMERS, Right.ITEMS_EDIT, Right.VENDORS_EDIT}),
    Via.TRIGGER: frozenset({Right.VIEW, Right.EDIT_CUSTOMERS, Right.SALES_EDIT}),
}


def allows(role: str, right: Right) -> bool:
    """Whether the role includes the right."""
    return right in RIGHTS[Role(role)]
