"""The people that the CRM knows, at an account or on their own."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.models.accounts import Account
from crm.models.record import Record
from crm.models.validators import validate_email


class Contact(Record):
    """A person. Without an account, a customer in their own right (an individual)."""

    named_by = ("first_name", "last_name")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    reports_to = models.ForeignKey(
        "self", verbose_name=_("reports to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    salutation = models.CharField(_("salutation"), max_length=25, blank=True)
    first_name = models.CharField(_("first name"), max_length=40, blank=True)
    last_name = models.CharField(_("last name"), max_length=80)
    email = models.CharField(_("e-mail"), max_length=100, blank=True, validators=[validate_email])
    secondary_email = models.CharField(_("second e-mail"), max_length=100, blank=True, validators=[validate_email])
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    mobile = models.CharField(_("mobile"), max_length=30, blank=True)
    home_phone = models.CharField(_("home phone"), max_length=30, blank=True)
    other_phone = models.CharField(_("other phone"), max_length=30, blank=True)
    fax = models.CharField(_("fax"), max_length=30, blank=True)
    title = models.CharField(_("title"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=50, blank=True)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    lead_source = models.CharField(_("lead source"), max_length=100, blank=True)
    email_opt_out = models.BooleanField(_("no e-mail"), default=False)
    skype_id = models.CharField(_("Skype"), max_length=50, blank=True)
    twitter = models.CharField(_("X (Twitter)"), max_length=50, blank=True)
    mailing_street = models.TextField(_("mailing street"), max_length=250, blank=True)
    mailing_city = models.CharField(_("mailing city"), max_length=100, blank=True)
    mailing_state = models.CharField(_("mailing state"), max_length=100, blank=True)
    mailing_zip = models.CharField(_("mailing code"), max_length=30, blank=True)
    mailing_country = models.CharField(_("mailing country"), max_length=100, blank=True)
    other_street = models.TextField(_("other street"), max_length=250, blank=True)
    other_city = models.CharField(_("other city"), max_length=100, blank=True)
    other_state = models.CharField(_("other state"), max_length=100, blank=True)
    other_zip = models.CharField(_("other code"), max_length=30, blank=True)
    other_country = models.CharField(_("other country"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(condition=~models.Q(last_name=""), name="crm_contact_last_name_given"),
            models.CheckConstraint(condition=~models.Q(reports_to=models.F("id")), name="crm_contact_not_own_boss"),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="crm_contact_name_key"),
            models.Index(fields=["organization", "sort_key", "id"], name="crm_contact_sorted"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_contact_recent"),
            models.Index(fields=["organization", "owner"], name="crm_contact_owner"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_contact_search"),
            # What an import recognises contacts by, beside their name.
            models.Index(
                models.F("organization"), Lower("email"), name="crm_contact_email", condition=~models.Q(email="")
            ),
        ]

    @property
    def label(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name, as the finance side displays an individual customer."""
        return f"{self.first_name} {self.last_name}".strip()

    def sorted_by(self) -> str:
        return f"{self.last_name} {self.first_name}"

    def searched(self) -> tuple[str, ...]:
        return (self.full_name, self.email, self.secondary_email, self.phone, self.mobile)
