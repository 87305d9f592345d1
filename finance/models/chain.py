"""The chain over what was issued: each entry's hash is taken of its content and of the entry before it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ChainEvent, DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet


class ChainEntry(models.Model):
    """One act on an issued invoice or credit note, a payment or a refund. The database refuses to change or delete it.

    `content_hash` is that of the version of the record which was kept with it (`version` is its position).
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", editable=False
    )
    position = models.PositiveBigIntegerField(editable=False)
    event = models.CharField(_("action"), max_length=20, choices=ChainEvent.choices, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices, editable=False)
    record_id = models.BigIntegerField(editable=False)
    number = models.CharField(_("number"), max_length=100, editable=False)
    version = models.PositiveIntegerField(editable=False)
    content_hash = models.CharField(max_length=64, editable=False)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made"), editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the chain")
        verbose_name_plural = _("entries of the chain")
        constraints = [models.UniqueConstraint(fields=["organization", "position"], name="finance_chain_position")]
        indexes = [models.Index(fields=["organization", "kind", "record_id"], name="finance_chain_record")]

    def __str__(self) -> str:
        return f"{self.position}: {self.number}"


class ChainHead(models.Model):
    """Where an organization's chain ends. Whoever adds to it holds this row until they commit: no gap, no fork."""

    organization = models.OneToOneField(
        Organization, primary_key=True, on_delete=models.CASCADE, related_name="+", editable=False
    )
    position = models.PositiveBigIntegerField(editable=False)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("end of the chain")
        verbose_name_plural = _("ends of the chains")

    def __str__(self) -> str:
        return str(self.position)
