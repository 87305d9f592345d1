"""What all records of the CRM have in common: whose they are, and how they are named, sorted, searched and extended."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped
from finsuite.kernel.terms import searchable
from finsuite.kernel.text import fold, name_key

LONGEST_KEY = 260


class Record(Stamped):
    """The base of accounts, contacts, vendors, products and deals. Each says what it is called and searched by."""

    named_by: ClassVar[tuple[str, ...]] = ("name",)  # the columns that its label is put together from
    money: ClassVar[tuple[str, ...]] = ()  # the columns whose amounts are in `currency`
    rates: ClassVar[frozenset[str]] = frozenset()  # those of them that say nothing when they are added up: prices

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="%(class)ss")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    name_key = models.CharField(max_length=LONGEST_KEY, editable=False)  # text.name_key: the same name, or not
    sort_key = models.CharField(max_length=LONGEST_KEY, default="", editable=False)  # folded: its place in a list
    search_text = models.TextField(default="", editable=False)  # terms.searchable: what the search box looks through
    currency = models.CharField(_("currency"), max_length=3)
    description = models.TextField(_("description"), blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True, editable=False)  # custom field's key → value

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the record is called on pages."""
        raise NotImplementedError

    def set_keys(self) -> None:
        """Derive what is compared, sorted and searched from what was written. Services call it before they save."""
        self.name_key = name_key(self.label)[:LONGEST_KEY]
        self.sort_key = fold(self.sorted_by())[:LONGEST_KEY]
        self.search_text = searchable(self.searched())

    def sorted_by(self) -> str:
        """What its place in a list is told from."""
        return self.label

    def searched(self) -> tuple[str, ...]:
        """The texts that the search box looks through."""
        return (self.label,)
