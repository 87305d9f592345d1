"""Which columns a person wants to see in a list of documents."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class ListColumns(Stamped):
    """One person's columns of one kind of document, in one organization; without a row there are the usual ones."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="list_columns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    names = ArrayField(models.CharField(max_length=64), verbose_name=_("columns"), default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("columns of a list")
        verbose_name_plural = _("columns of lists")
        constraints = [models.UniqueConstraint(fields=["organization", "user", "kind"], name="finance_columns_once")]

    def __str__(self) -> str:
        return ", ".join(self.names)
