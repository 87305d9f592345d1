"""Which CRM field is kept equal to which finance field."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.models import Stamped
from integration.choices import Direction, Pairing
from integration.models.connections import Connection, OfConnectionQuerySet


class FieldMapping(Stamped):
    """One CRM field tied to one finance field, with the direction in which it flows and how its value is changed."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="field_mappings")
    pairing = models.CharField(_("records"), max_length=20, choices=Pairing.choices)
    crm_field = models.CharField(_("CRM field"), max_length=60)
    finance_field = models.CharField(_("finance field"), max_length=60)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices, default=Direction.BOTH)
    transform = models.CharField(_("transform"), max_length=60, default="identity")
    options = models.JSONField(default=dict, blank=True)
    default = models.CharField(_("value where there is none"), max_length=250, blank=True)
    create_only = models.BooleanField(_("only given to new records"), default=False)
    is_enabled = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("field mapping")
        verbose_name_plural = _("field mappings")
        ordering = ["pairing", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "pairing", "finance_field"],
                condition=models.Q(is_enabled=True),
                name="integration_mapping_fin_once",
            ),
            models.UniqueConstraint(
                fields=["connection", "pairing", "crm_field"],
                condition=models.Q(is_enabled=True) & ~models.Q(direction=Direction.TO_FINANCE),
                name="integration_mapping_crm_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crm_field} – {self.finance_field}"
