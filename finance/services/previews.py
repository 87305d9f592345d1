"""A document as it would be with what was typed: every figure and every refusal, and nothing is written.

Custom fields change no figure and are not printed: here, they are left aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from finance import access
from finance.access import require
from finance.choices import DocumentKind
from finance.models import Customer, Organization, Vendor
from finance.models.documents import Document, DocumentLine
from finance.services.beginning import Given, begin, with_addresses
from finance.services.billing import fill
from finance.services.document_kinds import SPECS, Spec
from finance.services.documents import lines_of
from finance.services.drafting import compute, draw_lines, read_around
from finance.services.tax_treatment import follow_customer
from finsuite.kernel.actors import Actor
from finsuite.kernel.custom_fields.kinds import PREFIX
from finsuite.kernel.records import assign


def preview_new(
    *, actor: Actor, organization: Organization, kind: DocumentKind, values: Given, lines: Sequence[Given]
) -> tuple[Any, list[DocumentLine]]:
    """A new document, unsaved; whoever it is for need not be chosen yet."""
    spec = SPECS[kind]
    require(actor, organization, spec.edit)
    party = None if values.get(f"{spec.party}_id") else _nobody(spec, organization)
    given = {name: value for name, value in _own(values).items() if party is None or name != f"{spec.party}_id"}
    document = begin(spec, organization, given, party)
    lines = fill(actor, document, lines)
    around = read_around(document, lines)
    drawn = draw_lines(spec, document, lines, around, {})
    compute(document, drawn, around.taxes)
    return document, drawn


def preview_change(
    *, actor: Actor, document: Document, values: Given, lines: Sequence[Given]
) -> tuple[Any, list[DocumentLine]]:
    """The document with these changes, unsaved. The document that is given is changed on the way; nobody saves it."""
    spec, organization = SPECS[document.kind], document.organization
    require(actor, organization, spec.edit)
    party_id = values.get(f"{spec.party}_id")
    party = getattr(document, spec.party)
    if party_id and party_id != party.pk:
        party = access.referred_party(organization, spec.party, party_id, field=f"{spec.party}_id")
    change = assign(document, _own(values), allowed=spec.writable)
    setattr(document, spec.party, party)
    with_addresses(document, change, values)
    follow_customer(document)
    kept = {line.pk: line for line in lines_of(document)}
    lines = fill(actor, document, lines)
    around = read_around(document, lines, kept.values())
    drawn = draw_lines(spec, document, lines, around, kept)
    compute(document, drawn, around.taxes)
    return document, drawn


def _own(values: Given) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.startswith(PREFIX)}


def _nobody(spec: Spec, organization: Organization) -> Any:
    model = Customer if spec.is_sale else Vendor
    return model(organization=organization, currency=organization.base_currency)
