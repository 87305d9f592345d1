"""What the organization hopes to sell, to whom, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.accounts import Account
from crm.models.contacts import Contact
from crm.models.organizations import Organization
from crm.models.pipelines import LostReason, Pipeline, Stage
from crm.models.products import Product
from crm.models.record import Record
from finsuite.kernel.models import ScopedQuerySet


class Deal(Record):
    """A sale in the making.

    `amount` is in `currency`; `exchange_rate` says how much of it one unit of home currency buys (CRM direction).
    `expected_revenue` (amount × probability) and both `…_home` figures are computed when the deal is saved, each
    rounded to its currency's decimals, so that lists, boards, sums and exports all show the same stored figure.
    """

    money = ("amount", "expected_revenue")

    name = models.CharField(_("deal name"), max_length=120)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), null=True, blank=True, on_delete=models.SET_NULL, related_name="deals"
    )
    pipeline = models.ForeignKey(Pipeline, verbose_name=_("pipeline"), on_delete=models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals")
    stage_entered_at = models.DateTimeField(_("in this stage since"), editable=False)
    probability = models.PositiveSmallIntegerField(_("probability"))  # percent; the stage's, unless a person chose
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4, null=True, blank=True)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=9, default=1)
    amount_home = models.DecimalField(max_digits=20, decimal_places=4, null=True, editable=False)
    expected_revenue = models.DecimalField(
        _("expected revenue"), max_digits=20, decimal_places=4, null=True, editable=False
    )
    expected_home = models.DecimalField(max_digits=20, decimal_places=4, null=True, editable=False)
    has_lines = models.BooleanField(default=False, editable=False)  # then the amount is their sum, and not to be typed
    closing_date = models.DateField(_("closing date"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    deal_type = models.CharField(_("type"), max_length=100, blank=True)
    next_step = models.CharField(_("next step"), max_length=255, blank=True)
    lead_source = models.CharField(_("lead source"), max_length=100, blank=True)
    campaign_source = models.CharField(_("campaign source"), max_length=100, blank=True)
    lost_reason = models.ForeignKey(
        LostReason, verbose_name=_("lost reason"), null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    lost_note = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="crm_deal_name_given"),
            models.CheckConstraint(condition=models.Q(exchange_rate__gt=0), name="crm_deal_rate_positive"),
            models.CheckConstraint(condition=models.Q(probability__lte=100), name="crm_deal_probability_percent"),
        ]
        indexes = [
            models.Index(fields=["organization", "name_key", "id"], name="crm_deal_name_key"),
            models.Index(fields=["organization", "sort_key", "id"], name="crm_deal_sorted"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="crm_deal_recent"),
            models.Index(fields=["organization", "owner"], name="crm_deal_owner"),
            models.Index(fields=["organization", "stage", "closing_date", "id"], name="crm_deal_board"),
            models.Index(fields=["organization", "closing_date", "id"], name="crm_deal_closing"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_deal_search"),
        ]

    @property
    def label(self) -> str:
        return self.name

    def searched(self) -> tuple[str, ...]:
        return (self.name, self.next_step, self.deal_type)


class DealLine(models.Model):
    """A product in a deal: quantity × price less a discount, in the deal's currency. `total` is computed and stored."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    product = models.ForeignKey(
        Product, verbose_name=_("product"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=4, default=1)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=6)
    discount_percent = models.DecimalField(
        _("discount in percent"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    discount_amount = models.DecimalField(_("discount"), max_digits=20, decimal_places=4, null=True, blank=True)
    total = models.DecimalField(_("total"), max_digits=20, decimal_places=4)

    class Meta:
        verbose_name = _("line of a deal")
        verbose_name_plural = _("lines of a deal")
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "position"], name="crm_deal_line_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=models.Q(discount_percent=None) | models.Q(discount_amount=None),
                name="crm_deal_line_one_discount",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DealContact(models.Model):
    """A person who has a say in a deal, and which one."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="contact_roles")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="deal_roles")
    role = models.CharField(_("role"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("contact of a deal")
        verbose_name_plural = _("contacts of a deal")
        constraints = [models.UniqueConstraint(fields=["deal", "contact"], name="crm_deal_contact_once")]

    def __str__(self) -> str:
        return f"{self.contact} ({self.role})" if self.role else str(self.contact)


class StageChange(models.Model):
    """A deal entered a stage: when, by whom, and what it was worth then. The first one has no `from_stage`."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+")
    to_stage = models.ForeignKey(Stage, null=True, on_delete=models.SET_NULL, related_name="+")
    from_name = models.CharField(max_length=100, blank=True)  # as they were called then
    to_name = models.CharField(max_length=100)
    probability = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    currency = models.CharField(max_length=3)
    closing_date = models.DateField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    seconds_before = models.BigIntegerField(null=True)  # how long the deal had been in `from_stage`

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        indexes = [models.Index(fields=["deal", "-at", "-id"], name="crm_stage_change_of_deal")]

    def __str__(self) -> str:
        return f"{self.from_name} → {self.to_name}"
