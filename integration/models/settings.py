"""What the admin chose for a module of a connection."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import ListView
from finsuite.kernel.models import Stamped
from integration.choices import Extent, Granularity, Mode, Module, OnDelete, Policy, SettingState
from integration.models.connections import Connection, OfConnectionQuerySet


class SyncSetting(Stamped):
    """How a module is synced. Every change that can alter a decision raises `generation`, so all is judged anew.

    `guard_count` and `guard_share` bound how much one run may delete, deactivate or overwrite without asking: the
    larger of the count and that share (in percent) of the module's links. `asking` tells what is asked about, and
    `confirmed` names the pairings for which the next run may go over the bound.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sync_settings")
    module = models.CharField(_("module"), max_length=20, choices=Module.choices, default=Module.CONTACTS)
    mode = models.CharField(_("records"), max_length=30, choices=Mode.choices, default=Mode.BOTH)
    include_unattached = models.BooleanField(_("include contacts without an account"), default=False)
    account_view = models.ForeignKey(
        ListView, verbose_name=_("accounts to sync"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contact_view = models.ForeignKey(
        ListView, verbose_name=_("contacts to sync"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    extent = models.CharField(_("extent"), max_length=10, choices=Extent.choices, default=Extent.BOTH)
    duplicate_policy = models.CharField(
        _("when a record exists on both sides at first sight"),
        max_length=10,
        choices=Policy.choices,
        default=Policy.SKIP,
    )
    conflict_policy = models.CharField(
        _("when a record is changed on both sides"), max_length=10, choices=Policy.choices, default=Policy.SKIP
    )
    granularity = models.CharField(
        _("what Skip holds back"), max_length=10, choices=Granularity.choices, default=Granularity.FIELD
    )
    on_crm_deleted = models.CharField(
        _("when a CRM record is deleted, its finance record"),
        max_length=12,
        choices=OnDelete.choices,
        default=OnDelete.UNLINK,
    )
    on_finance_deleted = models.CharField(
        _("when a finance record is deleted, its CRM record"),
        max_length=12,
        choices=OnDelete.choices,
        default=OnDelete.UNLINK,
    )
    guard_count = models.PositiveIntegerField(_("ask above this many"), default=10)
    guard_share = models.PositiveSmallIntegerField(
        _("ask above this share (%)"), default=5, validators=[MaxValueValidator(100)]
    )
    sweep_minutes = models.PositiveIntegerField(
        _("full sweep every (minutes)"), default=120, validators=[MinValueValidator(5)]
    )
    state = models.CharField(_("state"), max_length=10, choices=SettingState.choices, default=SettingState.ACTIVE)
    asking = models.JSONField(default=dict, blank=True, editable=False)
    confirmed = models.JSONField(default=list, blank=True, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    swept_at = models.DateTimeField(_("last full sweep"), null=True, editable=False)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sync setting")
        verbose_name_plural = _("sync settings")
        constraints = [models.UniqueConstraint(fields=["connection", "module"], name="integration_setting_once")]

    def __str__(self) -> str:
        return f"{self.connection}: {self.get_module_display()}"
