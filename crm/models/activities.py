"""What people noted about a record, and what they have to do about it: notes, calls, tasks, meetings."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import ActivityKind, ActivityStatus, CallDirection, CallOutcome, Module, Priority
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped
from finsuite.kernel.terms import searchable

MOST_SEARCHED = 20_000


class Activity(Stamped):
    """A note, call, task or meeting, about the record `(module, record_id)`; without one, its owner's own.

    What is due, is due on a day (`due_on`) or at a moment (`due_at`); a call or meeting starts at `starts_at` and takes
    `minutes`. `due_by` is computed from them when it is saved: the moment after which it is late.
    A deleted activity keeps its row for a while (`deleted_at`), so that deleting it can be undone.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="activities")
    kind = models.CharField(_("kind"), max_length=10, choices=ActivityKind.choices)
    status = models.CharField(_("status"), max_length=10, choices=ActivityStatus.choices, editable=False)
    module = models.CharField(_("module"), max_length=10, choices=Module.choices, blank=True)
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    due_by = models.DateTimeField(null=True, editable=False)
    location = models.CharField(_("location"), max_length=255, blank=True)
    call_direction = models.CharField(_("direction"), max_length=10, choices=CallDirection.choices, blank=True)
    call_outcome = models.CharField(_("outcome"), max_length=15, choices=CallOutcome.choices, blank=True)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    completed_at = models.DateTimeField(_("completed"), null=True, editable=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    reminder_at = models.DateTimeField(_("reminder"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    search_text = models.TextField(default="", editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(module="", record_id=None) | (~models.Q(module="") & models.Q(record_id__gt=0)),
                name="crm_activity_about_one",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on=None) | models.Q(due_at=None), name="crm_activity_one_due_date"
            ),
            models.CheckConstraint(
                condition=(models.Q(status=ActivityStatus.KEPT) & models.Q(kind=ActivityKind.NOTE))
                | (~models.Q(status=ActivityStatus.KEPT) & ~models.Q(kind=ActivityKind.NOTE)),
                name="crm_activity_note_is_kept",
            ),
            models.CheckConstraint(
                condition=models.Q(status=ActivityStatus.DONE, completed_at__isnull=False)
                | (~models.Q(status=ActivityStatus.DONE) & models.Q(completed_at=None)),
                name="crm_activity_done_when",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "module", "record_id", "-created_at"], name="crm_activity_of_record"),
            models.Index(
                fields=["organization", "owner", "due_by"],
                condition=models.Q(status=ActivityStatus.OPEN, deleted_at=None),
                name="crm_activity_open_of_owner",
            ),
            models.Index(
                fields=["reminder_at"],
                condition=models.Q(reminded_at=None, reminder_at__isnull=False, deleted_at=None),
                name="crm_activity_to_remind",
            ),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_activity_recent"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_activity_search"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What it is called: its subject, else the beginning of its text, else its kind."""
        first = self.body.strip().splitlines()[0][:80] if self.body.strip() else ""
        return self.subject or first or str(self.get_kind_display())

    @property
    def ends_at(self) -> datetime | None:
        """When a call or meeting is over."""
        if self.starts_at is None or self.minutes is None:
            return None
        return self.starts_at + timedelta(minutes=self.minutes)

    def set_keys(self) -> None:
        """Derive what is searched. Services call it before they save."""
        self.search_text = searchable([self.subject, self.location, self.body[:MOST_SEARCHED]])


class ActivityLink(models.Model):
    """A further record that an activity is about."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="links")
    module = models.CharField(max_length=10, choices=Module.choices)
    record_id = models.BigIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of an activity")
        verbose_name_plural = _("records of an activity")
        constraints = [
            models.UniqueConstraint(fields=["activity", "module", "record_id"], name="crm_activity_link_once")
        ]
        indexes = [models.Index(fields=["organization", "module", "record_id"], name="crm_activity_link_of_record")]

    def __str__(self) -> str:
        return f"{self.module} {self.record_id}"


class Participant(models.Model):
    """Somebody who takes part in a call or meeting: a member, or a contact."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    contact_id = models.BigIntegerField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None, contact_id__gt=0) | models.Q(user__isnull=False, contact_id=None),
                name="crm_participant_one",
            ),
            models.UniqueConstraint(
                fields=["activity", "user", "contact_id"], nulls_distinct=False, name="crm_participant_once"
            ),
        ]
        indexes = [models.Index(fields=["organization", "contact_id"], name="crm_participant_contact")]

    def __str__(self) -> str:
        return f"{self.user_id or self.contact_id}"
