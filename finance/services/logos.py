"""The logo that an organization's documents bear."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import audit.services
from finance.access import require
from finance.events import OrganizationUpdated
from finance.logos import MOST_BYTES, MOST_PIXELS, Unfit, judge
from finance.models import Organization
from finance.rights import Right
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.events import emit

FAULTS = {
    "too_big": gettext_lazy("This file is too big: a logo has at most %(kilobytes)d KB."),
    "unknown": gettext_lazy("A logo is a PNG, JPEG or SVG picture."),
    "broken": gettext_lazy("This picture can't be read. Save it again from a drawing program."),
    "too_wide": gettext_lazy("This picture is too large: a logo has at most %(pixels)d pixels on each side."),
    "unsafe": gettext_lazy(
        "This drawing holds more than shapes and text, such as a script, a style sheet or an embedded picture. Save it "
        "as “plain SVG”, or as PNG."
    ),
}


@transaction.atomic
def set_logo(*, actor: Actor, organization: Organization, file: File[Any]) -> Organization:
    """Put this picture on documents from now on. Those that were sent keep the one that they were sent with."""
    require(actor, organization, Right.SETTINGS)
    content = file.read(MOST_BYTES + 1)
    try:
        media_type = judge(content)
    except Unfit as unfit:
        sentence = FAULTS[unfit.code] % {"kilobytes": MOST_BYTES // 1024, "pixels": MOST_PIXELS}
        raise Refused(sentence, code=unfit.code, fields={"logo": [sentence]}) from unfit
    held = _lock(organization)
    had = bool(held.logo)
    _forget_on_commit(held)
    held.logo.save("logo", ContentFile(content), save=False)
    held.logo_type = media_type
    _save(actor, held, before=had)
    return held


@transaction.atomic
def remove_logo(*, actor: Actor, organization: Organization) -> Organization:
    """Write documents without a logo from now on."""
    require(actor, organization, Right.SETTINGS)
    held = _lock(organization)
    if not held.logo:
        return held
    _forget_on_commit(held)
    held.logo, held.logo_type = "", ""
    _save(actor, held, before=True)
    return held


def _lock(organization: Organization) -> Organization:
    found = Organization.objects.select_for_update(of=("self",), no_key=True).filter(pk=organization.pk).first()
    if found is None:
        raise NotFound(_("There is no such organization."))
    return found


def _forget_on_commit(organization: Organization) -> None:
    """A file that no row names is litter; one that a row names and isn't there is a page that fails. So: afterwards."""
    storage, name = organization.logo.storage, organization.logo.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _save(actor: Actor, organization: Organization, *, before: bool) -> None:
    organization.save(update_fields=["logo", "logo_type", "updated_at"])
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=organization,
        verb="updated",
        before={"logo": _("A picture") if before else ""},
        after={"logo": _("A picture") if organization.logo else ""},
    )
    emit(OrganizationUpdated(organization_id=organization.pk, actor=actor, fields=frozenset({"logo"})))
