"""The companies that the organization buys from."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.record import Record
from crm.models.validators import validate_email, validate_website


class Vendor(Record):
    """A company that the organization buys from."""

    name = models.CharField(_("vendor name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.CharField(_("e-mail"), max_length=100, blank=True, validators=[validate_email])
    website = models.CharField(_("website"), max_length=255, blank=True, validators=[validate_website])
    category = models.CharField(_("category"), max_length=100, blank=True)
    gl_account = models.CharField(_("ledger account"), max_length=100, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    street = models.TextField(_("street"), max_length=250, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=100, blank=True)
    zip_code = models.CharField(_("postal code"), max_length=30, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="crm_vendor_name_given")]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="crm_vendor_name_key"),
            models.Index(fields=["organization", "sort_key", "id"], name="crm_vendor_sorted"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_vendor_recent"),
            models.Index(fields=["organization", "owner"], name="crm_vendor_owner"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_vendor_search"),
        ]

    @property
    def label(self) -> str:
        return self.name

    def searched(self) -> tuple[str, ...]:
        return (self.name, self.email, self.website, self.phone, self.city, self.tax_number)
