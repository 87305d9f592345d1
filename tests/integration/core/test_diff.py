"""The table of the field merge, row by row."""

from __future__ import annotations

import pytest

from integration.core.diff import MergeRules, changed, merge
from integration.core.mapping import Direction, FieldPair, Limit
from integration.core.records import SIDES, Side
from integration.core.transforms import transform

BOTH_WRITABLE = MergeRules(writable=frozenset(SIDES))
CRM_WINS = MergeRules(writable=frozenset(SIDES), winner=Side.CRM)
PAIR = FieldPair(crm_field="phone", finance_field="tel")
LOW = FieldPair(crm_field="phone", finance_field="tel", transform=transform("lower"))
THERE = FieldPair(crm_field="phone", finance_field="tel", direction=Direction.TO_FINANCE)
BACK = FieldPair(crm_field="phone", finance_field="tel", direction=Direction.TO_CRM)


def merged(pair, now, base, rules=BOTH_WRITABLE):
    """What a merge does to one field: (CRM write, finance write, base, conflicts, drift)."""
    bases = ({}, {}) if base is None else ({"tel": base[0]}, {"tel": base[1]})
    out = merge([pair], {"phone": now[0]}, {"tel": now[1]}, *bases, rules)
    assert out.refusal is None
    kept = (out.base_crm.get("tel"), out.base_finance.get("tel"))
    return out.to_crm.get("phone"), out.to_finance.get("tel"), kept, len(out.conflicts), out.drift


@pytest.mark.parametrize(
    ("pair", "now", "base", "rules", "expected"),
    [
        # neither changed
        (PAIR, ("a", "b"), ("a", "b"), BOTH_WRITABLE, (None, None, ("a", "b"), 0, [])),
        (PAIR, ("", None), (None, ""), BOTH_WRITABLE, (None, None, (None, ""), 0, [])),
        # the CRM changed
        (PAIR, ("x", "b"), ("a", "b"), BOTH_WRITABLE, (None, "x", ("x", "x"), 0, [])),
        (PAIR, ("", "b"), ("a", "b"), BOTH_WRITABLE, (None, "", ("", ""), 0, [])),
        (LOW, ("A", "a"), ("a", "a"), BOTH_WRITABLE, (None, None, ("A", "a"), 0, [])),
        # finance changed
        (PAIR, ("a", "x"), ("a", "b"), BOTH_WRITABLE, ("x", None, ("x", "x"), 0, [])),
        # both changed, alike
        (PAIR, ("x", "x"), ("a", "b"), BOTH_WRITABLE, (None, None, ("x", "x"), 0, [])),
        (LOW, ("X", "x"), ("a", "b"), BOTH_WRITABLE, (None, None, ("X", "x"), 0, [])),
        (LOW, ("x", "X"), ("a", "b"), BOTH_WRITABLE, (None, None, ("x", "X"), 0, [])),
        # both changed, unlike
        (PAIR, ("x", "y"), ("a", "b"), BOTH_WRITABLE, (None, None, ("a", "b"), 1, [])),
        (PAIR, ("x", "y"), ("a", "b"), CRM_WINS, (None, "x", ("x", "x"), 1, [])),
        # one way
        (THERE, ("x", "b"), ("a", "b"), BOTH_WRITABLE, (None, "x", ("x", "x"), 0, [])),
        (THERE, ("a", "y"), ("a", "b"), BOTH_WRITABLE, (None, None, ("a", "b"), 0, ["tel"])),
        (THERE, ("x", "y"), ("a", "b"), BOTH_WRITABLE, (None, "x", ("x", "x"), 0, [])),
        (THERE, ("b", "b"), ("b", "a"), BOTH_WRITABLE, (None, None, ("b", "b"), 0, [])),
        (BACK, ("a", "y"), ("a", "b"), BOTH_WRITABLE, ("y", None, ("y", "y"), 0, [])),
        (BACK, ("x", "b"), ("a", "b"), BOTH_WRITABLE, (None, None, ("a", "b"), 0, ["tel"])),
        # no way at all
        (
            BACK,
            ("a", "y"),
            ("a", "b"),
            MergeRules(writable=frozenset({Side.FINANCE})),
            (None, None, ("a", "b"), 0, ["tel"]),
        ),
        (BACK, ("a", "y"), None, MergeRules(writable=frozenset({Side.FINANCE})), (None, None, ("a", "y"), 0, [])),
        # never agreed on: a blank erases nothing
        (PAIR, ("", "b"), None, CRM_WINS, ("b", None, ("b", "b"), 0, [])),
        (PAIR, ("a", ""), None, CRM_WINS, (None, "a", ("a", "a"), 0, [])),
        (PAIR, ("a", "b"), None, CRM_WINS, (None, "a", ("a", "a"), 1, [])),
        (PAIR, ("a", "b"), None, BOTH_WRITABLE, (None, None, (None, None), 1, [])),
        (PAIR, ("", None), None, BOTH_WRITABLE, (None, None, ("", None), 0, [])),
        (THERE, ("", "b"), None, CRM_WINS, (None, None, ("", "b"), 0, [])),
    ],
)
def test_each_row_of_the_merge_table(pair, now, base, rules, expected):
    assert merged(pair, now, base, rules) == expected


def test_a_person_may_keep_either_side_of_a_conflict():
    for side, writes in ((Side.CRM, (None, "x")), (Side.FINANCE, ("y", None))):
        rules = MergeRules(writable=frozenset(SIDES), winner=Side.CRM, resolutions={"tel": side})
        assert merged(PAIR, ("x", "y"), ("a", "b"), rules)[:2] == writes


def test_a_drift_is_overwritten_only_on_request():
    rules = MergeRules(writable=frozenset(SIDES), reassert=True)
    assert merged(THERE, ("a", "y"), ("a", "a"), rules) == (None, "a", ("a", "a"), 0, [])


def test_a_conflict_tells_both_values_and_both_bases():
    out = merge([PAIR], {"phone": "x"}, {"tel": "y"}, {"tel": "a"}, {"tel": "b"}, BOTH_WRITABLE)
    [found] = out.undecided
    assert (found.crm, found.finance, found.base_crm, found.base_finance, found.winner) == ("x", "y", "a", "b", None)


def test_what_does_not_fit_refuses_the_whole_record():
    fax = FieldPair(crm_field="fax", finance_field="fax", crm_limit=Limit(3))
    base = {"tel": "a", "fax": ""}
    out = merge([PAIR, fax], {"phone": "x", "fax": ""}, {"tel": "a", "fax": "long"}, base, base, BOTH_WRITABLE)
    assert out.refusal is not None
    assert (out.refusal.code, out.refusal.field, out.refusal.limit, out.refusal.length) == ("too_long", "fax", 3, 4)


def test_a_value_that_fits_neither_way_is_a_conflict_not_an_agreement():
    short = FieldPair(crm_field="phone", finance_field="tel", crm_limit=Limit(3), finance_limit=Limit(3))
    assert merged(short, ("long", "longer"), ("a", "a"))[3] == 1


def test_changed_looks_at_mapped_values_only():
    assert not changed([PAIR], {"phone": "", "other": 1}, {"tel": None}, Side.CRM)
    assert changed([PAIR], {"phone": "x"}, {"tel": None}, Side.CRM)
