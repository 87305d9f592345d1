"""Telling people of expense reports: who approves, that one was handed in; who handed it in, what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_noop

from finance.models import ExpenseReport, Membership
from finance.rights import RIGHTS, Right
from finsuite.kernel.actors import Actor
from users.services.notifications import Notice, notify

MESSAGES = {
    "submit": gettext_noop("%(person)s has handed in the expense report “%(name)s”."),
    "approve": gettext_noop("Your expense report “%(name)s” is approved."),
    "reject": gettext_noop("Your expense report “%(name)s” is rejected: %(reason)s"),
    "reimburse": gettext_noop("Your expense report “%(name)s” is reimbursed."),
}
LONGEST_REASON = 100


def tell(actor: Actor, report: ExpenseReport, verb: str) -> None:
    """Notify whom this move of the report concerns, but not the person who made it."""
    if verb not in MESSAGES:
        return
    concerned = _approvers(report) if verb == "submit" else [report.submitter_id]
    params = {"name": report.name, "person": str(report.submitter), "reason": _short(report.reason)}
    url = reverse("finance:expense_report_detail", kwargs={"organization": report.organization_id, "report": report.pk})
    notify(
        [
            Notice(
                user_id=person,
                kind="expense_report",
                message=MESSAGES[verb],
                params=params,
                url=url,
                key=f"finance:expense_report:{report.pk}:{verb}:{report.updated_at.isoformat()}",
            )
            for person in concerned
            if person != actor.user_id
        ]
    )


def _approvers(report: ExpenseReport) -> Iterable[int]:
    roles = [role for role, rights in RIGHTS.items() if Right.EXPENSES_APPROVE in rights]
    members = Membership.objects.of(report.organization).filter(role__in=roles, user__is_active=True)
    return [*members.exclude(user_id=report.submitter_id).values_list("user_id", flat=True)]


def _short(reason: str) -> str:
    return reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"
