"""What an import has to say about a file or a row, worded in the reader's language from its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

_KINDS: dict[str, str | Promise] = {
    "zip": gettext_lazy("an Excel workbook or a ZIP archive"),
    "xls": gettext_lazy("an old Excel workbook"),
    "gzip": gettext_lazy("a compressed file"),
    "7z": gettext_lazy("a compressed file"),
    "bzip2": gettext_lazy("a compressed file"),
    "xz": gettext_lazy("a compressed file"),
    "pdf": gettext_lazy("a PDF document"),
    "rtf": gettext_lazy("a text document with formatting"),
    "image": gettext_lazy("a picture"),
    "program": gettext_lazy("a program"),
    "markup": gettext_lazy("a web page or an XML document"),
    "binary": gettext_lazy("not text"),
}

Words = Callable[[Mapping[str, Any]], str]


def file_fault(fault: Mapping[str, Any]) -> str:
    """Why the file could not be read, with the physical line where it is known."""
    particulars = fault.get("particulars", {})
    words = _FILE_FAULTS.get(fault.get("code", ""))
    sentence = words(particulars) if words else _("The file could not be read.")
    if not fault.get("line"):
        return sentence
    return _("Line %(line)d: %(sentence)s") % {"line": fault["line"], "sentence": sentence}


def row_problem(label: str, problem: Mapping[str, Any], own: Mapping[str, Words]) -> str:
    """Why a row, or the cell of the field with this label, was not taken. `own` words what only one room knows."""
    particulars = problem.get("particulars", {})
    code = problem.get("code", "")
    words = own.get(code) or _ROW_PROBLEMS.get(code)
    sentence = words(particulars) if words else str(particulars.get("sentence", "")) or _("Refused.")
    if not label:
        return sentence
    # Translators: a field's name, then what is wrong with its value.
    return _("%(field)s: %(sentence)s") % {"field": label, "sentence": sentence}


_FILE_FAULTS: dict[str, Words] = {
    "empty": lambda p: _("The file is empty."),
    "binary": lambda p: (
        _("This is %(kind)s. Save it as CSV (comma-separated values) and upload that file.")
        % {"kind": str(_KINDS.get(p.get("kind", ""), _KINDS["binary"]))}
    ),
    "workbook_damaged": lambda p: _(
        "The workbook is damaged. Open it in your spreadsheet, save it anew and try again."
    ),
    "too_large": lambda p: _("The file is larger than %(most)d MB. Split it and import the parts.") % p,
    "too_many_rows": lambda p: _("The file has more than %(most)d rows. Split it and import the parts.") % p,
    "too_many_columns": lambda p: _("The file has %(columns)d columns; at most %(most)d can be read.") % p,
    "no_rows": lambda p: _("The file has a header, but no rows below it."),
    "undecodable": lambda p: (
        _("the byte %(byte)s is no letter in the chosen encoding. Choose another encoding, or mend the line.") % p
    ),
    "nul": lambda p: _("the file contains a NUL character here. It is damaged, or not a text file."),
    "quote_open": lambda p: _(
        "a quotation mark is opened in the row that starts here and never closed. Close it, or double it."
    ),
    "quote_stray": lambda p: _(
        "text follows a closing quotation mark. Double the quotation marks that belong to the text."
    ),
    "cell_too_long": lambda p: _(
        "a cell of the row that starts here is too long. A quotation mark is probably opened and never closed."
    ),
    "changed_reading": lambda p: _("The way the file is read has changed. Check the mapping again."),
    "not_permitted": lambda p: str(p.get("sentence") or _("The person who started it may no longer do this.")),
    "crashed": lambda p: _(
        "Something unexpected stopped it. Start it again; if it stops again, tell your administrator."
    ),
}

_ROW_PROBLEMS: dict[str, Words] = {
    "ragged": lambda p: (
        ngettext(
            "The row has %(found)d cell, the header has %(expected)d.",
            "The row has %(found)d cells, the header has %(expected)d.",
            p["found"],
        )
        % p
    ),
    "required": lambda p: _("this is required."),
    "duplicate": lambda p: _("The same record is already on line %(line)d.") % p,
    "too_long": lambda p: _("%(length)d characters; at most %(most)d fit.") % p,
    "control_character": lambda p: _("it contains a character that cannot be shown."),
    "not_an_email": lambda p: _("“%(value)s” is not an e-mail address.") % p,
    "not_a_number": lambda p: _("“%(value)s” is not an amount.") % p,
    "ambiguous_number": lambda p: _("“%(value)s” can be read in two ways. Write it with decimals.") % p,
    "other_decimal_mark": lambda p: _("“%(value)s” is written with the other decimal mark than the rest.") % p,
    "number_too_large": lambda p: _("“%(value)s” is too large.") % p,
    "too_many_decimals": lambda p: (
        ngettext(
            "“%(value)s” has more than %(places)d decimal.",
            "“%(value)s” has more than %(places)d decimals.",
            p.get("places", 2),
        )
        % {"places": 2, **p}
    ),
    "not_a_whole_number": lambda p: _("“%(value)s” is not a whole number.") % p,
    "not_a_date": lambda p: _("“%(value)s” is not a day. Write it as 2024-12-31.") % p,
    "ambiguous_date": lambda p: _("“%(value)s” can be read in two ways. Write it as 2024-12-31.") % p,
    "not_yes_or_no": lambda p: _("“%(value)s” is neither yes nor no.") % p,
    "not_a_currency": lambda p: _("“%(value)s” is not a currency code such as EUR.") % p,
    "currency_not_in_use": lambda p: _("%(value)s is not one of this organization's active currencies.") % p,
    "no_such_member": lambda p: _("nobody in this organization has the e-mail address or name “%(value)s”.") % p,
    "several_members": lambda p: _("%(count)d people are called “%(value)s”. Give the e-mail address.") % p,
    "no_such_field": lambda p: _("this field has been taken away since. Check the file again."),
    "not_visible": lambda p: _("there is a record like this already, and it is not visible to you."),
    "several_records": lambda p: _("%(count)d records have this value (%(ids)s). Merge them first.") % p,
    "appeared": lambda p: _("Since the dry run this record has appeared. Check the file again."),
    "gone": lambda p: _("Since the dry run this record has disappeared. Check the file again."),
    "changed": lambda p: _("Since the dry run this record has changed. Check the file again."),
    "changed_since": lambda p: _("changed since the import."),
    "hidden_since": lambda p: _("not visible to you any more."),
    "in_use": lambda p: _("other records belong to it now."),
    "deleted_since": lambda p: _("The record has been deleted since."),
    "said": lambda p: str(p.get(f"sentence_{get_language()}") or p.get("sentence", "")),
}
