"""Comments on documents: whoever may edit a kind of document says something, and takes back what they said."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

import audit.services
from finance.access import require
from finance.choices import DocumentKind
from finance.models import Comment
from finance.models.documents import Document
from finance.services import documents
from finance.services.document_kinds import SPECS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.records import assign


@transaction.atomic
def add_comment(*, actor: Actor, document: Document, text: str) -> Comment:
    """Say something about a document."""
    organization = document.organization
    require(actor, organization, SPECS[document.kind].edit)
    comment = Comment(organization=organization, kind=document.kind, record_id=document.pk, author_id=actor.user_id)
    assign(comment, {"text": text}, allowed={"text"})
    if not comment.text:
        sentence = _("Write something first.")
        raise Refused(sentence, code="required", fields={"text": [sentence]})
    comment.save()
    audit.services.record(
        actor=actor,
        tenant=organization.tenant,
        subject=document,
        verb="commented",
        after={"comment": comment.text},
    )
    return comment


@transaction.atomic
def delete_comment(*, actor: Actor, comment: Comment) -> None:
    """Take one's own comment back."""
    require(actor, comment.organization, SPECS[DocumentKind(comment.kind)].edit)
    if comment.author_id is None or comment.author_id != actor.user_id:
        raise NotPermitted(_("Only who wrote a comment can delete it."))
    audit.services.record(
        actor=actor,
        tenant=comment.organization.tenant,
        subject=comment,
        verb="deleted",
        before={"text": comment.text},
    )
    comment.delete()


def _gone_with(actor: Actor, document: Document) -> None:
    Comment.objects.of(document.organization).filter(kind=document.kind, record_id=document.pk).delete()


documents.BEFORE_DELETING.append(_gone_with)
