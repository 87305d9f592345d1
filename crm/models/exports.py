"""An export: which records were asked for, as which file, and the file itself until it is cleared away."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class ExportState(models.TextChoices):
    """How far an export has come."""

    WRITING = "writing", pgettext_lazy("export", "Being written")
    READY = "ready", pgettext_lazy("export", "Ready")
    FAILED = "failed", pgettext_lazy("export", "Failed")
    CLEARED = "cleared", pgettext_lazy("export", "Cleared away")


class ExportJob(Stamped):
    """One file of records, as the person who asked for it may see them. It is theirs alone."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel workbook (XLSX)")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="exports")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    title = models.CharField(_("list view"), max_length=100)  # of the list view, as it was called
    asked = models.JSONField(default=dict)  # {"view", "criteria", "search", "columns"}
    format = models.CharField(_("format"), max_length=4, choices=Format.choices, default=Format.CSV)
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=ExportState.choices, default=ExportState.WRITING)
    fault = models.TextField(_("fault"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)  # by workers, the lost ones included
    rows = models.PositiveIntegerField(_("records"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0)  # bytes
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [
            models.Index(fields=["organization", "created_by", "-id"], name="crm_export_of_person"),
            models.Index(fields=["state", "updated_at"], name="crm_export_state"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """What the file is called when it is saved."""
        return f"{self.module}-{self.created_at:%Y-%m-%d}-{self.pk}.{self.format}"


class ExportPart(models.Model):
    """A piece of the file, so that neither writing nor sending it needs all of it in memory."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("part of an export file")
        verbose_name_plural = _("parts of an export file")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="crm_export_part_once")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
