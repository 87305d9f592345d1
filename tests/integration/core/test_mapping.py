"""Field pairs, limits, and the mappings that a connection starts with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integration.core.default_mappings import DEFAULT_MAPPINGS
from integration.core.mapping import CannotCarry, Direction, FieldPair, ModuleMapping
from integration.core.pairings import (
    ACCOUNT,
    BUSINESS,
    CONTACT,
    CONTACT_PERSON,
    CUSTOMER,
    INDIVIDUAL,
    Mode,
    Pairing,
    pairing_of,
)
from integration.core.policy import Extent, SyncSettings
from integration.core.records import Key, Record, Side, from_json, is_blank, same, to_json
from integration.core.transforms import transform


def test_a_finance_phone_that_is_too_long_for_the_crm_is_refused_not_cut():
    [phone] = [pair for pair in DEFAULT_MAPPINGS[Pairing.CONTACT_PERSON].pairs if pair.name == "phone"]
    assert phone.carry("0" * 30, Side.CRM) == "0" * 30
    with pytest.raises(CannotCarry) as refused:
        phone.carry("0" * 31, Side.CRM)
    found = refused.value.refusal
    assert (found.code, found.remedy, found.side, found.field) == ("too_long", "shorten", Side.CRM, "phone")
    assert (found.limit, found.length) == (30, 31)


def test_a_person_without_a_last_name_cannot_become_a_contact():
    [last] = [pair for pair in DEFAULT_MAPPINGS[Pairing.CONTACT_PERSON].pairs if pair.name == "last_name"]
    assert last.carry("", Side.FINANCE) == ""
    with pytest.raises(CannotCarry, match="required"):
        last.carry("", Side.CRM)


def test_an_unknown_choice_is_refused_with_its_field():
    pair = FieldPair(crm_field="type", finance_field="kind", transform=transform("choice", {"A": "a"}))
    with pytest.raises(CannotCarry, match="unknown_choice"):
        pair.carry("B", Side.FINANCE)


def test_directions_say_which_side_is_written():
    reach = {
        Direction.BOTH: [True, True],
        Direction.TO_CRM: [True, False],
        Direction.TO_FINANCE: [False, True],
    }
    for direction, expected in reach.items():
        pair = FieldPair(crm_field="a", finance_field="b", direction=direction)
        assert [pair.reaches(side) for side in Side] == expected


def test_a_finance_field_is_mapped_once_and_a_crm_field_filled_from_one():
    one = FieldPair(crm_field="a", finance_field="x")
    with pytest.raises(ValueError, match="mapped only once"):
        ModuleMapping(pairing=Pairing.ACCOUNT_CUSTOMER, pairs=(one, replace(one, crm_field="b")))
    with pytest.raises(ValueError, match="filled from one"):
        ModuleMapping(pairing=Pairing.ACCOUNT_CUSTOMER, pairs=(one, replace(one, finance_field="y")))
    there = replace(one, finance_field="y", direction=Direction.TO_FINANCE)
    assert len(ModuleMapping(pairing=Pairing.ACCOUNT_CUSTOMER, pairs=(one, there)).merged) == 2


def test_being_at_the_base_counts_every_mapped_column():
    pairs = tuple(FieldPair(crm_field=name, finance_field=name.upper()) for name in "ab")
    for size in (0, 1, 2):
        mapping = ModuleMapping(pairing=Pairing.ACCOUNT_CUSTOMER, pairs=pairs[:size])
        now = {"a": 1, "b": 2}
        assert mapping.is_at_base(now, mapping.snapshot(now, Side.CRM), Side.CRM)
        assert mapping.leading is Side.CRM
    assert not mapping.is_at_base(now, {"A": 1, "B": 3}, Side.CRM)
    assert not mapping.is_at_base(now, {"A": 1}, Side.CRM)
    with pytest.raises(KeyError):
        mapping.is_at_base({"a": 1}, {"A": 1, "B": 2}, Side.CRM)


def test_the_default_mappings_never_cut_from_the_crm_to_finance():
    for mapping in DEFAULT_MAPPINGS.values():
        for pair in mapping.pairs:
            if pair.reaches(Side.FINANCE) and pair.finance_limit.max_length is not None:
                assert pair.crm_field == "full_name" or pair.finance_limit.max_length >= pair.crm_limit.max_length
            assert pair.column(Side.CRM) == pair.crm_field
            assert pair.limit(Side.CRM) is pair.crm_limit


def test_values_keep_their_type_through_json():
    values = {"a": "1", "b": 1, "c": True, "d": None, "e": Decimal("1.50"), "f": date(2026, 11, 21)}
    assert from_json(to_json(values)) == values
    assert to_json(values)["e"] == {"decimal": "1.50"}


def test_blanks_are_alike_and_zero_is_not_blank():
    assert same("", None)
    assert is_blank("")
    assert not is_blank(0)
    assert not is_blank(False)
    assert not same(0, None)


@pytest.mark.parametrize(
    ("mode", "unattached", "expected"),
    [
        (Mode.ACCOUNTS, False, ["account_customer", None, None, "account_customer", None, None]),
        (Mode.CONTACTS, False, [None, "contact_customer", "contact_customer", None, "contact_customer", None]),
        (
            Mode.ACCOUNTS_AND_CONTACTS,
            False,
            ["account_customer", "contact_person", None, "account_customer", None, "contact_person"],
        ),
        (
            Mode.ACCOUNTS_AND_CONTACTS,
            True,
            [
                "account_customer",
                "contact_person",
                "contact_customer",
                "account_customer",
                "contact_customer",
                "contact_person",
            ],
        ),
    ],
)
def test_the_mode_says_what_becomes_what(mode, unattached, expected):
    records = [
        Record(key=Key(Side.CRM, ACCOUNT, 1), rev=1),
        Record(key=Key(Side.CRM, CONTACT, 1), rev=1, parent=1),
        Record(key=Key(Side.CRM, CONTACT, 2), rev=1),
        Record(key=Key(Side.FINANCE, CUSTOMER, 1), rev=1, kind=BUSINESS),
        Record(key=Key(Side.FINANCE, CUSTOMER, 2), rev=1, kind=INDIVIDUAL),
        Record(key=Key(Side.FINANCE, CONTACT_PERSON, 1), rev=1, parent=1),
    ]
    assert [pairing_of(one, mode, include_unattached=unattached) for one in records] == expected


def test_one_way_only_the_following_side_is_written():
    settings = SyncSettings(mappings=DEFAULT_MAPPINGS, extent=Extent.ONE_WAY)
    assert settings.may_write(Side.FINANCE, Side.CRM)
    assert not settings.may_write(Side.CRM, Side.CRM)
