"""The finance tenant and who belongs to it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import App, DateFormat, Role
from finsuite.kernel.models import ScopedQuerySet, Stamped
from finsuite.kernel.validators import validate_email, validate_website


def place_of_logo(organization: Organization, name: str) -> str:
    """Where a logo is kept: nothing of the name that it was given by the person who sent it."""
    return f"logos/{organization.pk}/{uuid4().hex}"


class Organization(Stamped):
    """A company that keeps its books here, in one or more finance apps. Its base currency is fixed once used."""

    name = models.CharField(_("name"), max_length=100)
    base_currency = models.CharField(_("base currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    language = models.CharField(_("language"), max_length=8, default="en")
    country = models.CharField(_("country"), max_length=100, blank=True)
    fiscal_year_start_month = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=1)
    apps = ArrayField(models.CharField(max_length=20, choices=App.choices), verbose_name=_("apps"), default=list)
    allows_duplicate_names = models.BooleanField(_("allow duplicate display names"), default=False)
    extended = ArrayField(models.CharField(max_length=20), default=list, editable=False)  # what has custom fields
    is_demo = models.BooleanField(default=False, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    street = models.TextField(_("street"), max_length=500, blank=True)
    street2 = models.CharField(_("street, line 2"), max_length=255, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    zip_code = models.CharField(_("postal code"), max_length=50, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    email = models.CharField(_("e-mail"), max_length=100, blank=True, validators=[validate_email])
    website = models.CharField(_("website"), max_length=255, blank=True, validators=[validate_website])
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    legal_notice = models.TextField(_("legal notice"), max_length=500, blank=True)  # at the foot of documents
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    date_format = models.CharField(_("days on documents"), max_length=12, choices=DateFormat.choices, blank=True)
    logo = models.FileField(_("logo"), upload_to=place_of_logo, max_length=200, blank=True, editable=False)
    logo_type = models.CharField(max_length=20, blank=True, editable=False)  # what its first bytes say that it is

    class Meta:
        verbose_name = _("finance organization")
        verbose_name_plural = _("finance organizations")

    def __str__(self) -> str:
        return self.name

    @property
    def tenant(self) -> str:
        """The organization's name in the audit history."""
        return f"finance:{self.pk}"


class Membership(Stamped):
    """A person's place in a finance organization, with their role."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="finance_memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, default=Role.STAFF)
    is_owner = models.BooleanField(_("owner"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="finance_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"
