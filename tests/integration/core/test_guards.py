"""No mass change unasked, no second clone, no two records of one name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from integration.core.guards import clone_key, mass_limit, unique_name
from integration.core.links import Link, LinkState
from integration.core.pairings import Pairing
from integration.core.policy import SyncSettings


@pytest.mark.parametrize(("links", "limit"), [(0, 10), (100, 10), (200, 10), (220, 11), (10_000, 500)])
def test_ten_or_five_in_a_hundred_whichever_is_more(links, limit):
    assert mass_limit(links, SyncSettings(mappings={})) == limit


def test_names_get_the_first_free_number():
    taken = {"Ada", "Ada (2)"}
    assert unique_name("Ada", taken.__contains__) == "Ada (3)"
    assert unique_name("Bo", taken.__contains__) == "Bo"


def test_a_clone_is_known_by_its_link_and_its_base():
    link = Link(id=1, pairing=Pairing.ACCOUNT_CUSTOMER, crm_pk=1, finance_pk=1, base_crm={"a": Decimal("1.0")})
    assert clone_key(link) == clone_key(replace(link, seen_crm=9, state=LinkState.CONFLICT))
    assert clone_key(link) != clone_key(replace(link, base_crm={"a": Decimal("2.0")}))
    assert clone_key(link) != clone_key(replace(link, id=2))
