"""What an import's columns mean, and what becomes of the records that are there: the CRM's own choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.fields import DEALS, MATCH_KEYS
from crm.models import ImportJob
from crm.selectors.imports import open_questions
from crm.selectors.pipelines import lost_reasons, pipelines_with_stages
from crm.services.import_fields import table_of
from crm.services.import_words import match_label
from finsuite.kernel.imports.fields import RECORD
from finsuite.kernel.imports.forms import SMALL, ColumnsForm


class MappingForm(ColumnsForm):
    """Which column fills which field, and what to do with what is there already."""

    match_by = forms.ChoiceField(label=gettext_lazy("Records are recognised by"))
    existing = forms.ChoiceField(
        label=gettext_lazy("Records that exist already"), choices=ImportJob.Existing.choices, widget=forms.RadioSelect
    )
    blanks = forms.ChoiceField(
        label=gettext_lazy("Where a cell is blank"), choices=ImportJob.Blanks.choices, widget=forms.RadioSelect
    )
    create_accounts = forms.BooleanField(
        label=gettext_lazy("Create accounts that don't exist yet"),
        help_text=gettext_lazy("Otherwise a row whose account is missing is refused."),
        required=False,
    )

    def __init__(self, data: Any = None, *, job: ImportJob) -> None:
        names = ("match_by", "existing", "blanks", "create_accounts")
        table = table_of(job.organization, job.module)
        super().__init__(
            data,
            job=job,
            table=table,
            labels=table.labels(),
            questions=open_questions(job) if job.size <= SMALL else (),
            initial={name: getattr(job, name) for name in names},
        )
        keys = [(key, match_label(table, key)) for key in MATCH_KEYS[job.module]]
        self.fields["match_by"].choices = keys  # type: ignore[attr-defined]
        if "account" not in table or table["account"].kind != RECORD:
            del self.fields["create_accounts"]
        self.constant_names = self._add_constants() if job.module == DEALS else []

    def values(self) -> dict[str, Any]:
        """The choices as the service takes them."""
        given = self.cleaned_data
        values: dict[str, Any] = {name: given[name] for name in ("match_by", "existing", "blanks")}
        if "create_accounts" in given:
            values["create_accounts"] = given["create_accounts"]
        if self.constant_names:
            values["constants"] = {name.removeprefix("constant_"): given[name] for name in self.constant_names}
        return {**values, **self.column_values()}

    def _add_constants(self) -> list[str]:
        """Where deals stand that no column says it of."""
        held = list(pipelines_with_stages(self.job.organization).filter(is_active=True))
        reasons = lost_reasons(self.job.organization)
        offers = {
            "pipeline": (_("Pipeline, where no column says it"), [(one.name, one.name) for one in held]),
            "stage": (
                _("Stage, where no column says it"),
                list(dict.fromkeys((stage.name, stage.name) for one in held for stage in one.stages.all())),
            ),
            "lost_reason": (
                _("Lost reason, where no column says it"),
                [(one.name, one.name) for one in reasons],
            ),
        }
        for name, (label, choices) in offers.items():
            self.fields[f"constant_{name}"] = forms.ChoiceField(
                label=label,
                choices=[("", _("None")), *choices],
                required=False,
                initial=self.job.constants.get(name, ""),
            )
        return [f"constant_{name}" for name in offers]
