"""What an import's columns mean, what becomes of records that are there, and what may be made on the way."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from finance.imports.fields import INVOICES
from finance.models import ImportJob
from finance.rights import Right, allows
from finance.selectors.imports import open_questions
from finance.services.import_fields import table_of
from finance.services.imports import choices_of
from finsuite.kernel.imports.forms import SMALL, ColumnsForm

RIGHT_OF = {
    "creates_customers": Right.EDIT_CUSTOMERS,
    "creates_taxes": Right.TAXES,
    "records_payments": Right.PAYMENTS,
}


class MappingForm(ColumnsForm):
    """The columns and the choices of one import; a choice that the role doesn't allow is not offered."""

    existing = forms.ChoiceField(
        label=gettext_lazy("Records that exist already"), choices=ImportJob.Existing.choices, widget=forms.RadioSelect
    )
    creates_customers = forms.BooleanField(
        label=gettext_lazy("Create customers that don't exist yet"),
        help_text=gettext_lazy("With the name, e-mail address and addresses of the invoice. Otherwise it is refused."),
        required=False,
    )
    creates_taxes = forms.BooleanField(
        label=gettext_lazy("Create taxes that don't exist yet"),
        help_text=gettext_lazy("With the name and the rate in the file. Otherwise what bears such a tax is refused."),
        required=False,
    )
    records_payments = forms.BooleanField(
        label=gettext_lazy("Record what was paid"),
        help_text=gettext_lazy(
            "One payment for each invoice: its total less its balance, on the day of the last payment if the file "
            "tells it, else on the invoice's day. Otherwise paid invoices come in as sent, and are open."
        ),
        required=False,
    )
    accepts_differences = forms.BooleanField(
        label=gettext_lazy("Make differences of up to 0.05 good by an adjustment"),
        help_text=gettext_lazy(
            "Where the file's total is not what its lines, taxes, discounts and charges come to. Larger differences "
            "are always refused."
        ),
        required=False,
    )

    def __init__(self, data: Any = None, *, job: ImportJob, role: str) -> None:
        table = table_of(job.organization, job.module)
        offered = [name for name in choices_of(job) if name not in RIGHT_OF or allows(role, RIGHT_OF[name])]
        super().__init__(
            data,
            job=job,
            table=table,
            labels=table.labels(),
            questions=open_questions(job) if job.size <= SMALL else (),
            initial={name: getattr(job, name) for name in ("existing", *choices_of(job))},
        )
        for name in ("creates_customers", "creates_taxes", "records_payments", "accepts_differences"):
            if name not in offered:
                del self.fields[name]
        if job.module == INVOICES:  # an invoice that is there is compared, never changed
            del self.fields["existing"]
        self.switch_names = offered

    def values(self) -> dict[str, Any]:
        """The choices as the service takes them."""
        given = self.cleaned_data
        names = [*self.switch_names, *(["existing"] if "existing" in given else [])]
        refused = {name: False for name in choices_of(self.job) if name not in self.switch_names}
        return {**refused, **{name: given[name] for name in names}, **self.column_values()}
