"""When customers are reminded of what they owe without anybody thinking of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import ReminderRecipient
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped

SOONEST, LATEST = -60, 365


class ReminderRule(Stamped):
    """A reminder so many days after an invoice is due (below zero: before), decided by finance/reminding.py.

    `template` is a template's name, which it may have in several languages; none is the default one. `active_from` is
    the day on which the rule was switched on: what its days brought before, nobody is reminded of. `fault` says what
    kept the last of its reminders from being written.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="reminder_rules")
    days = models.SmallIntegerField(_("days after the due day"))
    recipient = models.CharField(
        _("recipients"), max_length=10, choices=ReminderRecipient.choices, default=ReminderRecipient.PERSONS
    )
    template = models.CharField(_("template"), max_length=100, blank=True)
    is_active = models.BooleanField(_("switched on"), default=False)
    active_from = models.DateField(_("switched on since"), null=True, editable=False)
    fault = models.CharField(max_length=500, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.UniqueConstraint(fields=["organization", "days"], name="finance_reminder_rule_day_once"),
            models.CheckConstraint(
                condition=models.Q(days__gte=SOONEST, days__lte=LATEST), name="finance_reminder_rule_sensible"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(active_from__isnull=False),
                name="finance_reminder_rule_since_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.days)
