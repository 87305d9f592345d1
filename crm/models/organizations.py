"""The CRM tenant and who belongs to it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.choices import Edition
from crm.models.validators import validate_website
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Organization(Stamped):
    """A company that uses the CRM. Its home currency is fixed once set; only staff can change it.

    `is_multi_currency` comes with the Enterprise edition; on Professional, the integration switches it on and off.
    """

    name = models.CharField(_("name"), max_length=100)
    edition = models.CharField(_("edition"), max_length=20, choices=Edition.choices, default=Edition.ENTERPRISE)
    home_currency = models.CharField(_("home currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    language = models.CharField(_("language"), max_length=8, default="en")
    is_multi_currency = models.BooleanField(_("works in several currencies"), default=True)
    street = models.TextField(_("street"), max_length=250, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    zip_code = models.CharField(_("postal code"), max_length=30, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    website = models.CharField(_("website"), max_length=255, blank=True, validators=[validate_website])
    fiscal_year_start_month = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=1)
    extended = ArrayField(models.CharField(max_length=20), default=list, editable=False)  # what has custom fields
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("CRM organization")
        verbose_name_plural = _("CRM organizations")

    def __str__(self) -> str:
        return self.name

    @property
    def tenant(self) -> str:
        """The organization's name in the audit history."""
        return f"crm:{self.pk}"


class Membership(Stamped):
    """A person's place in a CRM organization, with the profile that says what they may do."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="crm_memberships")
    profile = models.ForeignKey("crm.Profile", on_delete=models.PROTECT, related_name="memberships")
    manager = models.ForeignKey(
        "self", verbose_name=_("manager"), null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="crm_membership_once"),
            models.CheckConstraint(
                condition=models.Q(manager=None) | ~models.Q(manager=models.F("id")),
                name="crm_membership_not_own_manager",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.profile}"
