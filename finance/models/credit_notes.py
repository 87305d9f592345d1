"""Credit notes: what a customer gets back, applied to invoices or refunded."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import CreditNoteStatus, DocumentKind
from finance.models.documents import Amount, DocumentLine, SalesDocument
from finance.models.invoices import Invoice


class CreditNote(SalesDocument):
    """An amount in a customer's favour. `balance` is what is neither applied to an invoice nor refunded."""

    kind = DocumentKind.CREDIT_NOTE
    until_field = "date"
    done_field = "used_total"
    open_field = "balance"

    status = models.CharField(
        _("status"), max_length=20, choices=CreditNoteStatus.choices, default=CreditNoteStatus.DRAFT
    )
    invoice = models.ForeignKey(
        Invoice,
        verbose_name=_("invoice it corrects"),
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="credit_notes",
    )
    used_total = Amount(_("applied and refunded"), editable=False)
    balance = Amount(_("balance"), editable=False)
    balance_base = Amount(_("balance in base currency"), editable=False)
    void_reason = models.CharField(_("why it was voided"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="finance_credit_note_number"),
            models.CheckConstraint(
                condition=models.Q(balance=models.F("total") - models.F("used_total"), balance__gte=0),
                name="finance_credit_note_balance",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="finance_credit_note_dated"),
            models.Index(fields=["organization", "status", "date", "id"], name="finance_credit_note_until"),
            models.Index(fields=["customer", "-date", "-id"], name="finance_credit_note_party"),
            models.Index(
                fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="finance_credit_note_deal"
            ),
            models.Index(
                fields=["project_id"], condition=models.Q(project_id__isnull=False), name="finance_credit_note_project"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_credit_note_search"),
        ]


class CreditNoteLine(DocumentLine):
    """One line of a credit note."""

    document = models.ForeignKey(CreditNote, on_delete=models.CASCADE, related_name="lines")

    class Meta(DocumentLine.Meta):
        verbose_name = _("line")
        verbose_name_plural = _("lines")
