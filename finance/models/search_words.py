"""What customers, vendors and items are named with, for telling what a misspelt word was meant to be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.organizations import Organization
from finsuite.kernel.words import KnownWord


class SearchWord(KnownWord):
    """A word in the name of a customer, a vendor or an item."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")

    class Meta(KnownWord.Meta):
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
