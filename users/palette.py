"""What a person can do about themselves, in the command palette."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.search import Action, commands
from finsuite.kernel.tenants import Tenant


@commands("users")
def _commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    settings = reverse("users:settings")
    dark = (_("dark"), _("light"), _("appearance"))
    return [
        Action(_("Change the theme"), f"{settings}#id_theme", "sun-moon", words=dark),
        Action(_("Change the language"), f"{settings}#id_language", "languages", words=(_("French"), _("English"))),
        Action(_("Change the password"), reverse("users:password"), "key-round"),
        Action(_("API tokens"), reverse("users:tokens"), "braces"),
        Action(_("Keyboard shortcuts"), icon="keyboard", opens="shortcuts", words=(_("help"), _("keys"))),
    ]
