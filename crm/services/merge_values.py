"""Field by field: whose value the survivor of a merge takes. Pure: records and choices go in, values come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.models import Record
from crm.services.record_kinds import Kind
from finsuite.kernel.errors import Refused

CUSTOM = "cf_"
ALWAYS_THE_SURVIVORS = frozenset(
    {"currency", "exchange_rate"}  # fixed once a record exists; and the rate is the currency's
    | {"pipeline_id", "stage_id", "probability", "lost_reason_id", "lost_note"}  # a deal moves by its stages alone
)
MONEY = frozenset({"annual_revenue", "amount", "unit_price"})
"""In the record's own currency: an amount in another currency can't be taken over."""

PREFER = {"email_opt_out": True}
"""Where one of the records says this, it is proposed: who said no to e-mail is not asked again by a merge."""

# Which records a column's value may not hang the survivor on: (column, value) → acceptable?
Acceptable = Callable[[str, Any], bool]


@dataclass
class FieldChoice:
    """One field of the records to merge: what each says, which values may be taken, and whose is."""

    name: str
    values: dict[int, Any]
    takeable: frozenset[int]
    taken: int
    value: Any = field(default=None)

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        given = list(self.values.values())
        return any(value != given[0] for value in given[1:])


def field_choices(
    kind: Kind[Any],
    survivor: Record,
    losers: Sequence[Record],
    choices: Mapping[str, int],
    acceptable: Acceptable,
    computed: Mapping[str, int],
) -> list[FieldChoice]:
    """Every field, with what the survivor will say. `choices` (field → record) has the last word, where it may.

    `computed`: the fields that are not to be chosen, and whose value they take.
    """
    records = {record.pk: record for record in (survivor, *losers)}
    names = [name for name in kind.writable if name not in ALWAYS_THE_SURVIVORS and name != "tags"]
    names += sorted({f"{CUSTOM}{key}" for record in records.values() for key in record.custom})
    refuse_unknown_choices(choices, names, records)
    found = []
    for name in names:
        values = {pk: _value(record, name, acceptable) for pk, record in records.items()}
        takeable = frozenset(pk for pk, record in records.items() if _may_take(name, record, survivor))
        if name in computed:
            takeable = frozenset({computed[name]})
        taken = choices.get(name, computed.get(name, _proposed(name, survivor.pk, values, takeable)))
        if taken not in takeable:
            sentence = _("This amount is in another currency, so it can't be taken over.")
            if name in computed:
                sentence = _("The amount is the sum of the deal's lines. Change the lines instead.")
            raise Refused(sentence, fields={name: [sentence]})
        found.append(FieldChoice(name, values, takeable, taken, values[taken]))
    return found


def tags_of(survivor: Record, losers: Sequence[Record]) -> list[str]:
    """The tags of all, each once, the survivor's first."""
    return list(dict.fromkeys(tag for record in (survivor, *losers) for tag in record.tags))


def values_to_write(survivor: Record, fields: Sequence[FieldChoice], tags: list[str]) -> dict[str, Any]:
    """What changes in the survivor, by field."""
    written = {one.name: one.value for one in fields if one.value != _stored(survivor, one.name)}
    if tags != survivor.tags:
        written["tags"] = tags
    return written


def refuse_unknown_choices(choices: Mapping[str, int], names: Sequence[str], records: Mapping[int, Record]) -> None:
    """Refuse a choice of a field that isn't there, or of a record that isn't merged."""
    faults = {name: [_("There is no such field to choose.")] for name in choices if name not in names}
    faults |= {
        name: [_("Choose one of the records that are merged.")]
        for name, pk in choices.items()
        if name not in faults and pk not in records
    }
    if faults:
        raise Refused(_("Some choices can't be followed."), fields=faults)


def is_blank(value: Any) -> bool:
    """Nothing there. Neither zero nor “no” is blank."""
    return value is None or value == "" or value == []


def _value(record: Record, name: str, acceptable: Acceptable) -> Any:
    value = _stored(record, name)
    return value if acceptable(name, value) else None


def _stored(record: Record, name: str) -> Any:
    if name.startswith(CUSTOM):
        return record.custom.get(name.removeprefix(CUSTOM))
    return getattr(record, name)


def _may_take(name: str, record: Record, survivor: Record) -> bool:
    return name not in MONEY or record.currency == survivor.currency


def _proposed(name: str, survivor_id: int, values: Mapping[int, Any], takeable: frozenset[int]) -> int:
    """The survivor's own value; where that is blank, the first that is not."""
    if name in PREFER:
        return next((pk for pk, value in values.items() if value == PREFER[name]), survivor_id)
    if not is_blank(values[survivor_id]):
        return survivor_id
    return next((pk for pk, value in values.items() if pk in takeable and not is_blank(value)), survivor_id)
