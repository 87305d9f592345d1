"""The search for duplicates: of one record, of a whole module; what people said; what they may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.access import Access, access
from crm.choices import Module
from crm.models import Account, DuplicateKeys, DuplicateScan, DuplicateSuggestion
from crm.selectors.duplicates import duplicate_groups, duplicates_of, suggestions
from crm.services import duplicates
from crm.services.accounts import update_account
from crm.services.duplicates import catch_up, dismiss, find_duplicates, recall, work_on, work_on_all
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted
from tests import factories

pytestmark = pytest.mark.django_db

A = Module.ACCOUNTS


@pytest.fixture
def entered(admin, organization) -> Access:
    return access(admin, organization.pk)


def look(entered: Access, record, module: Module = A) -> list[tuple[str, int]]:
    catch_up(entered.organization, module)
    return [(str(found.record), found.score) for found in duplicates_of(entered, module, record)]


def test_what_looks_like_a_record_is_told_with_its_reasons(organization, entered) -> None:
    one = factories.account(organization, "Dupont SA", website="https://www.dupont.fr", phone="+33 4 72 00 00 01")
    factories.account(organization, "Dupont", website="dupont.fr")
    factories.account(organization, "Bernard", phone="04 72 00 00 01")
    factories.account(organization, "Dupontel")
    catch_up(organization, A)
    first, second = duplicates_of(entered, A, one)
    assert (str(first.record), first.score, first.likeness) == ("Dupont", 93, "likely")
    assert first.reasons == [
        "Same name without its legal form: “Dupont SA” and “Dupont”",
        "Same domain: dupont.fr",
    ]
    assert (str(second.record), second.likeness, len(second.reasons)) == ("Bernard", "possible", 1)


def test_a_change_is_seen_at_the_next_look_whatever_path_wrote_it(organization, entered) -> None:
    one, two = factories.account(organization, "Dupont"), factories.account(organization, "Other")
    assert look(entered, one) == []
    Account.objects.filter(pk=two.pk).update(name="DUPONT SAS", updated_at=timezone.now())
    assert look(entered, one) == [("DUPONT SAS", 85)]


def test_looking_again_writes_nothing(organization, entered, django_assert_num_queries) -> None:
    one = factories.account(organization, "Dupont")
    factories.account(organization, "Dupont SA")
    assert catch_up(organization, A) == 2
    with django_assert_num_queries(2):
        assert catch_up(organization, A) == 0
    with django_assert_num_queries(3):
        assert len(duplicates_of(entered, A, one)) == 1


def test_catching_up_goes_on_where_it_was_cut_off(organization) -> None:
    for number in range(5):
        factories.account(organization, f"A{number}")
    assert [catch_up(organization, A, at_most=2) for _round in range(4)] == [2, 2, 1, 0]
    assert DuplicateKeys.objects.count() == 5


def test_a_key_that_very_many_share_tells_nothing(organization, entered) -> None:
    for number in range(45):
        factories.account(organization, f"Branch {number}", website="group.example.com", phone="0472000001")
    one = factories.account(organization, "Branch 1", website="group.example.com")
    assert look(entered, one) == [("Branch 1", 93)]


def test_another_organization_and_another_module_are_never_found(organization, outsider, entered) -> None:
    from crm.models import Organization

    one = factories.account(organization, "Dupont")
    foreign = Organization.objects.get(name="Ailleurs SA")
    factories.account(foreign, "Dupont")
    catch_up(foreign, A)
    assert look(entered, one) == []


def test_the_whole_module_is_searched_and_grouped(organization, entered, django_assert_num_queries) -> None:
    for name in ("Dupont", "Dupont SA", "Dupont SARL", "Acme", "Acme Ltd", "Alone"):
        factories.account(organization, name)
    assert find_duplicates(organization, A) == 4
    with django_assert_num_queries(3):
        found = duplicate_groups(entered, A)
    assert [sorted(map(str, group.records)) for group in found.groups] == [
        ["Dupont", "Dupont SA", "Dupont SARL"],
        ["Acme", "Acme Ltd"],
    ]
    assert (found.total, len(found.groups[0].pairs), found.is_searching) == (2, 3, False)
    assert find_duplicates(organization, A) == 4
    assert DuplicateSuggestion.objects.count() == 4


def test_what_is_alike_no_more_is_dropped_from_the_list(organization, actor) -> None:
    one, _two = factories.account(organization, "Dupont"), factories.account(organization, "Dupont SA")
    find_duplicates(organization, A)
    update_account(actor=actor, account=one, values={"name": "Martin"})
    assert find_duplicates(organization, A) == 0
    assert not DuplicateSuggestion.objects.exists()


def test_what_a_person_dismissed_stays_dismissed(organization, actor, admin, entered) -> None:
    one, two = factories.account(organization, "Dupont"), factories.account(organization, "Dupont SA")
    find_duplicates(organization, A)
    assert dismiss(actor=actor, organization=organization, module=A, ids=[two.pk, one.pk]) == 1
    find_duplicates(organization, A)
    said = DuplicateSuggestion.objects.get()
    assert (said.dismissed_by, said.dismissed_at is not None) == (admin, True)
    assert (look(entered, one), duplicate_groups(entered, A).groups) == ([], [])
    recall(actor=actor, organization=organization, module=A, ids=[one.pk, two.pk])
    assert look(entered, one) == [("Dupont SA", 85)]
    assert len(duplicate_groups(entered, A).groups) == 1


def test_whoever_may_only_look_may_not_dismiss(organization, reader) -> None:
    one, two = factories.account(organization, "Dupont"), factories.account(organization, "Dupont SA")
    with pytest.raises(NotPermitted):
        dismiss(actor=Actor.person(reader), organization=organization, module=A, ids=[one.pk, two.pk])
    assert not DuplicateSuggestion.objects.exists()


def test_a_record_that_one_may_not_see_is_in_no_suggestion(organization, admin, standard, entered) -> None:
    one = factories.account(organization, "Dupont", owner_id=standard.pk)
    two = factories.account(organization, "Dupont SA", owner_id=admin.pk)
    find_duplicates(organization, A)
    narrow = Access(entered.organization, entered.profile, entered.levels, standard.pk, {A: frozenset({standard.pk})})
    assert look(narrow, one) == []
    assert suggestions(narrow, A).count() == 0
    assert duplicate_groups(narrow, A).groups == []
    assert suggestions(entered, A).count() == 1
    assert look(entered, one) == [(two.name, 85)]


def test_pairs_of_what_is_not_there_cant_be_dismissed(organization, actor) -> None:
    one = factories.account(organization, "Dupont")
    with pytest.raises(NotFound):
        dismiss(actor=actor, organization=organization, module=A, ids=[one.pk, one.pk + 1000])
    assert not DuplicateSuggestion.objects.exists()


def test_a_search_that_was_asked_for_is_done_once_though_its_message_is_lost(organization, actor) -> None:
    factories.account(organization, "Dupont")
    factories.account(organization, "Dupont SA")
    duplicates.ask_for_duplicates(actor=actor, organization=organization, module=A)
    scan = DuplicateScan.objects.get()
    assert (scan.found_at, DuplicateSuggestion.objects.count()) == (None, 0)
    assert work_on_all() == 1
    scan.refresh_from_db()
    found_at = scan.found_at
    assert (DuplicateSuggestion.objects.count(), work_on_all()) == (1, 0)
    work_on(scan.pk)
    scan.refresh_from_db()
    assert scan.found_at == found_at
    assert work_on_all(older_than=timedelta(0)) == 1


def test_contacts_are_found_by_mail_and_at_their_account(organization, entered) -> None:
    account = factories.account(organization, "Dupont")
    one = factories.contact(organization, "Martin", first_name="Zoé", account_id=account.pk, email="z@dupont.fr")
    factories.contact(organization, "Martin", first_name="Zoe", account_id=account.pk)
    factories.contact(organization, "Bernard", secondary_email="Z@Dupont.fr")
    assert look(entered, one, Module.CONTACTS) == [(" Bernard".strip(), 90), ("Zoe Martin", 80)]
