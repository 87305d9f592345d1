"""What the person says of a file's columns: which fields they fill, and how their dates and amounts are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext as _

from finsuite.kernel.imports.fields import Field
from finsuite.kernel.imports.files import fault_of, rows_of
from finsuite.kernel.imports.formats import CHOICES, Question, read_formats
from finsuite.kernel.imports.problems import FileBroken
from finsuite.kernel.imports.tables import ImportTable
from finsuite.kernel.imports.words import file_fault

Faults = dict[str, list[str]]


class Labelled(Protocol):
    """The fields that columns can fill, by name, and what each is called."""

    def label(self, name: str, /) -> str: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Field: ...
    def items(self) -> Any: ...


def mapping_of(job: ImportTable) -> dict[int, str]:
    """Column number → field."""
    return {int(column): name for column, name in job.mapping.items()}


def take_mapping(job: ImportTable, values: Mapping[str, Any]) -> Faults:
    """Set the mapping and the formats that were given, unsaved."""
    if "mapping" in values:
        try:
            job.mapping = {str(int(column)): str(name) for column, name in values["mapping"].items() if name}
        except (AttributeError, TypeError, ValueError):
            return {"mapping": [_("Give a field for each column number.")]}
    if "formats" in values:
        given = values["formats"]
        if not isinstance(given, Mapping):
            return {"formats": [_("Give a format for each field.")]}
        job.formats = {str(name): str(shape) for name, shape in given.items() if shape}
    return {}


def mapping_faults(job: ImportTable, fields: Labelled) -> Faults:
    """Each field from one column at most, and the required ones from one."""
    faults: Faults = {}
    used: set[str] = set()
    for column, name in mapping_of(job).items():
        if not 0 <= column < len(job.headers):
            faults[f"mapping.{column}"] = [_("The file has no such column.")]
        elif name not in fields:
            faults[f"mapping.{column}"] = [_("There is no such field.")]
        elif name in used:
            faults[f"mapping.{column}"] = [_("Another column already fills this field.")]
        used.add(name)
    for name, spec in fields.items():
        if spec.required and name not in used:
            sentence = _("A column has to fill “%(field)s”.") % {"field": fields.label(name)}
            faults.setdefault("mapping", []).append(sentence)
    return faults


def take_formats(job: ImportTable, fields: Any) -> Faults:
    """Tell how dates and amounts are written; what the cells leave open has to be said by the person."""
    mapping = mapping_of(job)
    for name, shape in job.formats.items():
        if name not in mapping.values() or shape not in CHOICES.get(fields[name].doubtful, ()):
            return {f"formats.{name}": [_("This choice is not known.")]}
    try:
        found, questions = formats_of(job, fields)
    except FileBroken as broken:
        return {"file": [file_fault(fault_of(broken))]}
    open_questions = [question for question in questions if question.field not in job.formats]
    if open_questions:
        return {
            f"formats.{question.field}": [
                _("“%(sample)s” in column “%(column)s” can be read in two ways. Say which one is meant.")
                % {"sample": question.sample, "column": job.headers[question.column]}
            ]
            for question in open_questions
        }
    job.formats = {**found, **job.formats}
    return {}


def formats_of(job: ImportTable, fields: Any) -> tuple[dict[str, str], list[Question]]:
    """How the mapped date and amount columns are written, and what they leave open."""
    found = rows_of(job)
    next(found, None)
    return read_formats(fields, mapping_of(job), found, len(job.headers))
