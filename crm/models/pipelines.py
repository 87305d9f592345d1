"""The ways a deal goes from first talk to won or lost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import StageCategory
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Pipeline(Stamped):
    """One way of selling, with its own stages. An organization has exactly one default pipeline."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="pipelines")
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_default = models.BooleanField(_("default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="crm_pipeline_name_once"),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="crm_pipeline_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(Stamped):
    """A step of a pipeline. `probability` is in percent; a won stage has 100, a lost one 0."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="stages")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0)
    category = models.CharField(
        _("forecast category"), max_length=10, choices=StageCategory.choices, default=StageCategory.OPEN
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="crm_stage_name_once"),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="crm_stage_probability_percent"),
            models.CheckConstraint(
                condition=models.Q(category=StageCategory.OPEN)
                | models.Q(category=StageCategory.WON, probability=100)
                | models.Q(category=StageCategory.LOST, probability=0),
                name="crm_stage_closed_probability",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LostReason(Stamped):
    """Why deals are lost, as the organization lists it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="lost_reasons")
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("lost reason")
        verbose_name_plural = _("lost reasons")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="crm_lost_reason_once")]

    def __str__(self) -> str:
        return self.name
