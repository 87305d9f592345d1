"""An import: the file as it came, what the person chose, and what became of each row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.imports.tables import (
    ImportOutcome,
    ImportPartTable,
    ImportResult,
    ImportRowTable,
    ImportState,
    ImportTable,
    ImportUndo,
)
from finsuite.kernel.models import ScopedQuerySet

__all__ = ["ImportJob", "ImportOutcome", "ImportPart", "ImportResult", "ImportRow", "ImportState", "ImportUndo"]


class ImportJob(ImportTable):
    """One file on its way into the CRM."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="imports")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    constants = models.JSONField(_("where no column says it"), default=dict)  # field → text: a deal's stage and such
    match_by = models.CharField(_("recognised by"), max_length=30)
    create_accounts = models.BooleanField(_("create missing accounts"), default=False)
    wave = models.PositiveSmallIntegerField(default=0, editable=False)  # with `line`: how far the run or undo has come

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["organization", "-id"], name="crm_import_recent"),
            models.Index(fields=["organization", "module", "headers_digest", "-id"], name="crm_import_remembered"),
            models.Index(
                fields=["updated_at"],
                condition=models.Q(state__in=["checking", "running", "undoing"]),
                name="crm_import_under_way",
            ),
        ]


class ImportPart(ImportPartTable):
    """A piece of the file."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="parts")

    class Meta:
        verbose_name = _("part of an import file")
        verbose_name_plural = _("parts of an import file")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="crm_import_part_once")]


class ImportRow(ImportRowTable):
    """What a line of the file does to one record. A contact's line may have a second row: the account it creates."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    wave = models.PositiveSmallIntegerField(default=0)
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    new_account = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        constraints = [models.UniqueConstraint(fields=["job", "wave", "line", "module"], name="crm_import_row_once")]
