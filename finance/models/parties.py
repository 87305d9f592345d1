"""What all parties have in common, customers, and their contact persons."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import CustomerKind, Status
from finance.models.organizations import Organization
from finance.models.payment_terms import PaymentTerm
from finance.models.taxes import TaxExemption
from finsuite.kernel.models import ScopedQuerySet, Stamped
from finsuite.kernel.validators import validate_email, validate_website


class Party(Stamped):
    """Who documents are exchanged with: names, how to reach them, the currency and the terms, two addresses.

    `unique_key` holds the display name's key where the organization forbids duplicate display names, else it is null.
    `sort_key` is the display name without case and accents; `search_text` is everything that the search looks in.
    """

    number = models.CharField(_("number"), max_length=200, blank=True, editable=False)
    display_name = models.CharField(_("display name"), max_length=200)
    name_key = models.CharField(max_length=400, editable=False)
    unique_key = models.CharField(max_length=400, null=True, editable=False)  # noqa: DJ001
    sort_key = models.CharField(max_length=200, default="", editable=False)
    search_text = models.TextField(default="", editable=False)
    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    salutation = models.CharField(_("salutation"), max_length=25, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.CharField(_("e-mail"), max_length=100, blank=True, validators=[validate_email])
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    mobile = models.CharField(_("mobile"), max_length=50, blank=True)
    website = models.CharField(_("website"), max_length=255, blank=True, validators=[validate_website])
    currency = models.CharField(_("currency"), max_length=3)
    payment_term = models.ForeignKey(
        PaymentTerm,
        verbose_name=_("payment term"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
    )
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    billing_attention = models.CharField(_("billing attention"), max_length=100, blank=True)
    billing_address = models.TextField(_("billing address"), max_length=500, blank=True)
    billing_street2 = models.CharField(_("billing address, line 2"), max_length=255, blank=True)
    billing_city = models.CharField(_("billing city"), max_length=100, blank=True)
    billing_state = models.CharField(_("billing state"), max_length=100, blank=True)
    billing_zip = models.CharField(_("billing code"), max_length=50, blank=True)
    billing_country = models.CharField(_("billing country"), max_length=100, blank=True)
    billing_phone = models.CharField(_("billing phone"), max_length=50, blank=True)
    billing_fax = models.CharField(_("billing fax"), max_length=50, blank=True)
    shipping_attention = models.CharField(_("shipping attention"), max_length=100, blank=True)
    shipping_address = models.TextField(_("shipping address"), max_length=500, blank=True)
    shipping_street2 = models.CharField(_("shipping address, line 2"), max_length=255, blank=True)
    shipping_city = models.CharField(_("shipping city"), max_length=100, blank=True)
    shipping_state = models.CharField(_("shipping state"), max_length=100, blank=True)
    shipping_zip = models.CharField(_("shipping code"), max_length=50, blank=True)
    shipping_country = models.CharField(_("shipping country"), max_length=100, blank=True)
    shipping_phone = models.CharField(_("shipping phone"), max_length=50, blank=True)
    shipping_fax = models.CharField(_("shipping fax"), max_length=50, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.display_name

    @property
    def full_name(self) -> str:
        """First and last name of an individual."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:
        """Whether new documents may be made for them."""
        return self.status == Status.ACTIVE


class Customer(Party):
    """Who is invoiced: a business with contact persons, or an individual with a name of their own.

    Without a payment term of the organization's, `payment_terms` and its label say what was agreed with them alone;
    without these, too, the organization's default term holds.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="customers")
    kind = models.CharField(_("kind"), max_length=10, choices=CustomerKind.choices, default=CustomerKind.BUSINESS)
    number = models.CharField(_("customer number"), max_length=200, blank=True, editable=False)
    payment_terms = models.PositiveSmallIntegerField(_("payment terms (days)"), default=0)
    payment_terms_label = models.CharField(_("payment terms"), max_length=200, blank=True)
    credit_limit = models.DecimalField(_("credit limit"), max_digits=18, decimal_places=2, null=True, blank=True)
    is_taxable = models.BooleanField(_("taxable"), default=True)
    is_reminded = models.BooleanField(_("automatic payment reminders"), default=True)
    exemption = models.ForeignKey(
        TaxExemption,
        verbose_name=_("reason for exemption"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(condition=~models.Q(display_name=""), name="finance_customer_name_given"),
            models.UniqueConstraint(fields=["organization", "unique_key"], name="finance_customer_name_unique"),
            models.UniqueConstraint(
                fields=["organization", "number"], condition=~models.Q(number=""), name="finance_customer_number_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="finance_customer_name_key"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="finance_customer_recent"),
            models.Index(fields=["organization", "sort_key", "id"], name="finance_customer_sorted"),
            models.Index(fields=["organization", "status", "sort_key", "id"], name="finance_customer_status"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_customer_search"),
        ]


class ContactPerson(Stamped):
    """A person at a business customer. Exactly one of a customer's persons is the primary one."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contact_persons")
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="contact_persons"
    )
    salutation = models.CharField(_("salutation"), max_length=25, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    name_key = models.CharField(max_length=420, editable=False)
    email = models.CharField(_("e-mail"), max_length=100, blank=True, validators=[validate_email])
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    mobile = models.CharField(_("mobile"), max_length=50, blank=True)
    designation = models.CharField(_("designation"), max_length=100, blank=True)
    department = models.CharField(_("department"), max_length=50, blank=True)
    is_primary = models.BooleanField(_("primary"), default=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(first_name="") | ~models.Q(last_name=""), name="finance_person_name_given"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=models.Q(is_primary=True), name="finance_person_one_primary"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "name_key"], name="finance_person_customer"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="finance_person_recent"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()
