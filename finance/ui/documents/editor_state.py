"""What the editor of a document knows during one request: the fields, the lines, what they come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from finance import access, workflow
from finance.choices import DocumentKind as Kind
from finance.models import Customer, Membership, Vendor
from finance.models.documents import DocumentLine
from finance.selectors import document_papers as papers
from finance.selectors.taxes import choosable
from finance.services.beginning import begin
from finance.services.document_moves import move_document
from finance.services.documents import create_document, update_document
from finance.services.drafts import drop_draft, keep_draft
from finance.services.previews import preview_change, preview_new
from finance.ui.documents.editor_billing import MOST_BILLED, name_customers, rows_billing
from finance.ui.documents.editor_form import DocumentForm, initial_of
from finance.ui.documents.editor_rows import (
    LineRow,
    lines_from,
    place_faults,
    refuse_bare_headings,
    rows_of,
    typed_rows,
)
from finance.ui.documents.pages import PAGES, DocumentPages
from finance.ui.documents.recipient import Recipient
from finance.ui.pages import actor_of, add_refusal
from finsuite.kernel.errors import Conflict, DomainError, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.once import is_done
from finsuite.kernel.versions import version_of

NOT_KEPT = ("csrfmiddlewaretoken", "once", "then")


@dataclass
class Looked:
    """What the document comes to as it was typed; None where something is wrong with it."""

    document: Any = None
    lines: list[DocumentLine] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)


class Editor:
    """The editor of one document, new (`key` 0) or known, during one request."""

    def __init__(self, request: HttpRequest, member: Membership, kind: Kind, key: int = 0) -> None:
        self.request, self.member = request, member
        self.pages: DocumentPages = PAGES[kind]
        access.require_role(member.role, self.pages.spec.edit)
        self.organization, self.actor, self.key = member.organization, actor_of(request), key
        self.draft = papers.draft_of(self.organization, member.user_id, kind, key)
        self.status = 200
        self.conflict = ""
        if key:
            self.document  # noqa: B018 – one that isn't theirs is told at once, whatever is asked of it

    @cached_property
    def document(self) -> Any:
        """The document that is edited; a new one with what is known of it beforehand."""
        if self.key:
            return access.document(self.organization, self.pages.model, self.key)
        values = {}
        if self.party_asked is not None:
            values[f"{self.pages.spec.party}_id"] = self.party_asked.pk
        return begin(self.pages.spec, self.organization, values, self.party_asked or self.nobody)

    @cached_property
    def party_asked(self) -> Any:
        """Whom a new document is for, where the address says so."""
        pk = read_id(self.request.GET.get(self.pages.spec.party, ""))
        found = self._parties().filter(pk=pk).first() if pk is not None else None
        return found if found is not None and found.is_active else None

    @property
    def nobody(self) -> Any:
        model: Any = Customer if self.pages.spec.is_sale else Vendor
        return model(organization=self.organization, currency=self.organization.base_currency)

    @cached_property
    def data(self) -> QueryDict | None:
        """What was typed: now, or earlier and kept."""
        if self.request.method == "POST":
            return self.request.POST
        if self.draft is None or self.is_asked_for_another:
            return None
        kept = QueryDict(mutable=True)
        for name, texts in self.draft.typed.items():
            kept.setlist(name, texts)
        return kept

    @property
    def is_asked_for_another(self) -> bool:
        """Whether the address asks for a certain new document, whatever was begun."""
        return any(self.request.GET.get(name) for name in ("copy", "bill", self.pages.spec.party))

    @property
    def is_restored(self) -> bool:
        """Whether what is shown was typed earlier and not saved."""
        return self.request.method != "POST" and self.data is not None

    @cached_property
    def copied(self) -> tuple[Any, list[Any]] | None:
        """The document that a new one is to be like, and its lines."""
        pk = read_id(self.request.GET.get("copy", ""))
        if pk is None or self.key:
            return None
        source = access.document(self.organization, self.pages.model, pk)
        return source, papers.lines_of(source)

    @cached_property
    def form(self) -> DocumentForm:
        made = {"pages": self.pages, "organization": self.organization, "document": self.document}
        if self.request.method == "POST":
            return DocumentForm(self.request.POST, **made)
        if self.data is not None:
            form = DocumentForm(**made, initial={name: self.data.get(name) for name in self.data})
            form.show_typed(self.data)
            return form
        if self.copied:
            form = DocumentForm(**made, initial=self._of_copied())
            form.show_copied(self.copied[0])
            return form
        return DocumentForm(**made)

    def _of_copied(self) -> dict[str, Any]:
        """What a copy takes over: everything but what belongs to the one document or its day."""
        assert self.copied is not None
        source = self.copied[0]
        left_out = {"number", "date", "exchange_rate", self.pages.model.until_field, "payment_term_id"}
        found = initial_of(self.pages, source)
        return {name: value for name, value in found.items() if name not in left_out}

    @cached_property
    def rows(self) -> list[LineRow]:
        """The lines as typed, else as they are kept; a new document begins with an empty one."""
        if self.data is not None:
            rows = typed_rows(self.data)
        elif self.copied:
            source, lines = self.copied
            rows = rows_of(lines, source)
            for row in rows:
                row.id = row.bills = ""
        elif self.billed_asked:
            rows = rows_billing(self, self.billed_asked)
        elif self.key:
            rows = rows_of(papers.lines_of(self.document), self.document)
        else:
            rows = []
        if not rows or "more" in self.request.POST:
            rows.append(LineRow(max((row.index for row in rows), default=-1) + 1))
        if self.has_billable_lines:
            name_customers(self.organization, rows)
        return rows

    @property
    def billed_asked(self) -> list[str]:
        """What a new invoice is to bill, where the address says so: `?bill=expense:7`."""
        return [] if self.key else self.request.GET.getlist("bill")[:MOST_BILLED]

    @property
    def is_prefilled(self) -> bool:
        """Whether a new document comes with lines that nobody has typed."""
        return self.request.method != "POST" and self.data is None and bool(self.copied or self.billed_asked)

    @property
    def bills_on(self) -> bool:
        """Whether it takes what was spent for its customer."""
        return self.pages.kind is Kind.INVOICE

    @property
    def has_billable_lines(self) -> bool:
        """Whether its lines can be billed on to customers."""
        return "is_billable" in self.pages.spec.line_writable

    def values_of_new_line(self) -> dict[str, Any]:
        """What of the document a line that is filled in by the server depends on."""
        party = f"{self.pages.spec.party}_id"
        if self.key:
            own = self.document
            return {name: getattr(own, name) for name in (party, "currency", "exchange_rate", "is_tax_inclusive")}
        if self.request.method != "POST":
            return {party: self.party_asked.pk} if self.party_asked else {}
        self.form.is_valid()
        known = self.form.values()
        names = (party, "currency", "exchange_rate", "date", "is_tax_inclusive")
        return {name: known[name] for name in names if known.get(name)}

    @cached_property
    def taxes(self) -> list[tuple[str, str]]:
        """What a line can bear, and what lines bear already that is not offered any more."""
        offered = [(str(tax.pk), tax.name) for tax in choosable(self.organization)]
        known = {key for key, _name in offered}
        names = dict(offered)
        for row in self.rows:
            if row.tax_ids and row.tax_ids not in known:
                known.add(row.tax_ids)
                told = [names.get(key, _("a tax that is not used any more")) for key in row.tax_ids.split(",")]
                offered.append((row.tax_ids, " + ".join(told)))
        return offered

    @cached_property
    def party(self) -> Any:
        """Whom it is with, as chosen; None while nobody is."""
        name = f"{self.pages.spec.party}_id"
        pk = read_id(str(self.form[name].value() or ""))
        if pk is None:
            return None
        known = self.party_asked or (getattr(self.document, self.pages.spec.party) if self.key else None)
        return known if known is not None and known.pk == pk else self._parties().filter(pk=pk).first()

    @cached_property
    def recipient(self) -> Recipient:
        """The party's persons and addresses, as chosen."""
        source = self.copied[0] if self.copied else None
        return Recipient(pages=self.pages, party=self.party, document=self.document, like=source, data=self.data)

    def values(self, form: DocumentForm) -> dict[str, Any]:
        """What was typed besides the lines, as the services take it."""
        return {**form.values(), **self.recipient.values()}

    def _parties(self) -> Any:
        model: Any = Customer if self.pages.spec.is_sale else Vendor
        return model.objects.of(self.organization)

    @property
    def version(self) -> str:
        """The version that the form was opened with."""
        if self.conflict:
            return version_of(self.document)
        if self.data is not None:
            return self.data.get("version", "")
        return version_of(self.document) if self.key else ""

    @property
    def next_index(self) -> int:
        return max((row.index for row in self.rows), default=-1) + 1

    def look(self) -> Looked:
        """What it comes to as it was typed, with everything that is wrong; nothing is saved."""
        looked, form = Looked(), self.form
        if not form.is_bound:
            form = DocumentForm(self.data, pages=self.pages, organization=self.organization, document=self.document)
        form.is_valid()
        looked.faults = {name: str(said[0]) for name, said in form.errors.items() if name != "__all__"}
        try:
            values, lines = self.values(form), lines_from(self.rows, self.pages.spec.line_writable)
            if looked.faults:
                return looked
            if self.key:
                found = preview_change(actor=self.actor, document=self.document, values=values, lines=lines)
            else:
                found = preview_new(
                    actor=self.actor,
                    organization=self.organization,
                    kind=self.pages.kind,
                    values=values,
                    lines=lines,
                )
        except Refused as refused:
            looked.faults |= {name: said[0] for name, said in place_faults(self.rows, refused).items()}
            if not refused.fields:
                looked.faults["lines"] = refused.message
            return looked
        looked.document, looked.lines = found
        return looked

    def keep(self) -> datetime | None:
        """Keep what was typed, unless it was saved in the meantime: then there is nothing to come back to."""
        if is_done(self.member.user_id, self.request.POST.get("once", "")):
            return None
        typed = {name: texts for name, texts in self.request.POST.lists() if name not in NOT_KEPT}
        draft = keep_draft(
            actor=self.actor,
            organization=self.organization,
            kind=self.pages.kind,
            record_id=self.key,
            typed=typed,
        )
        return draft.updated_at

    def forget(self) -> None:
        """What was typed is saved, or not wanted."""
        drop_draft(actor=self.actor, organization=self.organization, kind=self.pages.kind, record_id=self.key)

    def save(self) -> Any:
        """Have the services save it, and send it out where that was pressed."""
        refuse_bare_headings(self.rows)
        values, lines = self.values(self.form), lines_from(self.rows, self.pages.spec.line_writable)
        with transaction.atomic():
            if self.key:
                saved = update_document(
                    actor=self.actor, document=self.document, values=values, lines=lines, version=self.version or None
                )
            else:
                saved = create_document(
                    actor=self.actor,
                    organization=self.organization,
                    kind=self.pages.kind,
                    values=values,
                    lines=lines,
                )
            if self.request.POST.get("then") == "issue":
                saved = move_document(actor=self.actor, document=saved, verb=workflow.ISSUING[self.pages.kind])
            self.forget()
        return saved

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal where it belongs. What was typed stays."""
        if isinstance(refusal, Conflict):
            self.status, self.conflict = 409, refusal.message
            del self.document
            return
        if isinstance(refusal, Refused):
            rest = place_faults(self.rows, refusal)
            only_rows = bool(refusal.fields) and not rest
            refusal = Refused(refusal.message, code=refusal.code, fields=rest)
            if only_rows:
                self.form.add_error(None, refusal.message)
        self.status = add_refusal(self.form, refusal)
        if self.status == 422 and not self.form.errors:
            self.form.add_error(None, refusal.message)

    @property
    def line_url(self) -> str:
        return self.url("line")

    @cached_property
    def item_lookup_url(self) -> str:
        return self.lookup_url("item")

    @cached_property
    def customer_lookup_url(self) -> str:
        return self.lookup_url("customer")

    def lookup_url(self, what: str) -> str:
        """Where customers, vendors and items are suggested."""
        return reverse(f"finance:{what}_lookup", kwargs={"organization": self.organization.pk})

    def url(self, name: str) -> str:
        """The address of one of the editor's own parts, for this document."""
        if self.key:
            return self.pages.url(self.organization.pk, f"edit_{name}", self.key)
        return self.pages.url(self.organization.pk, f"new_{name}")
