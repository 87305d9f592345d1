"""Receipts: the files that show what was spent. They come and go while the expense can be changed."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from finance.models import Attachment, Expense
from finance.receipts import BEGINNINGS, HEAD, is_receipt
from finance.services.attachments import attach, delete_attachment
from finance.services.expenses import lock, require_open, require_own
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused


@transaction.atomic
def add_receipt(*, actor: Actor, expense: Expense, file: File[Any]) -> Attachment:
    """Hang a receipt on an expense that isn't handed in."""
    expense = lock(expense)
    require_own(actor, expense)
    require_open(expense)
    file.seek(0)
    if not is_receipt(file.name or "", file.read(HEAD)):
        sentence = _("A receipt is a file of one of these kinds: %(kinds)s.") % {"kinds": ", ".join(BEGINNINGS)}
        raise Refused(sentence, code="not_a_receipt", fields={"file": [sentence]})
    return attach(actor=actor, document=expense, file=file)


@transaction.atomic
def delete_receipt(*, actor: Actor, expense: Expense, receipt: Attachment) -> None:
    """Take a receipt from an expense that isn't handed in."""
    expense = lock(expense)
    require_own(actor, expense)
    require_open(expense)
    if (receipt.kind, receipt.record_id) != (expense.kind, expense.pk):
        raise NotFound(_("There is no such file."))
    delete_attachment(actor=actor, attachment=receipt)
