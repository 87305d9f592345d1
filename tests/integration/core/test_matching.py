"""Names pair one to one; everything else only suggests."""

from __future__ import annotations

from dataclasses import replace

from integration.core.links import Exclusion
from integration.core.matching import Suggestion, Unlinked, suggest
from integration.core.pairings import ACCOUNT, CUSTOMER, Pairing
from integration.core.records import Key, Record, Side


def crm(pk, *keys, **hints):
    return Record(key=Key(Side.CRM, ACCOUNT, pk), rev=1, match_keys=keys, hints=hints)


def finance(pk, *keys, **hints):
    return Record(key=Key(Side.FINANCE, CUSTOMER, pk), rev=1, match_keys=keys, hints=hints)


def found(record, *others, group=None, exclusions=()):
    unlinked = Unlinked(Pairing.ACCOUNT_CUSTOMER, frozenset(exclusions))
    for other in others:
        unlinked.add(other, group)
    return [one.key.pk for one in unlinked.candidates(record, group)]


def test_the_first_rule_that_finds_anything_decides():
    assert found(crm(1, "sku", "name"), finance(1, "sku", "other"), finance(2, "x", "name")) == [1]
    assert found(crm(1, "none", "name"), finance(1, "sku", "other"), finance(2, "x", "name")) == [2]


def test_a_blank_key_matches_nothing():
    assert found(crm(1, "", ""), finance(1, "", "")) == []


def test_a_ruled_out_pair_is_no_candidate():
    ruled_out = [Exclusion(Pairing.ACCOUNT_CUSTOMER, 1, 1)]
    assert found(crm(1, "a"), finance(1, "a"), finance(2, "a"), exclusions=ruled_out) == [2]
    assert found(finance(1, "a"), crm(1, "a"), exclusions=ruled_out) == []


def test_hints_suggest_with_a_score_and_reasons_and_link_nothing():
    one = crm(1, "ada", email_domain="ada.test", tax_number="FR1", phone="")
    others = [
        finance(1, "bo", email_domain="ada.test"),
        finance(2, "ada", email_domain="ada.test", tax_number="FR1"),
        finance(3, "cy", phone=""),
        replace(finance(4, "ada"), deleted=True),
        crm(5, "ada"),
        finance(6, "", web="x"),
    ]
    best, second = suggest(one, others)
    assert best == Suggestion(key=others[1].key, score=100, reasons=("email_domain", "tax_number", "name"))
    assert (second.key.pk, second.score, second.reasons) == (1, 20, ("email_domain",))
    assert suggest(one, others, at_most=1) == [best]
    assert suggest(crm(2, "", web="x"), others)[0].score == 10
