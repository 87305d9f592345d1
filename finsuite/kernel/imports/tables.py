"""What the rooms' tables of imports have in common: the file as it came, what the person chose, and what became of
each row. Each room derives its own, with the records that it imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finsuite.kernel.models import Stamped


class ImportState(models.TextChoices):
    """How far an import has come."""

    DRAFT = "draft", pgettext_lazy("import", "To be mapped")
    CHECKING = "checking", pgettext_lazy("import", "Dry run under way")
    CHECKED = "checked", pgettext_lazy("import", "Ready to start")
    RUNNING = "running", pgettext_lazy("import", "Running")
    DONE = "done", pgettext_lazy("import", "Done")
    UNDOING = "undoing", pgettext_lazy("import", "Being undone")
    UNDONE = "undone", pgettext_lazy("import", "Undone")
    BROKEN = "broken", pgettext_lazy("import", "File unreadable")
    FAILED = "failed", pgettext_lazy("import", "Stopped")


UNDER_WAY = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


class ImportOutcome(models.TextChoices):
    """What the dry run found that a row would do."""

    CREATE = "create", pgettext_lazy("import row", "Create")
    UPDATE = "update", pgettext_lazy("import row", "Update")
    UNCHANGED = "unchanged", pgettext_lazy("import row", "Unchanged")
    SKIP = "skip", pgettext_lazy("import row", "Skip")
    REFUSE = "refuse", pgettext_lazy("import row", "Refused")


class ImportResult(models.TextChoices):
    """What the run did with a row."""

    CREATED = "created", pgettext_lazy("import row", "Created")
    UPDATED = "updated", pgettext_lazy("import row", "Updated")
    UNCHANGED = "unchanged", pgettext_lazy("import row", "Unchanged")
    SKIPPED = "skipped", pgettext_lazy("import row", "Skipped")
    REFUSED = "refused", pgettext_lazy("import row", "Refused")


class ImportUndo(models.TextChoices):
    """What the undo did with a row."""

    REVERSED = "reversed", pgettext_lazy("import row", "Reversed")
    KEPT = "kept", pgettext_lazy("import row", "Kept: changed since")
    FAILED = "failed", pgettext_lazy("import row", "Could not be reversed")


class ImportTable(Stamped):
    """One file on its way in. `updated_at` also tells that its background work is alive."""

    class Existing(models.TextChoices):
        UPDATE = "update", _("Update them")
        SKIP = "skip", _("Leave them as they are")

    class Blanks(models.TextChoices):
        KEEP = "keep", _("Leave the field as it is")
        CLEAR = "clear", _("Empty the field")

    State = ImportState

    file_name = models.CharField(_("file"), max_length=255)
    size = models.PositiveIntegerField(_("size"), default=0)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True)
    headers = models.JSONField(_("columns"), default=list)
    headers_digest = models.CharField(max_length=64, blank=True, editable=False)  # what the mapping is remembered by
    mapping = models.JSONField(_("mapping"), default=dict)  # column number (as text) → field
    formats = models.JSONField(_("formats"), default=dict)  # field → "dmy", "mdy", "," or "."
    existing = models.CharField(_("existing records"), max_length=10, choices=Existing.choices, default=Existing.UPDATE)
    blanks = models.CharField(_("blank cells"), max_length=10, choices=Blanks.choices, default=Blanks.KEEP)

    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.DRAFT)
    fault = models.JSONField(_("fault"), default=dict)  # {"code", "line", "particulars"} of a broken or stopped import
    attempt = models.PositiveIntegerField(default=0, editable=False)  # only the latest dry run may write rows
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)  # per cent of what is under way
    line = models.PositiveIntegerField(default=0, editable=False)  # how far the work under way has come
    counts = models.JSONField(default=dict)  # dry run: outcome → rows, and what would be made besides
    results = models.JSONField(default=dict)  # run: result → rows
    undo_counts = models.JSONField(default=dict)  # undo: reversed, kept, failed → rows

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    acting = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether something is being done with it in the background."""
        return self.state in UNDER_WAY


class ImportPartTable(models.Model):
    """A piece of the file, so that neither reading nor storing it needs all of it in memory. Belongs to a `job`."""

    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"  # type: ignore[attr-defined]


class ImportRowTable(models.Model):
    """What a line of the file does to one record. Belongs to a `job`."""

    line = models.PositiveIntegerField(_("line"))
    label = models.CharField(_("record"), max_length=160, blank=True)
    outcome = models.CharField(_("dry run"), max_length=10, choices=ImportOutcome.choices)
    values = models.JSONField(default=dict)  # field → value, for a row that creates or updates
    changes = models.JSONField(default=dict)  # field → {"before", "after"}, for a row that updates
    problems = models.JSONField(default=list)
    record_id = models.BigIntegerField(null=True, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=ImportResult.choices, blank=True)
    version = models.DateTimeField(null=True, blank=True)  # the record's `updated_at` after the run wrote it
    undo = models.CharField(_("undo"), max_length=10, choices=ImportUndo.choices, blank=True)
    undo_problems = models.JSONField(default=list)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.line}: {self.label}"
