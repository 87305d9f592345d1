"""The one history of who did what. Rows are only ever added: the database refuses to change or delete one."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.actors import Via


class Entry(models.Model):
    """One act on one record, with what changed.

    `tenant` is "crm:1", "finance:2", "portal:3", or "" for people's own settings.
    """

    tenant = models.CharField(max_length=40, blank=True, editable=False)
    kind = models.CharField(_("record"), max_length=60, editable=False)  # "crm.account"
    record_id = models.BigIntegerField(null=True, editable=False)
    record_label = models.CharField(max_length=250, blank=True, editable=False)
    verb = models.CharField(_("action"), max_length=60, editable=False)  # "created", "updated", "deleted", "linked"…
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    user_id = models.BigIntegerField(null=True, editable=False)
    actor_label = models.CharField(_("who"), max_length=250, editable=False)
    via = models.CharField(max_length=10, choices=[(via.value, via.value) for via in Via], editable=False)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "record_id", "-id"], name="audit_entry_record"),
            models.Index(fields=["tenant", "-id"], name="audit_entry_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.verb} {self.record_label}"
