"""How far an organization's records are shared, and the teams that share them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.choices import Module, Sharing
from crm.models.organizations import Membership, Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class SharingRule(Stamped):
    """Who sees the records of one module. A module without a rule is everybody's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sharing_rules")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    sharing = models.CharField(_("seen by"), max_length=20, choices=Sharing.choices, default=Sharing.EVERYBODY)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sharing rule")
        verbose_name_plural = _("sharing rules")
        constraints = [models.UniqueConstraint(fields=["organization", "module"], name="crm_sharing_rule_once")]

    def __str__(self) -> str:
        return f"{self.get_module_display()}: {self.get_sharing_display()}"


class Team(Stamped):
    """People who see one another's records, where a module is shared with teams. One person can be in several."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(_("name"), max_length=100)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [models.UniqueConstraint("organization", Lower("name"), name="crm_team_name_unique")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A member's place in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="places")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="places")

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [models.UniqueConstraint(fields=["team", "membership"], name="crm_team_member_once")]

    def __str__(self) -> str:
        return f"{self.team}: {self.membership}"
