"""The recycle bin: deleted records with everything that is needed to have them again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class DeletedRecord(models.Model):
    """A record as it was when it was deleted.

    `content` is its row; `parts` are the rows that went with it; `let_go` says what hung on it: {"contacts.account_id":
    [ids]}. `owner_id` is whose it was: who may see it now is told from that, as if it were still there.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    record_id = models.BigIntegerField()
    label = models.CharField(_("name"), max_length=250)
    owner_id = models.BigIntegerField(null=True)
    content = models.JSONField()
    parts = models.JSONField(default=list)
    let_go = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=250)
    deleted_at = models.DateTimeField(_("when"), auto_now_add=True)
    restored_at = models.DateTimeField(null=True)
    restored_by_name = models.CharField(max_length=250, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("deleted record")
        verbose_name_plural = _("deleted records")
        indexes = [
            models.Index(
                fields=["organization", "module", "-id"],
                condition=models.Q(restored_at=None),
                name="crm_deleted_recent",
            ),
            models.Index(fields=["module", "record_id"], name="crm_deleted_record"),
            models.Index(fields=["deleted_at"], name="crm_deleted_old"),
        ]

    def __str__(self) -> str:
        return self.label
