"""Expense reports: gathered, handed in, approved or rejected, paid back. The expenses in one share its state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance import workflow
from finance.access import require
from finance.choices import ExpenseStatus, Extended, PaidThrough, ReportStatus
from finance.events import DocumentCreated, DocumentDeleted, DocumentMoved, DocumentUpdated
from finance.models import Expense, ExpenseReport, Membership, Organization
from finance.rights import Right
from finance.selectors.custom_fields import fields_to_write
from finance.selectors.days import today
from finance.services import expense_notices, numbering
from finance.services.expense_totals import refresh
from finance.services.expenses import facts_of, may_approve
from finance.wording import REFUSALS
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import named
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = frozenset({"name", "description", "submitter_id"})
OF_THE_SUBMITTER = frozenset({"submit", "recall"})
EDITABLE = (ReportStatus.DRAFT, ReportStatus.REJECTED)
MOST_EXPENSES = 500


@transaction.atomic
def create_report(
    *, actor: Actor, organization: Organization, values: Mapping[str, Any], expense_ids: Collection[int] = ()
) -> ExpenseReport:
    """Begin a report, as a draft, with these expenses of who hands it in: the actor, or whom one who approves names."""
    require(actor, organization, Right.EXPENSES_EDIT)
    custom = fields_to_write(actor, organization, Extended.EXPENSE_REPORTS, values)
    own, extra = custom.split(values)
    report = ExpenseReport(organization=organization)
    if actor.user_id is not None:
        report.submitter_id = actor.user_id
    change = assign(report, {name: value for name, value in own.items() if value is not None}, allowed=WRITABLE)
    require_filled(report, ["name"])
    _check_submitter(actor, report)
    change = change.and_(custom.apply(report, extra, currency=organization.base_currency))
    (report.number,) = numbering.take(organization=organization, series="expense_report")
    with custom.saving(report):
        report.save(force_insert=True)
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=report,
        verb="created",
        after={**change.after, "number": report.number},
    )
    emit(DocumentCreated(**facts_of(report, actor)))
    if expense_ids:
        set_expenses(actor=actor, report=report, expense_ids=expense_ids)
    return report


@transaction.atomic
def update_report(
    *, actor: Actor, report: ExpenseReport, values: Mapping[str, Any], version: str | None = None
) -> ExpenseReport:
    """Change what a report is called and its custom fields, while it isn't handed in."""
    require(actor, report.organization, Right.EXPENSES_EDIT)
    report = lock(report)
    require_version(report, version)
    _require_own(actor, report)
    _require_editable(report)
    custom = fields_to_write(actor, report.organization, Extended.EXPENSE_REPORTS, values)
    own, extra = custom.split(values)
    change = assign(report, own, allowed=WRITABLE - {"submitter_id"})
    change = change.and_(custom.apply(report, extra, currency=report.organization.base_currency))
    if not change:
        return report
    require_filled(report, ["name"])
    with custom.saving(report):
        report.save(update_fields=change.fields)
    _tell(actor, report, "updated", change.before, change.after)
    emit(DocumentUpdated(**facts_of(report, actor), fields=frozenset(change.after)))
    return report


@transaction.atomic
def set_expenses(
    *, actor: Actor, report: ExpenseReport, expense_ids: Collection[int], version: str | None = None
) -> ExpenseReport:
    """Let the report hold exactly these expenses of its submitter's; the others of it are unreported again."""
    require(actor, report.organization, Right.EXPENSES_EDIT)
    report = lock(report)
    require_version(report, version)
    _require_own(actor, report)
    _require_editable(report)
    wanted = set(expense_ids)
    if len(wanted) > MOST_EXPENSES:
        sentence = _("A report holds at most %(most)d expenses.") % {"most": MOST_EXPENSES}
        raise Refused(sentence, code="too_many", fields={"expenses": [sentence]})
    rows = Expense.objects.of(report.organization).filter(spender_id=report.submitter_id)
    held = {row.pk: row for row in rows.filter(report=report).order_by("pk").select_for_update(of=("self",))}
    free = rows.filter(pk__in=wanted - set(held), report=None).order_by("pk").select_for_update(of=("self",))
    added = {row.pk: row for row in free}
    if missing := wanted - set(held) - set(added):
        sentence = _("%(count)d of these expenses are in another report, or somebody else's.") % {"count": len(missing)}
        raise Refused(sentence, code="not_free", fields={"expenses": [sentence]})
    gone = set(held) - wanted
    if not gone and not added:
        return report
    Expense.objects.filter(pk__in=gone).update(report=None, status=ExpenseStatus.UNREPORTED, updated_at=timezone.now())
    Expense.objects.filter(pk__in=list(added)).update(report=report, status=report.status, updated_at=timezone.now())
    before = {"expenses": sorted(row.number for row in held.values())}
    refresh(report)
    report.save()
    numbers = [row.number for pk, row in {**held, **added}.items() if pk not in gone]
    _tell(actor, report, "updated", before, {"expenses": sorted(numbers)})
    emit(DocumentUpdated(**facts_of(report, actor), fields=frozenset({"expenses"})))
    return report


@transaction.atomic
def move_report(
    *,
    actor: Actor,
    report: ExpenseReport,
    verb: str,
    version: str | None = None,
    reason: str = "",
    paid_on: date | None = None,
    through: str = PaidThrough.BANK,
    reference: str = "",
) -> ExpenseReport:
    """Hand a report in, call it back, approve it, reject it (with the reason), or note that it was paid back.

    Nobody approves what they handed in themselves, but an administrator.
    """
    report = lock(report)
    require_version(report, version)
    _require_may(actor, report, verb)
    told = {"number": report.number, "status": report.get_status_display()}
    target = workflow.EXPENSE_REPORT.target(report.status, verb, sentence=_(REFUSALS[verb]) % told)
    after: dict[str, Any] = {"status": target}
    now = timezone.now()
    if verb == "submit":
        _require_something(report)
        report.submitted_at, report.reason, report.decided_by_id, report.decided_at = now, "", None, None
    elif verb in ("approve", "reject"):
        report.decided_by_id, report.decided_at = actor.user_id, now
        report.reason = _reason(reason) if verb == "reject" else ""
        after |= {"reason": report.reason} if report.reason else {}
    elif verb == "reimburse":
        report.reimbursed_on, report.reimbursed_through = paid_on or today(report.organization), through
        report.reimbursement_reference = reference.strip()[:100]
        _check_reimbursement(report)
        after |= {"reimbursed_on": report.reimbursed_on, "reimbursed_through": through}
    before, report.status = report.status, target
    refresh(report)
    report.save()
    Expense.objects.filter(report=report).update(status=target, updated_at=now)
    _tell(actor, report, verb, {"status": before}, after)
    expense_notices.tell(actor, report, verb)
    emit(DocumentMoved(**facts_of(report, actor), verb=verb, before=before, after=target))
    return report


@transaction.atomic
def delete_report(*, actor: Actor, report: ExpenseReport, version: str | None = None) -> None:
    """Delete a report that isn't handed in; its expenses stay, unreported."""
    require(actor, report.organization, Right.EXPENSES_EDIT)
    report = lock(report)
    require_version(report, version)
    _require_own(actor, report)
    _require_editable(report)
    facts = facts_of(report, actor)
    numbers = list(report.expenses.order_by("pk").values_list("number", flat=True))
    report.expenses.update(report=None, status=ExpenseStatus.UNREPORTED, updated_at=timezone.now())
    before = {"number": report.number, "name": report.name, "submitter_id": report.submitter_id, "expenses": numbers}
    before |= named(report.custom)
    _tell(actor, report, "deleted", before, {})
    report.delete()
    emit(DocumentDeleted(**facts))


def lock(report: ExpenseReport) -> ExpenseReport:
    """The same report as it is now, held until this transaction ends."""
    rows = ExpenseReport.objects.of(report.organization_id).select_for_update(of=("self",))
    found = rows.select_related("submitter").filter(pk=report.pk).first()
    if found is None:
        raise NotFound(_("There is no such expense report."))
    found.organization = report.organization
    return found


def verbs(actor: Actor, report: ExpenseReport) -> list[str]:
    """What the actor may do with the report in its state: the buttons to draw."""
    approves = may_approve(actor, report.organization)
    return [
        verb
        for verb in workflow.EXPENSE_REPORT.verbs(report.status)
        if (report.submitter_id == actor.user_id or approves if verb in OF_THE_SUBMITTER else approves)
        and not (verb == "approve" and _is_own_approval(actor, report))
    ]


def _require_may(actor: Actor, report: ExpenseReport, verb: str) -> None:
    if verb in OF_THE_SUBMITTER:
        require(actor, report.organization, Right.EXPENSES_EDIT)
        _require_own(actor, report)
        return
    if report.submitter_id != actor.user_id and not may_approve(actor, report.organization):
        require(actor, report.organization, Right.VIEW)
        raise NotFound(_("There is no such expense report."))
    require(actor, report.organization, Right.EXPENSES_APPROVE)
    if verb == "approve" and _is_own_approval(actor, report):
        raise NotPermitted(_("Somebody else has to approve what you have handed in."))


def _is_own_approval(actor: Actor, report: ExpenseReport) -> bool:
    """Whether it would be one's own report, and one isn't an administrator, who may be the only one there."""
    if report.submitter_id != actor.user_id:
        return False
    members = Membership.objects.of(report.organization)
    return not members.filter(user_id=actor.user_id, role="admin").exists()


def _require_own(actor: Actor, report: ExpenseReport) -> None:
    if report.submitter_id != actor.user_id and not may_approve(actor, report.organization):
        raise NotFound(_("There is no such expense report."))


def _require_editable(report: ExpenseReport) -> None:
    if report.status not in EDITABLE:
        sentence = _("%(number)s was handed in. Recall it to change it.") % {"number": report.number}
        raise Refused(sentence, code="not_editable")


def _require_something(report: ExpenseReport) -> None:
    if not report.expenses.exists():
        sentence = _("There are no expenses in this report yet.")
        raise Refused(sentence, code="empty", fields={"expenses": [sentence]})


def _check_submitter(actor: Actor, report: ExpenseReport) -> None:
    if not Membership.objects.of(report.organization).filter(user_id=report.submitter_id).exists():
        sentence = _("Reports are handed in by a member of %(name)s.") % {"name": report.organization}
        raise Refused(sentence, code="unknown_member", fields={"submitter_id": [sentence]})
    if report.submitter_id != actor.user_id and not may_approve(actor, report.organization):
        raise NotPermitted(_("You can only hand in what you have spent yourself."))


def _check_reimbursement(report: ExpenseReport) -> None:
    faults = {}
    if report.reimbursed_through not in (PaidThrough.CARD, PaidThrough.BANK, PaidThrough.CASH):
        faults["through"] = [_("Say how it was paid back.")]
    if report.reimbursed_on and report.submitted_at and report.reimbursed_on < report.submitted_at.date():
        faults["paid_on"] = [_("This is before the report was handed in.")]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)


def _reason(text: str) -> str:
    if not text.strip():
        sentence = _("Say why: who handed it in will read it.")
        raise Refused(sentence, code="required", fields={"reason": [sentence]})
    return text.strip()[:500]


def _tell(actor: Actor, report: ExpenseReport, verb: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    audit.services.record(
        actor=actor, tenant=report.organization.tenant, subject=report, verb=verb, before=before, after=after
    )
