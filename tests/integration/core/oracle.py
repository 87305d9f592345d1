"""What a sync should have come to, told from what people did. It shares no code and no memory with the engine.

For each pair it remembers what both people last had in front of them in peace (`agreed`); it never looks at a base.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

Pks = tuple[int, int]
TOO_LONG = object()


def _low(value):
    return (value or "").lower()


def _low_back(value):
    return TOO_LONG if len(value or "") > 4 else _low(value)


def _cents(value):
    return None if value is None else Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _same(value):
    return value


def _named(value):
    return value or TOO_LONG


# field: (CRM column, finance column, there, back, directions)
FIELDS = {
    "display_name": ("name", "display_name", _named, _named, "both"),
    "ref": ("code", "ref", _low, _low_back, "both"),
    "rate": ("price", "rate", _cents, _cents, "both"),
    "tag": ("memo", "tag", lambda value: (value or "")[:3].upper(), lambda value: (value or "").lower(), "both"),
    "notes": ("note", "notes", _same, _same, "finance"),
    "on_hand": ("stock", "on_hand", _same, _same, "crm"),
}
NUMBERED = "display_name"


def blank_alike(one, other) -> bool:
    return one == other or (one in (None, "") and other in (None, ""))


@dataclass
class Expected:
    """One pair after the sync: the values of both columns of each field, and what became of the pair."""

    values: dict[str, tuple] = field(default_factory=dict)
    agreed: dict[str, tuple] = field(default_factory=dict)
    conflicts: set[str] = field(default_factory=set)
    outcome: str = "synced"


def expect_pair(crm, finance, agreed, *, both_changed, one_way, kept=None) -> Expected:
    """What the two records should hold, given what was agreed on and what the people chose."""
    out = Expected()
    for name, (left, right, there, back, direction) in FIELDS.items():
        now = (crm[left], finance[right])
        ways = direction if not one_way else ("finance" if direction in ("both", "finance") else "none")
        _expect_field(
            out, name, now, agreed[name], (there, back, ways), both_changed, (kept or {}).get(name), direction
        )
        if TOO_LONG in out.values[name]:
            return Expected(dict(_as_now(crm, finance)), dict(agreed), set(), "refused")
    if out.conflicts and both_changed == "clone":
        return Expected(dict(_as_now(crm, finance)), {}, out.conflicts, "cloned")
    if out.conflicts:
        out.outcome = "conflict"
    return out


def _as_now(crm, finance):
    return {name: (crm[left], finance[right]) for name, (left, right, *_rest) in FIELDS.items()}


def _expect_field(out, name, now, was, carry, both_changed, kept, direction) -> None:
    there, back, ways = carry
    moved = (not blank_alike(now[0], was[0]), not blank_alike(now[1], was[1]))
    say_the_same = (direction != "crm" and blank_alike(there(now[0]), now[1])) or (
        direction != "finance" and blank_alike(back(now[1]), now[0])
    )
    if not any(moved):
        out.values[name], out.agreed[name] = now, was
        return
    if ways == "both":
        source = {(True, False): "crm", (False, True): "finance"}.get(moved)
        if source is None and say_the_same:
            source = "agreed"
        if source is None:
            source = kept or ("crm" if both_changed == "overwrite" else None)
            if source is None:
                out.conflicts.add(name)
    elif ways == "none":
        source = None
    else:
        giver = 0 if ways == "finance" else 1
        source = ("crm", "finance")[giver] if moved[giver] else ("agreed" if say_the_same else None)
    if source is None:
        out.values[name], out.agreed[name] = now, was
    else:
        result = {"crm": (now[0], there(now[0])), "finance": (back(now[1]), now[1]), "agreed": now}[source]
        out.values[name] = out.agreed[name] = result


def expect_first_contact(crm, finance, *, one_way) -> Expected:
    """Two records that met for the first time and were joined with the CRM's values: a blank erases nothing."""
    nothing = dict.fromkeys(FIELDS, (None, None))
    out = expect_pair(crm, finance, nothing, both_changed="overwrite", one_way=one_way)
    if out.outcome != "refused":
        for name, now in _as_now(crm, finance).items():
            if out.values[name] == now:
                out.agreed[name] = now
    return out


def expect_copy(source, *, to_finance: bool) -> dict | None:
    """The mapped columns of a counterpart made from this record; None where it cannot be made."""
    made = {}
    for left, right, there, back, direction in FIELDS.values():
        if to_finance:
            made[right] = there(source[left]) if direction in ("both", "finance") else None
        else:
            made[left] = back(source[right]) if direction in ("both", "crm") else None
    return None if TOO_LONG in made.values() else made


def is_numbered(found: str, wanted: str) -> bool:
    """The name itself, or the name with a number behind it."""
    rest = found.removeprefix(wanted)
    return found.startswith(wanted) and (rest == "" or (rest.startswith(" (") and rest.endswith(")")))
