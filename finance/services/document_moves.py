"""Moving a document from state to state: the table says whether, this module says what else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from finance import workflow
from finance.access import require
from finance.choices import ChainEvent
from finance.choices import DocumentKind as Kind
from finance.events import DocumentMoved
from finance.models.documents import Document
from finance.services.document_kinds import SPECS
from finance.services.documents import facts_of, lines_of, lock
from finance.services.settling import refresh_balance
from finance.services.versions import keep_version
from finance.wording import REFUSALS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.events import emit
from finsuite.kernel.versions import require_version

Effect = Callable[[Actor, Any, Mapping[str, Any]], Mapping[str, Any]]

GUARDS: dict[tuple[Kind, str], list[Callable[[Any], None]]] = {}
EFFECTS: dict[tuple[Kind, str], list[Effect]] = {}

NEEDS_REASON = frozenset({(Kind.INVOICE, "void"), (Kind.INVOICE, "to_draft"), (Kind.CREDIT_NOTE, "void")})
TAKES_RIGHT_TO_DELETE = frozenset({"void", "to_draft", "cancel"})
KEPT = {"void": ChainEvent.VOIDED, "to_draft": ChainEvent.REOPENED, "reopen": ChainEvent.REOPENED}
"""The moves of what was issued that leave a version, as a change of its content does."""


def guards(kind: Kind, verb: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Let the decorated function refuse this move of a locked document, in a sentence."""

    def register(guard: Callable[[Any], None]) -> Callable[[Any], None]:
        GUARDS.setdefault((kind, verb), []).append(guard)
        return guard

    return register


def follows(kind: Kind, verb: str) -> Callable[[Effect], Effect]:
    """Call the decorated function when this move is made, before the document is saved.

    It gets the actor, the document in its new state and what the caller gave besides; it changes the document's
    columns, unsaved, and answers what the history is to tell of it.
    """

    def register(effect: Effect) -> Effect:
        EFFECTS.setdefault((kind, verb), []).append(effect)
        return effect

    return register


@transaction.atomic
def move_document(
    *, actor: Actor, document: Document, verb: str, version: str | None = None, reason: str = "", **given: Any
) -> Any:
    """Take a document where the verb leads. An illegal move raises TransitionRefused and names the legal ones."""
    spec = SPECS[document.kind]
    require(actor, document.organization, spec.delete if verb in TAKES_RIGHT_TO_DELETE else spec.edit)
    held: Any = lock(document)
    require_version(held, version)
    told = {"number": held.number, "status": held.get_status_display()}
    target = spec.table.target(held.status, verb, sentence=_(REFUSALS[verb]) % told)
    reason = reason.strip()
    if (held.kind, verb) in NEEDS_REASON and not reason:
        sentence = _("Say why: the reason is kept in the history.")
        raise Refused(sentence, code="required", fields={"reason": [sentence]})
    for guard in GUARDS.get((held.kind, verb), ()):
        guard(held)
    before, held.status = held.status, target
    after: dict[str, Any] = {"status": target, **({"reason": reason} if reason else {})}
    for effect in EFFECTS.get((held.kind, verb), ()):
        after |= effect(actor, held, {**given, "reason": reason})
    is_issued_now = verb == workflow.ISSUING[held.kind] and not held.is_issued
    if is_issued_now:
        held.issued_at = timezone.now()
    refresh_balance(held)  # what costs nothing is paid as it is sent
    held.save()
    after["status"] = held.status
    audit.services.record(
        actor=actor,
        tenant=held.organization.tenant,
        subject=held,
        verb=verb,
        before={"status": before},
        after=after,
    )
    if is_issued_now:
        keep_version(actor=actor, document=held, lines=lines_of(held), event=ChainEvent.ISSUED)
    elif held.is_issued and verb in KEPT:
        keep_version(actor=actor, document=held, lines=lines_of(held), event=KEPT[verb])
    emit(DocumentMoved(**facts_of(held, actor), verb=verb, before=before, after=held.status))
    return held
