"""The forms of an import that all rooms have: the file, how it is read, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finsuite.kernel.errors import Refused
from finsuite.kernel.imports.encodings import LATIN_1, LATIN_9, MAC, UTF_8, UTF_16_BE, UTF_16_LE, WINDOWS
from finsuite.kernel.imports.fields import DATE
from finsuite.kernel.imports.formats import Question
from finsuite.kernel.imports.reader import MOST_BYTES
from finsuite.kernel.imports.tables import ImportTable
from finsuite.kernel.imports.values import COMMA, DAY_FIRST, MONTH_FIRST, POINT

SMALL = 2 * 1024 * 1024  # a file so small is read through for open questions before they are in the way

ENCODING_CHOICES = [
    (UTF_8, gettext_lazy("Unicode (UTF-8)")),
    (UTF_16_LE, gettext_lazy("Unicode (UTF-16, little-endian)")),
    (UTF_16_BE, gettext_lazy("Unicode (UTF-16, big-endian)")),
    (WINDOWS, gettext_lazy("Windows, Western European (Windows-1252)")),
    (LATIN_1, gettext_lazy("Western European (ISO-8859-1)")),
    (LATIN_9, gettext_lazy("Western European with € and œ (ISO-8859-15)")),
    (MAC, gettext_lazy("Mac, Western European (Mac Roman)")),
]
DELIMITER_CHOICES = [
    (",", gettext_lazy("Comma ( , )")),
    (";", gettext_lazy("Semicolon ( ; )")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Vertical bar ( | )")),
]
ACCEPTED = (
    *(".csv", ".txt", ".tsv", ".xlsx", "text/csv", "text/plain", "text/tab-separated-values"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
FORMAT_CHOICES = {
    DAY_FIRST: gettext_lazy("day first, then month"),
    MONTH_FIRST: gettext_lazy("month first, then day"),
    COMMA: pgettext_lazy("number format", "the comma is the decimal mark"),
    POINT: pgettext_lazy("number format", "the point is the decimal mark"),
}


class UploadForm(forms.Form):
    """A file, and what it holds."""

    module = forms.ChoiceField(label=gettext_lazy("The file holds"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("CSV file or Excel workbook"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ",".join(ACCEPTED)}),
    )

    def __init__(self, *args: Any, holds: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].choices = holds  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """A file that is too large is not read at all."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            sentence = _("The file is larger than %(most)d MB. Split it and import the parts.")
            raise forms.ValidationError(sentence % {"most": MOST_BYTES // 1024 // 1024})
        return file


class ReadingForm(forms.Form):
    """How the bytes of the file are to be read."""

    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=ENCODING_CHOICES)
    delimiter = forms.ChoiceField(label=gettext_lazy("Between cells"), choices=DELIMITER_CHOICES)

    def __init__(self, data: Any = None, *, job: ImportTable) -> None:
        super().__init__(data, initial={"encoding": job.encoding, "delimiter": job.delimiter})


class ColumnsForm(forms.Form):
    """Which column fills which field, and how those are written that can be read two ways.

    A room adds its own choices; `questions` are the columns that are asked about from the start.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        job: Any,
        table: Mapping[str, Any],
        labels: Mapping[str, str],
        questions: Sequence[Question] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.job, self.table, self.labels = job, table, labels
        self.format_names: list[str] = []
        self._add_columns()
        for question in questions:
            self._ask(question.field, question)
        for name in [key.removeprefix("format_") for key in self.data if key.startswith("format_")]:
            if name in self.labels and f"format_{name}" not in self.fields:
                self._ask(name)

    def column_values(self) -> dict[str, Any]:
        """The mapping and the formats, as the service takes them."""
        given = self.cleaned_data
        columns = range(len(self.job.headers))
        mapping = {str(column): given[f"column_{column}"] for column in columns}
        mapped = set(mapping.values())
        formats = {
            name.removeprefix("format_"): given[name]
            for name in self.format_names
            if given.get(name) and name.removeprefix("format_") in mapped
        }
        return {"mapping": mapping, "formats": formats}

    def take(self, refused: Refused) -> None:
        """Show each fault at its control; a column that can be read two ways is asked about."""
        for name, sentences in refused.fields.items():
            kind, _dot, rest = name.partition(".")
            target: str | None = name if name in self.fields else None
            if kind == "mapping" and rest:
                target = f"column_{rest}"
            elif kind == "formats":
                target = f"format_{rest}"
                if target not in self.fields:
                    self._ask(rest)
            for sentence in sentences:
                self.add_error(target, sentence)
        if not refused.fields:
            self.add_error(None, refused.message)

    def _add_columns(self) -> None:
        choices = [("", _("Don't import")), *self.labels.items()]
        for number, header in enumerate(self.job.headers):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                # Translators: the label of a choice of field, for the column of that name.
                label=_("Field for the column “%(column)s”") % {"column": header or str(number + 1)},
                choices=choices,
                required=False,
                initial=self.job.mapping.get(str(number), ""),
            )

    def _ask(self, field: str, question: Question | None = None) -> None:
        """A choice for a column whose dates or amounts can be read two ways."""
        name = f"format_{field}"
        shapes = question.choices if question else self._shapes(field)
        help_text = _("For example “%(sample)s”.") % {"sample": question.sample} if question else ""
        self.fields[name] = forms.ChoiceField(
            # Translators: how the values of a column are to be read; the name is a field's.
            label=_("“%(field)s” is written with") % {"field": capfirst(self.labels.get(field, field))},
            choices=[("", _("Choose…")), *((shape, FORMAT_CHOICES[shape]) for shape in shapes)],
            required=self._is_mapped(field),
            error_messages={"required": _("This can be read in two ways. Say which one is meant.")},
            initial=self.job.formats.get(field, ""),
            help_text=help_text,
        )
        self.format_names.append(name)

    def _is_mapped(self, field: str) -> bool:
        """Whether a column fills the field, as the form was sent, else as it is shown."""
        if not self.is_bound:
            return True
        return any(self.data.get(f"column_{column}") == field for column in range(len(self.job.headers)))

    def _shapes(self, field: str) -> tuple[str, ...]:
        return (DAY_FIRST, MONTH_FIRST) if self.table[field].doubtful == DATE else (COMMA, POINT)
