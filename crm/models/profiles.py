"""CRM permission sets."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.choices import Level, Module
from crm.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Profile(Stamped):
    """What the people who carry it may do in the CRM. `can_setup` opens Setup, and with it the integration."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="profiles")
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    can_setup = models.BooleanField(_("may change the setup"), default=False)
    sees_all = models.BooleanField(_("sees all records"), default=False)  # in the modules that it opens
    is_system = models.BooleanField(_("comes with finsuite"), default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="crm_profile_name_unique")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name as shown: the profiles that come with finsuite speak the reader's language."""
        return gettext(self.name) if self.is_system else self.name


class ModuleRight(models.Model):
    """How far a profile may go in one module. A module without a row is closed."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="rights")
    module = models.CharField(_("module"), max_length=30, choices=Module.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices, default=Level.NONE)

    class Meta:
        verbose_name = _("module right")
        verbose_name_plural = _("module rights")
        constraints = [models.UniqueConstraint(fields=["profile", "module"], name="crm_right_once")]

    def __str__(self) -> str:
        return f"{self.profile}: {self.get_module_display()} {self.get_level_display()}"
