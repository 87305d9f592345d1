"""Pairs of records, and the records that have none."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.models import Stamped
from integration.choices import OPEN_LINK_STATES, Kind, LinkState, Pairing, UnmatchedReason
from integration.models.connections import Connection, OfConnectionQuerySet

_OPEN = models.Q(state__in=OPEN_LINK_STATES)


class LinkQuerySet(OfConnectionQuerySet["Link"]):
    def open(self) -> Self:
        """The links that hold now."""
        return self.filter(_OPEN)


class Link(Stamped):
    """One CRM record paired with one finance record, with the base that each side last agreed on.

    `seen_crm` and `seen_finance` are the revisions that the bases were read at: a side whose revision has moved on
    since is looked at again. The unique constraints are the last word on "at most one open link per record".
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="links", db_index=False)
    pairing = models.CharField(_("records"), max_length=20, choices=Pairing.choices)
    crm_kind = models.CharField(max_length=30, choices=Kind.choices)
    crm_id = models.BigIntegerField()
    finance_kind = models.CharField(max_length=30, choices=Kind.choices)
    finance_id = models.BigIntegerField()
    base_crm = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    base_finance = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    seen_crm = models.BigIntegerField(default=-1)
    seen_finance = models.BigIntegerField(default=-1)
    generation = models.PositiveIntegerField(default=1)
    state = models.CharField(_("state"), max_length=10, choices=LinkState.choices, default=LinkState.ACTIVE)
    reason = models.CharField(max_length=40, blank=True)
    alias_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="aliases")
    synced_at = models.DateTimeField(_("last synced"), null=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["crm_kind", "crm_id", "connection"], condition=_OPEN, name="integration_link_crm_once"
            ),
            models.UniqueConstraint(
                fields=["finance_kind", "finance_id", "connection"], condition=_OPEN, name="integration_link_fin_once"
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "state", "id"], name="integration_link_state"),
        ]

    def __str__(self) -> str:
        return f"{self.crm_kind} {self.crm_id} – {self.finance_kind} {self.finance_id}"


class Exclusion(models.Model):
    """Two records that are not the same, although they look it: never paired again unless a person says so."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="exclusions", db_index=False)
    crm_kind = models.CharField(max_length=30, choices=Kind.choices)
    crm_id = models.BigIntegerField()
    finance_kind = models.CharField(max_length=30, choices=Kind.choices)
    finance_id = models.BigIntegerField()
    reason = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "crm_kind", "crm_id", "finance_kind", "finance_id"],
                name="integration_exclusion_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.crm_kind} {self.crm_id} ≠ {self.finance_kind} {self.finance_id}"


class Unmatched(models.Model):
    """Why a record has no link, as judged at revision `rev` under the setting's `generation`.

    `candidates` are the records of the other side that the judgement rests on, with their revisions, and `dep` digests
    it all: when one of them moves on, the record is judged again.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="unmatched", db_index=False)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    record_id = models.BigIntegerField()
    rev = models.BigIntegerField()
    generation = models.PositiveIntegerField()
    reason = models.CharField(_("reason"), max_length=20, choices=UnmatchedReason.choices)
    dep = models.CharField(max_length=64, blank=True, editable=False)
    candidate_kind = models.CharField(max_length=30, choices=Kind.choices, blank=True)
    candidates = ArrayField(models.BigIntegerField(), default=list)
    candidate_revs = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(auto_now=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("record without a link")
        verbose_name_plural = _("records without a link")
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "record_id"], name="integration_unmatched_once")
        ]
        indexes = [GinIndex(fields=["candidates"], name="integration_unmatched_cand")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.get_reason_display()}"
