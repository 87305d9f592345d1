"""What is decided about a row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports.families import Families
from crm.imports.fields import ACCOUNTS, CONTACTS, FIELDS
from crm.imports.judge import Decision, Known, Match, Rules, Seen, judge, site_key, site_spellings
from finsuite.kernel.imports.problems import Problem
from finsuite.kernel.imports.rows import CLEAR, Parsed, frozen, parse_row, plan_columns, thawed

CONTACT_RULES = Rules(module=CONTACTS, match_by="email", by_account=True)
KNOWN = Known(
    by_key={
        "email:ada@x.fr": [Match(1, has_main=True)],
        "who:jean petit|7": [Match(2, has_main=True), Match(3, has_main=False)],
        "who:jean grand|7": [Match(4, has_main=True), Match(5, has_main=True)],
        "who:ada lovelace|": [Match(1, has_main=True)],
    },
    records={ACCOUNTS: {"acme": [7], "twin": [8, 9]}},
    people={"claire@x.fr": [11], "claire vasseur": [11], "paul": [12, 13]},
    currencies=frozenset({"EUR"}),
)


def decide(seen: Seen | None = None, rules: Rules = CONTACT_RULES, line: int = 2, **values: object) -> Decision:
    return judge(Parsed(line, dict(values)), rules, KNOWN, seen or Seen(), FIELDS[rules.module])


@pytest.mark.parametrize(
    ("values", "outcome", "record"),
    [
        ({"last_name": "New", "email": "new@x.fr"}, "create", None),
        ({"last_name": "Lovelace", "email": "ADA@x.fr"}, "update", 1),
        ({"first_name": "Jean", "last_name": "Petit", "account": "ACME"}, "update", 3),
        ({"first_name": "Ada", "last_name": "Lovelace"}, "update", 1),
        ({"first_name": "Jean", "last_name": "Petit", "account": "Acme", "email": "jean@x.fr"}, "create", None),
    ],
)
def test_a_row_is_about_the_record_with_its_key_else_with_its_name(
    values: dict[str, str], outcome: str, record: int | None
) -> None:
    decision = decide(**values)
    assert (decision.outcome, decision.record_id) == (outcome, record)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"last_name": "A", "account": "Nobody"}, "no_such_account"),
        ({"last_name": "A", "account": "Twin"}, "several_accounts"),
        ({"last_name": "A", "owner": "x@x.fr"}, "no_such_member"),
        ({"last_name": "A", "owner": "Paul"}, "several_members"),
        ({"last_name": "A", "currency": "XYZ"}, "currency_not_in_use"),
        ({"first_name": "Jean", "last_name": "Grand", "account": "Acme"}, "several_records"),
    ],
)
def test_what_is_ambiguous_or_absent_is_refused_by_name(values: dict[str, str], code: str) -> None:
    decision = decide(**values)
    assert decision.outcome == "refuse"
    assert [problem.code for problem in decision.problems] == [code]


def test_names_become_ids() -> None:
    decision = decide(last_name="A", account="acme", owner="Claire Vasseur", currency="EUR", phone="1")
    assert decision.values == {"last_name": "A", "account_id": 7, "owner_id": 11, "currency": "EUR", "phone": "1"}


def test_the_second_row_of_a_record_is_refused_naming_the_first() -> None:
    seen = Seen()
    assert decide(seen, line=2, last_name="A", email="a@x.fr").outcome == "create"
    second = decide(seen, line=5, last_name="B", email="A@X.fr")
    assert (second.outcome, second.problems) == ("refuse", [Problem("duplicate", "", {"line": 2})])


def test_two_rows_with_different_keys_of_one_record_are_a_duplicate() -> None:
    seen = Seen()
    assert decide(seen, line=2, last_name="L", email="ada@x.fr").record_id == 1
    second = decide(seen, line=3, first_name="Ada", last_name="Lovelace")
    assert second.problems == [Problem("duplicate", "", {"line": 2})]


def test_a_refused_row_claims_nothing() -> None:
    seen = Seen()
    assert decide(seen, line=2, last_name="A", email="a@x.fr", account="Nobody").outcome == "refuse"
    assert decide(seen, line=3, last_name="A", email="a@x.fr").outcome == "create"


def test_a_missing_account_is_created_where_that_is_wanted() -> None:
    decision = decide(rules=replace(CONTACT_RULES, create_accounts=True), last_name="A", account="Novum")
    assert (decision.outcome, decision.new_account) == ("create", "Novum")
    assert decision.awaits == "account"
    assert "account_id" not in decision.values


def test_existing_records_can_be_skipped() -> None:
    decision = decide(rules=replace(CONTACT_RULES, existing="skip"), last_name="L", email="ada@x.fr")
    assert (decision.outcome, decision.record_id) == ("skip", 1)


@pytest.mark.parametrize("site", ["acme.fr", "http://acme.fr", "https://www.acme.fr/", "WWW.ACME.FR"])
def test_spellings_of_one_site_are_one_site(site: str) -> None:
    assert site_key(site) == "acme.fr"
    assert site.lower() in site_spellings("acme.fr")


def test_parents_come_before_their_children() -> None:
    families = Families.of([("leaf", "branch"), ("branch", "trunk"), ("trunk", ""), ("a", "b"), ("b", "a")])
    assert [families.wave(name) for name in ("leaf", "branch", "trunk", "a", "b")] == [2, 1, 0, None, None]
    assert families.awaited == {"branch", "trunk", "a", "b"}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdefg"])), max_size=12))
def test_every_account_stands_in_a_later_wave_than_its_parent(pairs: list[tuple[str, str]]) -> None:
    families = Families.of(pairs)
    for name, parent in families.parent_of.items():
        mine, above = families.wave(name), families.wave(parent)
        if mine is not None and parent in families.names:
            assert above is not None
            assert mine == above + 1


def test_blank_cells_say_nothing_or_empty_the_field() -> None:
    mapping = {0: "name", 1: "phone", 2: "tags", 3: "employees", 4: "currency"}
    cells = ["A", " ", "", "", ""]
    keep = plan_columns(FIELDS[ACCOUNTS], mapping, {}, width=5)
    clear = plan_columns(FIELDS[ACCOUNTS], mapping, {}, width=5, blanks=CLEAR)
    assert parse_row(2, cells, 5, keep).values == {"name": "A"}
    assert parse_row(2, cells, 5, clear).values == {"name": "A", "phone": "", "tags": [], "employees": None}


def test_every_fault_of_a_row_is_told_at_once() -> None:
    plan = plan_columns(
        FIELDS[CONTACTS], {0: "last_name", 1: "email", 2: "date_of_birth", 3: "first_name"}, {}, width=4
    )
    row = parse_row(2, ["", "x", "03/04/1985", "y" * 41], 4, plan)
    assert [(problem.field, problem.code) for problem in row.problems] == [
        ("email", "not_an_email"),
        ("date_of_birth", "ambiguous_date"),
        ("first_name", "too_long"),
        ("last_name", "required"),
    ]


def test_values_keep_their_kind_in_json() -> None:
    plan = plan_columns(
        FIELDS[CONTACTS], {0: "last_name", 1: "date_of_birth", 2: "email_opt_out", 3: "tags"}, {}, width=4
    )
    values = parse_row(2, ["A", "1985-04-03", "oui", "a;b"], 4, plan).values
    assert frozen(values) == {
        "last_name": "A",
        "date_of_birth": "1985-04-03",
        "email_opt_out": True,
        "tags": ["a", "b"],
    }
    assert thawed(FIELDS[CONTACTS], frozen(values)) == values
