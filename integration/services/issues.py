"""What could not be synced: said in words, and tried again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import audit.services
from crm.access import require_setup
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import Conflict, Refused
from integration.choices import IssueState, Kind, RunTrigger
from integration.core.records import Key
from integration.models import Connection, DeadLetter, SyncIssue
from integration.selectors.connections import setting_of
from integration.selectors.mappings import refused_label
from integration.services import runs
from integration.services.claiming import leave_hints
from integration.services.hints import hint_changes
from integration.services.modules import require_active
from integration.services.sync import sync_batch
from integration.services.work import SIDES, prepare


@dataclass(frozen=True)
class Words:
    """Why it failed, and what to do about it."""

    cause: str
    remedy: str


def words(issue: SyncIssue) -> Words:
    """The issue in words, in the language of who reads it."""
    params = issue.params or {}
    field = refused_label(issue.kind, str(params.get("side", "")), issue.field)
    if issue.code == "too_long":
        limit = params.get("limit") or 0
        cause = ngettext(
            "The value of “%(field)s” is longer than the one character that the other side can hold.",
            "The value of “%(field)s” is longer than the %(limit)s characters that the other side can hold.",
            limit,
        ) % {"field": field, "limit": limit}
        return Words(cause, _("Shorten it; the record is then synced by itself."))
    plain = {
        "required": (
            _("“%(field)s” is empty, but the other side needs it."),
            _("Fill it in; the record is then synced by itself."),
        ),
        "unknown_choice": (
            _("The value of “%(field)s” has no counterpart on the other side."),
            _("Choose another value, or add it to the field's mapping."),
        ),
        "not_a_number": (
            _("The value of “%(field)s” is not a number."),
            _("Correct it; the record is then synced by itself."),
        ),
        "name_taken": (
            _("Another customer already has this display name."),
            _("Rename one of the two, or allow duplicate names in finance."),
        ),
        "not_read": (
            _("The record on the other side could not be read."),
            _("It is tried again. If it stays so, run the sync check with your administrator."),
        ),
        "mass_change": (
            _("The sync was about to change unusually many records at once, so it stopped."),
            _("Look through the held changes, then let them go or keep the module paused."),
        ),
        "key_revoked": (
            _("The ZSC key that this connection was made with was revoked."),
            _("Link the organization again with a new key."),
        ),
        "crashed": (
            _("Whatever came to sync this record died of it, again and again. All others go on."),
            _(
                "Shorten very long values or take out unusual ones; the record is then synced by itself. If there are"
                " none, show your administrator the worker's log, then press Retry."
            ),
        ),
        "database": (
            _("The database refused the record: %(message)s"),
            _("Correct the record, then press Retry."),
        ),
    }
    cause, remedy = plain.get(
        issue.code,
        (
            _("The record could not be synced: %(message)s"),
            _("It is tried again by itself. Press Retry after you changed something about it."),
        ),
    )
    return Words(cause % {"field": field, "message": params.get("message", issue.code)}, remedy)


def retry(*, actor: Actor, issue: SyncIssue) -> SyncIssue:
    """Try this record again now, and say what came of it in the issue itself."""
    _release(actor, issue)
    if issue.code == "crashed":
        return _retry_in_background(issue)
    setting = setting_of(issue.connection)
    run = runs.new_run(actor, setting, RunTrigger.RECORD)
    work = prepare(setting, run=run, actor=actor.by(Via.SYNC))
    outcome = sync_batch(work, [Key(SIDES[issue.kind], issue.kind, issue.record_id or 0)])
    runs.finish_now(run)
    if outcome.busy:
        raise Conflict(_("This record is being synced at this very moment. Try again in a second."), code="busy")
    _resolve_if_gone(issue)
    issue.refresh_from_db()
    return issue


@transaction.atomic
def _retry_in_background(issue: SyncIssue) -> SyncIssue:
    """It has killed workers; the process that serves people is not to be the next one."""
    leave_hints(issue.connection_id, [Key(SIDES[issue.kind], issue.kind, issue.record_id or 0)])
    hint_changes({issue.connection.crm_organization_id}, {issue.connection.finance_organization_id})
    issue.state, issue.next_at = IssueState.RETRYING, timezone.now()
    issue.save(update_fields=["state", "next_at", "updated_at"])
    return issue


@transaction.atomic
def retry_all(*, actor: Actor, connection: Connection) -> int:
    """Have every failed record of the connection tried again. Answers how many there are."""
    require_setup(actor, connection.crm_organization)
    require_active(connection)
    letters = DeadLetter.objects.filter(connection=connection)
    keys = [Key(SIDES[kind], kind, pk) for kind, pk in letters.values_list("kind", "record_id")]
    letters.update(quarantined=False, attempts=0, next_at=timezone.now())
    leave_hints(connection.pk, keys)
    hint_changes({connection.crm_organization_id}, {connection.finance_organization_id})
    audit.services.record(
        actor=actor,
        tenant=connection.crm_organization.tenant,
        subject=connection,
        verb="retried",
        after={"records": len(keys)},
    )
    return len(keys)


@transaction.atomic
def _release(actor: Actor, issue: SyncIssue) -> None:
    require_setup(actor, issue.connection.crm_organization)
    require_active(issue.connection)
    locked = SyncIssue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    if locked.state == IssueState.RESOLVED:
        raise Conflict(_("This issue is resolved already."), code="resolved")
    if locked.record_id is None or locked.kind not in Kind.values:
        raise Refused(_("This issue is not about one record; follow its remedy."), code="not_a_record")
    _letters(locked).update(quarantined=False, next_at=timezone.now())


def _resolve_if_gone(issue: SyncIssue) -> None:
    """The record needs nothing any more, be it by this try or by a deletion in the meantime."""
    if not _letters(issue).exists():
        now = timezone.now()
        SyncIssue.objects.filter(pk=issue.pk).exclude(state=IssueState.RESOLVED).update(
            state=IssueState.RESOLVED, resolved_at=now, next_at=None, updated_at=now
        )


def _letters(issue: SyncIssue) -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(connection=issue.connection, kind=issue.kind, record_id=issue.record_id or 0)
