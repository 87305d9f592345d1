"""What docs/totals.md shows in figures is what is computed: the tables are read from there."""

import re

import pytest

from finance.totals import Fault
from tests.finance.worked_tables import DOCUMENT, examples

EXAMPLES = examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_worked_tables_are_what_is_computed(example):
    assert example.answers() == [table.rows for table in example.tables]


def test_each_rule_has_its_table():
    titles = [example.title for example in EXAMPLES]
    assert len(set(titles)) == len(titles) == 21
    assert all(len(example.tables) >= 2 for example in EXAMPLES)


def test_whatever_is_refused_is_listed():
    assert set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)) == set(Fault)
