"""Saved selections of a module's records. The same object filters lists, sync, exports and the API."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.choices import Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class ListView(Stamped):
    """All records, my records, or those that meet the criteria; in which columns, and in which order.

    A view with an owner is that person's own, or shared by them; one without is everybody's. What criteria are is told
    in docs/list-views.md.
    """

    class Scope(models.TextChoices):
        ALL = "all", _("All")
        MINE = "mine", _("Mine")
        CRITERIA = "criteria", _("Those that meet the criteria")

    class Layout(models.TextChoices):
        LIST = "list", _("List")
        BOARD = "board", _("Board")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        SHARED = "shared", _("People, teams and profiles that I choose")
        PUBLIC = "public", _("Everybody in the organization")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="list_views")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("records"), max_length=10, choices=Scope.choices, default=Scope.ALL)
    criteria = models.JSONField(_("criteria"), default=list, blank=True)
    columns = ArrayField(models.CharField(max_length=100), verbose_name=_("columns"), default=list, blank=True)
    sort = models.CharField(_("order"), max_length=200, blank=True)  # as in an address: "-amount,name"
    layout = models.CharField(_("layout"), max_length=10, choices=Layout.choices, default=Layout.LIST)
    visibility = models.CharField(
        _("who sees it"), max_length=10, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    # Ids of those it is shared with; whoever leaves or is deleted is taken out (services/view_shares.py).
    shared_people = ArrayField(models.BigIntegerField(), verbose_name=_("people"), default=list, blank=True)
    shared_teams = ArrayField(models.BigIntegerField(), verbose_name=_("teams"), default=list, blank=True)
    shared_profiles = ArrayField(models.BigIntegerField(), verbose_name=_("profiles"), default=list, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    is_system = models.BooleanField(default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("list view")
        verbose_name_plural = _("list views")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(visibility="public", owner__isnull=True)
                | (~models.Q(visibility="public") & models.Q(owner__isnull=False)),
                name="crm_list_view_public_is_nobodys",
            ),
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


class PinnedView(models.Model):
    """A view that somebody keeps in their left bar, and where in the order."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(ListView, on_delete=models.CASCADE, related_name="pins")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("pinned list view")
        verbose_name_plural = _("pinned list views")
        constraints = [models.UniqueConstraint(fields=["user", "view"], name="crm_pinned_view_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"


class DefaultView(models.Model):
    """The view that a module opens with for one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    view = models.ForeignKey(ListView, on_delete=models.CASCADE, related_name="defaults")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("default list view")
        verbose_name_plural = _("default list views")
        constraints = [models.UniqueConstraint(fields=["user", "organization", "module"], name="crm_default_view_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"
