"""Which CRM organization works with which finance organization."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Organization as CrmOrganization
from finance.choices import App
from finance.models import Organization as FinanceOrganization
from finance.models import ZscKey
from finsuite.kernel.models import M, ScopedQuerySet, Stamped
from integration.choices import ConnectionState


class ConnectionQuerySet(ScopedQuerySet["Connection"]):
    def of(self, organization: models.Model | int) -> Self:
        """The connections of this CRM organization."""
        return self.filter(crm_organization=organization)

    def alive(self) -> Self:
        """Those not deleted."""
        return self.exclude(state=ConnectionState.DELETED)


class OfConnectionQuerySet(ScopedQuerySet[M]):
    """For tables that belong to a connection, and through it to its CRM organization."""

    def of(self, organization: models.Model | int) -> Self:
        """Only what belongs to this CRM organization."""
        return self.filter(connection__crm_organization=organization)


class Connection(Stamped):
    """One CRM organization linked to one finance organization, with its switched-on finance apps.

    A CRM organization has at most one two-way connection, and so has a finance organization; further ones only carry
    CRM records to finance.
    """

    crm_organization = models.ForeignKey(
        CrmOrganization, verbose_name=_("CRM organization"), on_delete=models.CASCADE, related_name="connections"
    )
    finance_organization = models.ForeignKey(
        FinanceOrganization,
        verbose_name=_("finance organization"),
        on_delete=models.CASCADE,
        related_name="connections",
    )
    apps = ArrayField(
        models.CharField(max_length=20, choices=App.choices), verbose_name=_("finance apps"), default=list
    )
    is_two_way = models.BooleanField(_("both ways"), default=True)
    state = models.CharField(
        _("state"), max_length=12, choices=ConnectionState.choices, default=ConnectionState.CONFIGURED
    )
    zsc_key = models.ForeignKey(
        ZscKey, verbose_name=_("ZSC key"), null=True, blank=True, on_delete=models.SET_NULL, related_name="connections"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    activated_at = models.DateTimeField(_("first activated"), null=True, blank=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(
                fields=["crm_organization"],
                condition=models.Q(is_two_way=True) & ~models.Q(state=ConnectionState.DELETED),
                name="integration_one_two_way_crm",
            ),
            models.UniqueConstraint(
                fields=["finance_organization"],
                condition=models.Q(is_two_way=True) & ~models.Q(state=ConnectionState.DELETED),
                name="integration_one_two_way_fin",
            ),
            models.UniqueConstraint(
                fields=["crm_organization", "finance_organization"],
                condition=~models.Q(state=ConnectionState.DELETED),
                name="integration_connection_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.crm_organization} – {self.finance_organization}"
