"""What all documents with lines have in common.

Their figures are computed by finance/totals.py and stored: whoever shows one, shows what is stored.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.derived import NOTHING, State
from finance.models.items import Item
from finance.models.organizations import Organization
from finance.models.parties import Customer
from finance.models.taxes import Tax
from finance.models.vendors import Vendor
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Amount(models.DecimalField):  # type: ignore[type-arg]
    """An amount in a document's currency, or in base currency. No currency has more than four decimals."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max_digits": 21, "decimal_places": 4, "default": Decimal(0), **kwargs})  # type: ignore[arg-type]

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "finance.models.documents.Amount", list(args), kwargs


class Document(Stamped):
    """A document with lines. Amounts are in `currency`; `…_base` in the organization's, at `exchange_rate`."""

    kind: ClassVar[DocumentKind]
    until_field: ClassVar[str] = "due_date"  # the day that it is good for
    done_field: ClassVar[str] = ""  # how much of it is paid, invoiced or billed
    open_field: ClassVar[str] = ""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="%(class)ss")
    number = models.CharField(_("number"), max_length=100)
    status = models.CharField(_("status"), max_length=20)  # each kind has its own
    date = models.DateField(_("date"))
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=24, decimal_places=15, default=Decimal(1))
    price_precision = models.PositiveSmallIntegerField(_("decimals of prices"), default=2)
    is_tax_inclusive = models.BooleanField(_("prices include tax"), default=False)
    discount = models.CharField(_("discount"), max_length=25, blank=True)  # "10%", or an amount
    is_discount_before_tax = models.BooleanField(_("discount before tax"), default=True)
    shipping_charge = Amount(_("shipping charge"), blank=True)
    shipping_tax = models.ForeignKey(
        Tax, verbose_name=_("tax on shipping"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    adjustment = Amount(_("adjustment"), blank=True)
    adjustment_label = models.CharField(_("what the adjustment is for"), max_length=100, blank=True)
    round_off_step = models.DecimalField(
        _("rounded to"), max_digits=9, decimal_places=4, null=True, blank=True
    )  # null: not rounded off
    sub_total = Amount(_("subtotal"), editable=False)
    discount_total = Amount(_("discount"), editable=False)
    tax_total = Amount(_("tax"), editable=False)
    round_off = Amount(_("round-off"), editable=False)
    total = Amount(_("total"), editable=False)
    sub_total_base = Amount(editable=False)
    discount_total_base = Amount(editable=False)
    shipping_charge_base = Amount(editable=False)
    tax_total_base = Amount(editable=False)
    adjustment_base = Amount(editable=False)
    round_off_base = Amount(editable=False)
    total_base = Amount(_("total in base currency"), editable=False)
    taxes = models.JSONField(_("taxes"), default=list, editable=False)  # totals.TaxRow and its base amounts, as text
    notes = models.TextField(_("notes"), max_length=5000, blank=True)
    terms = models.TextField(_("terms and conditions"), max_length=10000, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("salesperson"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    deal_id = models.BigIntegerField(_("deal"), null=True, blank=True)  # of a CRM that finance knows nothing of
    project_id = models.BigIntegerField(_("project"), null=True, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True, editable=False)
    search_text = models.TextField(default="", editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def is_issued(self) -> bool:
        """Whether it has left the house, so that its content is known outside."""
        return self.issued_at is not None

    @property
    def until(self) -> datetime.date | None:
        """The day that it is good for: due, expected, or the last day of an offer."""
        found: datetime.date | None = getattr(self, self.until_field)
        return found

    @property
    def state(self) -> State:
        """What its shown status is told from."""
        return State(
            kind=self.kind,
            status=self.status,
            until=self.until,
            done=getattr(self, self.done_field) if self.done_field else NOTHING,
            open=getattr(self, self.open_field) if self.open_field else NOTHING,
        )


class SalesDocument(Document):
    """A document for a customer. The addresses are kept as they were when it was written, and so is whether it bears
    tax; `exemption` says why not: {name, category, code, reason}."""

    party_field: ClassVar[str] = "customer"

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.RESTRICT, related_name="%(class)ss"
    )
    contact_person_ids = ArrayField(
        models.BigIntegerField(), verbose_name=_("contact persons"), default=list, blank=True
    )
    billing = models.JSONField(_("billing address"), default=dict, blank=True)
    shipping = models.JSONField(_("shipping address"), default=dict, blank=True)
    is_taxable = models.BooleanField(_("taxable"), default=True, editable=False)  # as the customer was
    exemption = models.JSONField(_("reason for exemption"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class PurchaseDocument(Document):
    """A document of, or for, a vendor."""

    party_field: ClassVar[str] = "vendor"

    vendor = models.ForeignKey(Vendor, verbose_name=_("vendor"), on_delete=models.RESTRICT, related_name="%(class)ss")

    class Meta:
        abstract = True


class DocumentLine(models.Model):
    """One line. `rate` is the price of one unit in the document's currency, as it was rounded; `taxes` are kept as they
    were: [{id, name, rate, is_compound}], a group resolved into its members."""

    position = models.PositiveIntegerField(default=0)
    item = models.ForeignKey(
        Item, verbose_name=_("item"), null=True, blank=True, on_delete=models.RESTRICT, related_name="%(class)ss"
    )
    header = models.CharField(_("heading"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=Decimal(1))
    unit = models.CharField(_("unit"), max_length=100, blank=True)
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=6, default=Decimal(0))
    discount = models.CharField(_("discount"), max_length=25, blank=True)
    tax_ids = ArrayField(models.BigIntegerField(), verbose_name=_("taxes"), default=list, blank=True)
    taxes = models.JSONField(default=list, editable=False)
    item_total = Amount(_("amount"), editable=False)
    taxable = Amount(editable=False)
    tax_total = Amount(editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name or self.description[:50]
