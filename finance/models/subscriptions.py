"""What is sold by the month: plans, subscriptions to them, and invoices that repeat."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import (
    DocumentKind,
    RecurringStatus,
    RenewalAction,
    RepeatUnit,
    Status,
    SubscriptionStatus,
)
from finance.models.documents import Amount
from finance.models.invoices import Invoice
from finance.models.organizations import Organization
from finance.models.parties import Customer
from finance.models.taxes import Tax
from finance.recurrence import State, Unit, next_bill_on
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Plan(Stamped):
    """What is subscribed to, at a price for each term. Prices are in base currency; `terms` empty: until cancelled."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="plans")
    code = models.CharField(_("code"), max_length=50)
    code_key = models.CharField(max_length=100, editable=False)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    price = models.DecimalField(_("price of a term"), max_digits=20, decimal_places=6)
    setup_fee = models.DecimalField(_("set-up fee"), max_digits=20, decimal_places=6, default=Decimal(0))
    unit = models.CharField(_("every"), max_length=6, choices=RepeatUnit.choices, default=RepeatUnit.MONTHS)
    interval = models.PositiveSmallIntegerField(_("number of weeks, months or years"), default=1)
    terms = models.PositiveSmallIntegerField(_("number of terms"), null=True, blank=True)
    trial_days = models.PositiveSmallIntegerField(_("days of trial"), default=0)
    tax = models.ForeignKey(
        Tax, verbose_name=_("tax"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(fields=["organization", "code_key"], name="finance_plan_code_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0, setup_fee__gte=0), name="finance_plan_price"),
            models.CheckConstraint(condition=models.Q(interval__gte=1), name="finance_plan_interval"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(Stamped):
    """A customer's subscription to a plan, at the price that was agreed. Each term that begins is invoiced."""

    kind: ClassVar[DocumentKind] = DocumentKind.SUBSCRIPTION

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="subscriptions")
    number = models.CharField(_("number"), max_length=100)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.RESTRICT, related_name="subscriptions"
    )
    plan = models.ForeignKey(Plan, verbose_name=_("plan"), on_delete=models.RESTRICT, related_name="subscriptions")
    status = models.CharField(
        _("status"), max_length=20, choices=SubscriptionStatus.choices, default=SubscriptionStatus.FUTURE
    )
    currency = models.CharField(_("currency"), max_length=3)
    price = models.DecimalField(_("price of a term"), max_digits=20, decimal_places=6)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=Decimal(1))
    setup_fee = models.DecimalField(_("set-up fee"), max_digits=20, decimal_places=6, default=Decimal(0))
    tax = models.ForeignKey(
        Tax, verbose_name=_("tax"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    unit = models.CharField(_("every"), max_length=6, choices=RepeatUnit.choices)
    interval = models.PositiveSmallIntegerField(_("number of weeks, months or years"))
    terms = models.PositiveSmallIntegerField(_("number of terms"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"))
    first_bill_on = models.DateField(_("first paid day"), editable=False)  # after the trial
    next_bill_on = models.DateField(_("next renewal"), null=True, editable=False)
    billed = models.PositiveIntegerField(_("terms invoiced"), default=0, editable=False)
    reminded = models.PositiveSmallIntegerField(_("reminders of the unpaid renewal"), default=0, editable=False)
    action = models.CharField(
        _("invoices of renewals"), max_length=10, choices=RenewalAction.choices, default=RenewalAction.SEND
    )
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    notes = models.TextField(_("notes on invoices"), max_length=5000, blank=True)
    deal_id = models.BigIntegerField(_("deal"), null=True, blank=True)
    project_id = models.BigIntegerField(_("project"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, editable=False)
    fault = models.CharField(_("why the last renewal failed"), max_length=500, blank=True, editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_subscription_number"),
            models.CheckConstraint(
                condition=models.Q(price__gte=0, setup_fee__gte=0, quantity__gt=0), name="finance_subscription_price"
            ),
            models.CheckConstraint(
                condition=models.Q(first_bill_on__gte=models.F("starts_on")), name="finance_subscription_trial"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-id"], name="finance_subscription_status"),
            models.Index(fields=["customer", "-id"], name="finance_subscription_party"),
            models.Index(
                fields=["status", "next_bill_on"],
                condition=~models.Q(status__in=["cancelled", "expired"]),
                name="finance_subscription_due",
            ),
            models.Index(
                fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_subscription_deal"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def known(self, unpaid_since: object = None) -> State:
        """What finance/recurrence.py decides from; `unpaid_since` is the day its oldest unpaid renewal was due."""
        return State(
            status=self.status,
            starts_on=self.starts_on,
            first_bill_on=self.first_bill_on,
            unit=Unit(self.unit),
            interval=self.interval,
            billed=self.billed,
            terms=self.terms,
            unpaid_since=unpaid_since,  # type: ignore[arg-type]
            reminded=self.reminded,
        )

    def set_next_bill(self) -> None:
        """Bring the day of the next renewal up to date, unsaved."""
        self.next_bill_on = next_bill_on(self.known())


class SubscriptionTerm(models.Model):
    """One term of a subscription that was invoiced. A term is invoiced once, whoever asks and how often."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="invoiced_terms")
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="subscription_term")

    class Meta:
        verbose_name = _("invoiced term")
        verbose_name_plural = _("invoiced terms")
        constraints = [models.UniqueConstraint(fields=["subscription", "since"], name="finance_term_invoiced_once")]

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"


class RecurringInvoice(Stamped):
    """An invoice that is made again and again. `content` is what it is made of, as services/documents.py takes it."""

    kind: ClassVar[DocumentKind] = DocumentKind.RECURRING_INVOICE

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="recurring_invoices")
    number = models.CharField(_("number"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.RESTRICT, related_name="recurring_invoices"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=RecurringStatus.choices, default=RecurringStatus.ACTIVE
    )
    unit = models.CharField(_("every"), max_length=6, choices=RepeatUnit.choices, default=RepeatUnit.MONTHS)
    interval = models.PositiveSmallIntegerField(_("number of weeks, months or years"), default=1)
    starts_on = models.DateField(_("first invoice on"))
    ends_on = models.DateField(_("last invoice not after"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("number of invoices"), null=True, blank=True)
    made = models.PositiveIntegerField(_("invoices made"), default=0, editable=False)
    next_on = models.DateField(_("next invoice on"), null=True, editable=False)
    action = models.CharField(
        _("what happens to each invoice"), max_length=10, choices=RenewalAction.choices, default=RenewalAction.DRAFT
    )
    content = models.JSONField(editable=False)
    total = Amount(_("total"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    invoice_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    fault = models.CharField(_("why the last invoice failed"), max_length=500, blank=True, editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("recurring invoice")
        verbose_name_plural = _("recurring invoices")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_recurring_number"),
            models.CheckConstraint(condition=models.Q(interval__gte=1), name="finance_recurring_interval"),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-id"], name="finance_recurring_status"),
            models.Index(fields=["next_on"], condition=models.Q(status="active"), name="finance_recurring_due"),
        ]

    def __str__(self) -> str:
        return self.number
