"""An import from other books: the file as it came, what the person chose, and what became of each record in it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ImportedKind, ImportModule
from finance.models.organizations import Organization
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

__all__ = [
    "ImportJob",
    "ImportOutcome",
    "ImportPart",
    "ImportResult",
    "ImportRow",
    "ImportState",
    "ImportUndo",
    "ImportedRecord",
]


class ImportJob(ImportTable):
    """One file of contacts, items or invoices on its way into the books."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="imports")
    module = models.CharField(_("records"), max_length=20, choices=ImportModule.choices)
    creates_customers = models.BooleanField(_("create missing customers"), default=False)
    creates_taxes = models.BooleanField(_("create missing taxes"), default=False)
    records_payments = models.BooleanField(_("record what was paid"), default=True)
    accepts_differences = models.BooleanField(_("make small differences good by an adjustment"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["organization", "-id"], name="finance_import_recent"),
            models.Index(fields=["organization", "module", "headers_digest", "-id"], name="finance_import_remembered"),
            models.Index(
                fields=["updated_at"],
                condition=models.Q(state__in=["checking", "running", "undoing"]),
                name="finance_import_under_way",
            ),
        ]


class ImportPart(ImportPartTable):
    """A piece of the file."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="parts")

    class Meta:
        verbose_name = _("part of an import file")
        verbose_name_plural = _("parts of an import file")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="finance_import_part_once")]


class ImportRow(ImportRowTable):
    """What the rows of one record in the file do. `line` is the first of them, `lines` are all."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(_("record"), max_length=20, choices=ImportedKind.choices)
    lines = models.JSONField(default=list)
    parts = models.JSONField(default=list)  # an invoice's lines, a contact's persons
    made = models.JSONField(default=list)  # what else was, or would be, made for it: [{"kind", "label"}]

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="finance_import_row_once")]


class ImportedRecord(models.Model):
    """Which of our records is the one that other books know under an id, so that it is known again under any name."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="imported_records")
    kind = models.CharField(max_length=20, choices=ImportedKind.choices)
    source_id = models.CharField(max_length=100)
    record_id = models.BigIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "source_id"], name="finance_imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
