"""The organization's own e-mail templates. What nobody has changed is finsuite's own, and has no row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import EmailKind
from finance.documents import mail
from finance.models import EmailTemplate, Organization
from finance.rights import Right
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign, require_filled
from finsuite.kernel.versions import require_version

WRITABLE = ("name", "subject", "body", "is_default")
MOST = 50  # of one kind in one language


@transaction.atomic
def create_template(
    *, actor: Actor, organization: Organization, kind: str, language: str, values: Mapping[str, Any]
) -> EmailTemplate:
    """Add a template. One that is the default takes the place of the one that was."""
    require(actor, organization, Right.MANAGE_EMAILS)
    if kind not in EmailKind.values or language not in dict(settings.LANGUAGES):
        raise Refused(_("There are no e-mails of this kind in this language."), code="unknown_kind")
    template = EmailTemplate(organization=organization, kind=kind, language=language)
    change = assign(template, values, allowed=WRITABLE)
    require_filled(template, ["name", "subject", "body"])
    _check(template)
    beside = _beside(template)
    if len(beside) >= MOST:
        raise Refused(_("There are %(most)d templates of this kind already.") % {"most": MOST}, code="too_many")
    _require_free_name(template, beside)
    _replace_default(template, beside)
    template.save(force_insert=True)
    _record(actor, template, "created", change)
    return template


@transaction.atomic
def update_template(
    *, actor: Actor, template: EmailTemplate, values: Mapping[str, Any], version: str | None = None
) -> EmailTemplate:
    """Change a template."""
    template = _locked(actor, template, version)
    change = assign(template, values, allowed=WRITABLE)
    if not change:
        return template
    require_filled(template, ["name", "subject", "body"])
    _check(template)
    beside = _beside(template)
    _require_free_name(template, beside)
    _replace_default(template, beside)
    template.save(update_fields=change.fields)
    _record(actor, template, "updated", change)
    return template


@transaction.atomic
def delete_template(*, actor: Actor, template: EmailTemplate, version: str | None = None) -> None:
    """Delete a template. Without the default one, finsuite's own is the default again."""
    template = _locked(actor, template, version)
    _record(actor, template, "deleted", Change({name: getattr(template, name) for name in WRITABLE}, {}))
    template.delete()


def _check(template: EmailTemplate) -> None:
    kind = EmailKind(template.kind)
    mail.check(template.subject, kind, field="subject")
    mail.check(template.body, kind, field="body")


def _beside(template: EmailTemplate) -> list[EmailTemplate]:
    """The others of the same kind and language, locked; so is the organization, for those that don't exist yet."""
    organization = template.organization
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    rows = EmailTemplate.objects.of(organization).filter(kind=template.kind, language=template.language)
    return list(rows.exclude(pk=template.pk).select_for_update(of=("self",)).order_by("pk"))


def _require_free_name(template: EmailTemplate, beside: list[EmailTemplate]) -> None:
    if any(other.name == template.name for other in beside):
        sentence = _("There is a template of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})


def _replace_default(template: EmailTemplate, beside: list[EmailTemplate]) -> None:
    if template.is_default:
        for other in beside:
            if other.is_default:
                other.is_default = False
                other.save(update_fields=["is_default", "updated_at"])


def _locked(actor: Actor, template: EmailTemplate, version: str | None) -> EmailTemplate:
    organization = template.organization
    require(actor, organization, Right.MANAGE_EMAILS)
    held = EmailTemplate.objects.of(organization).select_for_update(of=("self",)).get(pk=template.pk)
    held.organization = organization
    require_version(held, version)
    return held


def _record(actor: Actor, template: EmailTemplate, verb: str, change: Change) -> None:
    audit.services.record(
        actor=actor,
        tenant=template.organization.tenant,
        subject=template,
        verb=verb,
        before=change.before,
        after=change.after,
    )
