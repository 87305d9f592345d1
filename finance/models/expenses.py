"""Expenses: what was spent, on what, by whom, and whom it is billed on to; and the reports that people hand in."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DistanceUnit, DocumentKind, ExpenseStatus, PaidThrough, ReportStatus
from finance.models.documents import Amount
from finance.models.organizations import Organization
from finance.models.parties import Customer
from finance.models.taxes import Tax
from finance.models.vendors import Vendor
from finsuite.kernel.models import ScopedQuerySet, Stamped


class ExpenseCategory(Stamped):
    """What money is spent on. Reports and statistics go by it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="expense_categories")
    name = models.CharField(_("name"), max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    is_mileage = models.BooleanField(_("mileage"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("expense category")
        verbose_name_plural = _("expense categories")
        constraints = [
            models.UniqueConstraint(fields=["organization", "name_key"], name="finance_category_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="finance_category_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


class ExpenseReport(Stamped):
    """Expenses of one person that are handed in, approved and paid back together. Its totals are in base currency."""

    kind: ClassVar[DocumentKind] = DocumentKind.EXPENSE_REPORT

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="expense_reports")
    number = models.CharField(_("number"), max_length=100)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=ReportStatus.choices, default=ReportStatus.DRAFT)
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("submitted by"), on_delete=models.RESTRICT, related_name="+"
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    reason = models.CharField(_("why it was rejected"), max_length=500, blank=True, editable=False)
    reimbursed_on = models.DateField(_("reimbursed on"), null=True, editable=False)
    reimbursed_through = models.CharField(
        _("reimbursed through"), max_length=20, choices=PaidThrough.choices, blank=True, editable=False
    )
    reimbursement_reference = models.CharField(_("reference"), max_length=100, blank=True, editable=False)
    total_base = Amount(_("total"), editable=False)
    reimbursable_base = Amount(_("to be reimbursed"), editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("expense report")
        verbose_name_plural = _("expense reports")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_expense_report_number"),
            models.CheckConstraint(
                condition=~models.Q(status=ReportStatus.REIMBURSED) | models.Q(reimbursed_on__isnull=False),
                name="finance_expense_report_reimbursed_on",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "-id"], name="finance_expense_report_status"),
            models.Index(fields=["organization", "submitter", "-id"], name="finance_expense_report_of"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Expense(Stamped):
    """One amount that was spent. `total` is what was paid, tax included; `net` what is left without `tax_total`."""

    kind: ClassVar[DocumentKind] = DocumentKind.EXPENSE
    money: ClassVar[tuple[str, ...]] = ("amount", "net", "tax_total", "total")  # the columns that are in `currency`

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="expenses")
    number = models.CharField(_("number"), max_length=100)
    date = models.DateField(_("date"))
    category = models.ForeignKey(
        ExpenseCategory, verbose_name=_("category"), on_delete=models.RESTRICT, related_name="expenses"
    )
    spender = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("spent by"), on_delete=models.RESTRICT, related_name="+"
    )
    paid_through = models.CharField(
        _("paid through"), max_length=20, choices=PaidThrough.choices, default=PaidThrough.EMPLOYEE
    )
    vendor = models.ForeignKey(
        Vendor, verbose_name=_("vendor"), null=True, blank=True, on_delete=models.RESTRICT, related_name="expenses"
    )
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(
        _("exchange rate"), max_digits=24, decimal_places=15, default=Decimal(1)
    )  # base per one unit
    amount = Amount(_("amount"))  # as it was typed: with tax, or without
    tax = models.ForeignKey(
        Tax, verbose_name=_("tax"), null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    is_tax_inclusive = models.BooleanField(_("the amount includes tax"), default=True)
    net = Amount(_("net"), editable=False)
    tax_total = Amount(_("tax"), editable=False)
    total = Amount(_("total"), editable=False)
    net_base = Amount(editable=False)
    tax_total_base = Amount(editable=False)
    total_base = Amount(_("total in base currency"), editable=False)
    taxes = models.JSONField(default=list, editable=False)  # as a document's
    distance = models.DecimalField(_("distance"), max_digits=12, decimal_places=2, null=True, blank=True)
    distance_unit = models.CharField(_("unit"), max_length=4, choices=DistanceUnit.choices, blank=True)
    distance_rate = models.DecimalField(
        _("rate per unit of distance"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    is_billable = models.BooleanField(_("billable"), default=False)
    markup = models.DecimalField(
        _("mark-up (%)"), max_digits=7, decimal_places=2, null=True, blank=True
    )  # null: as the preferences say
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.RESTRICT, related_name="expenses"
    )
    deal_id = models.BigIntegerField(_("deal"), null=True, blank=True)
    project_id = models.BigIntegerField(_("project"), null=True, blank=True)
    report = models.ForeignKey(
        ExpenseReport,
        verbose_name=_("expense report"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="expenses",
    )
    status = models.CharField(
        _("status"), max_length=20, choices=ExpenseStatus.choices, default=ExpenseStatus.UNREPORTED, editable=False
    )  # while it is in a report, the report's
    is_invoiced = models.BooleanField(_("invoiced"), default=False, editable=False)
    search_text = models.TextField(default="", editable=False)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_expense_number"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="finance_expense_above_zero"),
            models.CheckConstraint(
                condition=models.Q(total=models.F("net") + models.F("tax_total")), name="finance_expense_adds_up"
            ),
            models.CheckConstraint(
                condition=models.Q(is_billable=False) | models.Q(customer__isnull=False),
                name="finance_expense_billed_to_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(is_invoiced=False) | models.Q(is_billable=True),
                name="finance_expense_invoiced_billable",
            ),
            models.CheckConstraint(
                condition=models.Q(markup__isnull=True) | models.Q(markup__gte=0), name="finance_expense_markup"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_expense_dated"),
            models.Index(fields=["organization", "spender", "-date", "-id"], name="finance_expense_of"),
            models.Index(fields=["organization", "category", "-date", "-id"], name="finance_expense_category"),
            models.Index(
                fields=["customer", "-date", "-id"],
                condition=models.Q(customer__isnull=False),
                name="finance_expense_party",
            ),
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_expense_deal"),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_expense_project"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def billing(self) -> str:
        """Whether a customer pays for it: "non_billable", "unbilled" or "invoiced"."""
        if not self.is_billable:
            return "non_billable"
        return "invoiced" if self.is_invoiced else "unbilled"
