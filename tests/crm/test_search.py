"""What is found by what is typed, in which order, and by whom."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crm.access import Access, access, of_actor
from crm.choices import Level, Module
from crm.models import RECORDS, Account, ModuleRight, Organization, Profile, SearchWord
from crm.selectors.best import best
from crm.selectors.everywhere import search_everywhere
from crm.selectors.search import corrections, find_accounts, find_contacts, ranked
from crm.services.accounts import create_accounts, update_account
from crm.services.products import create_product
from crm.services.vendors import create_vendor
from finsuite.kernel.actors import Actor
from finsuite.kernel.terms import read
from tests import factories
from users.models import User

ACCOUNTS = [
    {"name": "Société Générale", "billing_city": "Paris", "phone": "+33 1 42 14 20 00"},
    {"name": "Dupont SARL", "billing_city": "Lyon", "tax_number": "FR 83 404 833 048"},
    {"name": "Dupont", "website": "https://www.dupont.example"},
    {"name": "Garage Dupont", "account_number": "C-0042"},
    {"name": "Les Dupontel", "billing_city": "Nîmes"},
    {"name": "Boulangerie Martin", "billing_city": "Dupontville"},
    {"name": "L'Oréal", "phone": "04 72 11 22 33"},
    {"name": "S.N.C.F. Réseau"},
    {"name": "Jean & Fils", "billing_city": "Évry"},
    {"name": "Northwind Traders", "billing_city": "Portland", "website": "northwind.example"},
]


@pytest.fixture
def seen(organization: Organization, admin: User) -> Access:
    """What an administrator sees of a CRM with these accounts and two contacts."""
    for values in ACCOUNTS:  # one by one: each is touched later than the one before
        create_accounts(actor=Actor.person(admin), organization=organization, rows=[values])
    factories.contact(
        organization, "Lefèvre", first_name="Zoé", email="zoe.lefevre@exemple.fr", mobile="06 12 34 56 78"
    )
    factories.contact(organization, "Martin", first_name="Jean-Pierre", email="jp.martin@northwind.example")
    return access(admin, organization.pk)


def names(seen: Access, text: str) -> list[str]:
    return [found.name for found in search_everywhere(seen, text, limit=10)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # exactly so, then beginning so, then a word of it, then somewhere else; what was touched last is first
        ("dupont", ["Dupont", "Dupont SARL", "Les Dupontel", "Garage Dupont", "Boulangerie Martin"]),
        ("DUP", ["Dupont", "Dupont SARL", "Les Dupontel", "Garage Dupont", "Boulangerie Martin"]),
        ("du", ["Dupont", "Dupont SARL", "Les Dupontel", "Garage Dupont", "Boulangerie Martin"]),
        ("pont", ["Les Dupontel", "Garage Dupont", "Dupont", "Dupont SARL", "Boulangerie Martin"]),
        ("societe generale", ["Société Générale"]),
        ("Générale Société", ["Société Générale"]),
        ("lyon dupont", ["Dupont SARL"]),
        ("oreal", ["L'Oréal"]),
        ("l'oréal", ["L'Oréal"]),
        ("loreal", ["L'Oréal"]),
        ("sncf", ["S.N.C.F. Réseau"]),
        ("&", ["Jean & Fils"]),
        ("evry", ["Jean & Fils"]),
        # people, by either end of their name, and by their address
        ("zoe lefevre", ["Zoé Lefèvre"]),
        ("Lefèvre Zoé", ["Zoé Lefèvre"]),
        ("jean pierre", ["Jean-Pierre Martin"]),
        ("exemple.fr", ["Zoé Lefèvre"]),
        ("zoe.lef", ["Zoé Lefèvre"]),
        ("northwind", ["Northwind Traders", "Jean-Pierre Martin"]),
        # numbers, however they are written
        ("0472112233", ["L'Oréal"]),
        ("+33 4 72 11 22 33", ["L'Oréal"]),
        ("04.72.11", ["L'Oréal"]),
        ("01 42 14 20 00", ["Société Générale"]),
        ("142142000", ["Société Générale"]),
        ("06-12-34-56-78", ["Zoé Lefèvre"]),
        ("FR83404833048", ["Dupont SARL"]),
        ("fr 83 404", ["Dupont SARL"]),
        ("c-0042", ["Garage Dupont"]),
        ("0042", ["Garage Dupont"]),
        # slips, where nothing has what was typed
        ("Duppont", ["Dupont", "Dupont SARL", "Les Dupontel", "Garage Dupont", "Boulangerie Martin"]),
        ("dupnot", ["Dupont", "Dupont SARL", "Les Dupontel", "Garage Dupont", "Boulangerie Martin"]),
        ("Societe Generalle", ["Société Générale"]),
        ("generlae", ["Société Générale"]),
        ("northwynd tradres", ["Northwind Traders"]),
        ("boulangrie", ["Boulangerie Martin"]),
        ("lefevvre", ["Zoé Lefèvre"]),
        ("garage duppont", ["Garage Dupont"]),
        # nothing
        ("xq", []),
        ("qqqqqq", []),
        ("dupont marseille", []),
        ("%", []),
        ("\x00", []),
        ("", []),
    ],
)
def test_what_is_typed_finds(seen: Access, text: str, found: list[str]) -> None:
    assert names(seen, text) == found


def test_how_a_slip_was_understood_is_told(seen: Access) -> None:
    assert search_everywhere(seen, "Societe Generalle", limit=5).meant == "societe generale"
    assert search_everywhere(seen, "societe generale", limit=5).meant == ""
    assert search_everywhere(seen, "qqqqqq", limit=5).meant == ""


def test_among_equals_the_last_touched_is_first(seen: Access, actor: Actor) -> None:
    old = Account.objects.get(name="Dupont SARL")
    factories.account(seen.organization, "Dupont SAS")
    assert names(seen, "dupont s")[:2] == ["Dupont SAS", "Dupont SARL"]
    update_account(actor=actor, account=old, values={"rating": "A"}, version=None)
    assert names(seen, "dupont s")[:2] == ["Dupont SARL", "Dupont SAS"]


def test_all_modules_are_searched(seen: Access, actor: Actor, organization: Organization) -> None:
    create_product(actor=actor, organization=organization, values={"name": "Farine T55", "code": "FAR-55"})
    create_vendor(
        actor=actor, organization=organization, values={"name": "Moulins Viron", "email": "ble@viron.example"}
    )
    found = search_everywhere(seen, "far", limit=5).groups
    assert {module: [one.name for one in group] for module, group in found.items()} == {Module.PRODUCTS: ["Farine T55"]}
    assert names(seen, "viron.ex") == ["Moulins Viron"]
    assert names(seen, "mouilns") == ["Moulins Viron"]


def test_a_renamed_record_is_found_by_its_new_name_misspelt(seen: Access, actor: Actor) -> None:
    update_account(actor=actor, account=Account.objects.get(name="L'Oréal"), values={"name": "Clarins"}, version=None)
    assert names(seen, "clrains") == ["Clarins"]
    assert names(seen, "oreall") == []


def test_a_word_is_kept_once(seen: Access, organization: Organization) -> None:
    factories.account(organization, "Dupont Dupont")
    factories.account(organization, "DUPONT 2")
    words = list(SearchWord.objects.of(organization).filter(word__startswith="du").values_list("word", flat=True))
    assert sorted(words) == ["dupont", "dupontel"]


def test_a_picker_suggests_the_same(seen: Access) -> None:
    assert [account.name for account in find_accounts(seen, "duppont")][:2] == ["Dupont", "Dupont SARL"]
    assert [contact.full_name for contact in find_contacts(seen, "")] == ["Zoé Lefèvre", "Jean-Pierre Martin"]


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_another_organization_finds_and_learns_nothing(seen: Access, outsider: User) -> None:
    theirs = access(outsider, Organization.objects.get(name="Ailleurs SA").pk)
    for text in ("dupont", "duppont", "0472112233"):
        findings = search_everywhere(theirs, text, limit=5)
        assert (list(findings), findings.meant) == ([], "")


def test_a_module_that_the_profile_does_not_show_is_absent(seen: Access, reader: User) -> None:
    right = ModuleRight.objects.get(
        profile=Profile.objects.of(seen.organization).get(name="Read-only"), module="accounts"
    )
    right.level = Level.NONE
    right.save()
    theirs = access(reader, seen.organization.pk)
    assert names(theirs, "dupont") == []
    findings = search_everywhere(theirs, "duppont", limit=5)
    assert (list(findings), findings.meant) == ([], "")


def test_records_out_of_sight_neither_show_nor_shorten_the_answer(seen: Access, standard: User) -> None:
    organization = seen.organization
    mine = [factories.account(organization, f"Dupont {number:02}", owner_id=standard.pk) for number in range(12)]
    for number in range(40):
        factories.account(organization, f"Dupont étranger {number:02}", owner_id=None)
    theirs = Access(
        organization, seen.profile, seen.levels, standard.pk, owners={Module.ACCOUNTS: frozenset({standard.pk})}
    )
    assert names(theirs, "dupont") == [account.name for account in reversed(mine)][:10]
    assert names(theirs, "garage") == []


def test_a_word_that_only_records_out_of_sight_bear_is_not_told(seen: Access, standard: User) -> None:
    theirs = Access(
        seen.organization, seen.profile, seen.levels, standard.pk, owners={Module.ACCOUNTS: frozenset({standard.pk})}
    )
    findings = search_everywhere(theirs, "generalle", limit=5)
    assert (list(findings), findings.meant) == ([], "")


def test_an_account_out_of_sight_does_not_name_its_contacts(seen: Access, standard: User) -> None:
    organization = seen.organization
    account = Account.objects.get(name="Dupont")
    factories.contact(organization, "Visible", account_id=account.pk)
    assert [found.told for found in search_everywhere(seen, "visible", limit=5)] == ["Dupont"]
    theirs = Access(organization, seen.profile, seen.levels, standard.pk, owners={Module.ACCOUNTS: frozenset({0})})
    assert [found.told for found in search_everywhere(theirs, "visible", limit=5)] == [""]


@pytest.mark.parametrize("text", ["dupont", "pont", "du", "northwind", "lyon dupont", "0472112233", "duppont", "%"])
@pytest.mark.parametrize("owners", [{}, {Module.ACCOUNTS: frozenset({0}), Module.CONTACTS: frozenset[int]()}])
def test_all_modules_at_once_are_ranked_as_each_alone(
    seen: Access, text: str, owners: dict[str, frozenset[int]]
) -> None:
    theirs = Access(seen.organization, seen.profile, seen.levels, seen.user_id, owners=owners)
    terms = read(text)
    for near in (None, corrections(theirs, terms)):
        found = [(one.module, one.id) for one in best(theirs, list(Module), terms, meant=near, limit=20)]
        alone = [
            (module, row.pk)
            for module, model in RECORDS.items()
            for row in ranked(model.objects.of(theirs.organization).filter(theirs.visible(module)), terms, near)[:20]
        ]
        assert found == alone


def test_an_email_address_is_not_corrected(seen: Access) -> None:
    findings = search_everywhere(seen, "zoe.lefevvre@exemple.fr", limit=5)
    assert (list(findings), findings.meant) == ([], "")


# --- how many statements ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "statements"), [("dupont", 1), ("zoe", 1), ("duppont", 4), ("generlae societte", 5), ("xq", 1), ("", 0)]
)
def test_a_search_takes_so_many_statements(
    seen: Access, text: str, statements: int, django_assert_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    with django_assert_num_queries(statements):
        search_everywhere(seen, text, limit=20)


# --- whatever the name ------------------------------------------------------------------------------------------------

WORD = st.text(alphabet=string.ascii_letters + "éèêëàâçùûüôöîïœæÉÀÇß", min_size=3, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(words=st.lists(WORD, min_size=1, max_size=3), data=st.data())
def test_a_record_is_found_by_its_name_unaccented_and_with_a_letter_left_out(
    organization: Organization, actor: Actor, words: list[str], data: st.DataObject
) -> None:
    name = " ".join(words)
    made = factories.account(organization, name)
    try:
        seen = of_actor(actor, organization)
        assert name in names(seen, name)
        assert name in names(seen, Account.objects.get(pk=made.pk).sort_key)
        if len(name) >= 6:
            # œ, æ and ß are read as two letters each, so that leaving one out leaves out two.
            single = [at for at, letter in enumerate(name) if letter not in " œæß"]
            assume(single)
            left_out = data.draw(st.sampled_from(single))
            assert name in names(seen, name[:left_out] + name[left_out + 1 :])
    finally:
        made.delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM crm_searchword")
