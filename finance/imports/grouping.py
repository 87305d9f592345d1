"""The rows of one record, wherever they stand in the file: read twice, so that only open groups are held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from finance.imports.fields import CONTACTS, INVOICES, ITEMS
from finsuite.kernel.imports.reader import Row
from finsuite.kernel.text import name_key

Key = Callable[[Row], str]

# What tells the rows of one record, best first; with what it is told together.
_KEYS = {
    CONTACTS: (("source_id", "display_name"), ("contact_type",)),
    ITEMS: (("sku", "name"), ()),
    INVOICES: (("number",), ()),
}


def key_of(module: str, mapping: Mapping[int, str]) -> Key:
    """The key by which rows of this module belong together; "" for a row that belongs to none."""
    column_of = {name: column for column, name in mapping.items()}
    names, besides = _KEYS[module]
    keys = [(name, column_of[name]) for name in names if name in column_of]
    others = [column_of[name] for name in besides if name in column_of]

    def key(row: Row) -> str:
        for name, column in keys:
            told = name_key(row.cells[column]) if column < len(row.cells) else ""
            if told:
                around = [name_key(row.cells[other]) for other in others if other < len(row.cells)]
                return "\x1f".join([name, told, *around])
        return ""

    return key


def count(rows: Iterable[Row], key: Key) -> Counter[str]:
    """How many rows each record has; under "", those that belong to none and stand alone."""
    return Counter(key(row) for row in rows)


def grouped(rows: Iterable[Row], key: Key, counts: Mapping[str, int]) -> Iterator[Sequence[Row]]:
    """The file's rows, record by record; a record comes when the last of its rows has been read."""
    held: dict[str, list[Row]] = {}
    for row in rows:
        told = key(row)
        if not told or counts[told] == 1:
            yield [row]
            continue
        group = held.setdefault(told, [])
        group.append(row)
        if len(group) == counts[told]:
            yield held.pop(told)
