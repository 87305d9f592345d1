"""Saved selections of a module's records. The same object filters lists, sync, exports and the API."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class ListView(Stamped):
    """All records, my records, or those that meet every criterion of `criteria`.

    A view with an owner is that person's own; one without is everybody's.
    A criterion is {"field": …, "comparator": …, "value": …}; crm/selectors/list_views.py turns it into a filter.
    """

    class Scope(models.TextChoices):
        ALL = "all", _("All")
        MINE = "mine", _("Mine")
        CRITERIA = "criteria", _("Those that meet the criteria")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="list_views")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("records"), max_length=10, choices=Scope.choices, default=Scope.ALL)
    criteria = models.JSONField(_("criteria"), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    is_system = models.BooleanField(default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("list view")
        verbose_name_plural = _("list views")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "module", "name"],
                condition=models.Q(owner__isnull=True),
                name="crm_list_view_shared_name",
            ),
            models.UniqueConstraint(
                fields=["organization", "module", "owner", "name"],
                condition=models.Q(owner__isnull=False),
                name="crm_list_view_own_name",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name as shown: the views that come with finsuite speak the reader's language."""
        return gettext(self.name) if self.is_system else self.name
