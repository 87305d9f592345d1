"""Which notes, calls, tasks and meetings are found by what is typed, in which order, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crm.access import Access, access
from crm.choices import Level, Module
from crm.models import Activity, Organization
from crm.selectors.activities import activities, matching
from crm.selectors.best_activities import best_activities
from crm.selectors.everywhere import search_everywhere
from crm.services.activities import delete_activity, update_activity
from finsuite.kernel.actors import Actor
from finsuite.kernel.terms import read
from tests import factories
from users.models import User


@pytest.fixture
def seen(organization: Organization, admin: User) -> Access:
    return access(admin, organization.pk)


def found(seen: Access, text: str) -> list[str]:
    return [noted.name for noted in search_everywhere(seen, text, modules=(), limit=20, activities=20).activities]


def test_words_of_the_subject_come_before_words_of_the_text_and_the_last_touched_first(
    organization: Organization, seen: Access, actor: Actor
) -> None:
    mine = {"owner_id": seen.user_id}
    first = factories.activity(organization, **mine, subject="Réunion annuelle", body="")
    factories.activity(organization, **mine, subject="Call", body="about the reunion")
    factories.activity(organization, **mine, subject="Second reunion", body="")
    assert found(seen, "reunion") == ["Second reunion", "Réunion annuelle", "Call"]
    update_activity(actor=actor, activity=first, values={"body": "again"})
    assert found(seen, "REUNION") == ["Réunion annuelle", "Second reunion", "Call"]
    assert found(seen, "ré an") == ["Réunion annuelle"]
    assert found(seen, "eunion an") == ["Réunion annuelle"]
    assert found(seen, "nothing of it") == []


def test_two_letters_find_the_beginning_of_a_word(organization: Organization, seen: Access) -> None:
    mine = {"owner_id": seen.user_id}
    factories.activity(organization, **mine, subject="du pain", body="")
    factories.activity(organization, **mine, subject="Reduction", body="")
    assert found(seen, "du") == ["du pain"]


def test_a_note_is_called_by_its_first_line_and_says_what_it_is_about(organization: Organization, seen: Access) -> None:
    contact = factories.contact(organization, "Lefèvre", first_name="Zoé")
    factories.activity(
        organization, "note", subject="", body="Likes tea\nand cake", module="contacts", record_id=contact.pk
    )
    [noted] = best_activities(seen, read("cake"), limit=5)
    assert (noted.name, noted.about, noted.kind) == ("Likes tea", "Zoé Lefèvre", "note")


def test_a_misspelt_name_in_an_activity_is_found_as_it_was_meant(organization: Organization, seen: Access) -> None:
    account = factories.account(organization, "Boulangerie")
    mine = {"owner_id": seen.user_id}
    account.delete()  # the word is known; only the task bears it still
    factories.activity(organization, **mine, subject="Boulangerie: send the offer")
    findings = search_everywhere(seen, "boulangrie", limit=5, activities=5)
    assert (list(findings), [noted.name for noted in findings.activities], findings.meant) == (
        [],
        ["Boulangerie: send the offer"],
        "boulangerie",
    )


@pytest.fixture
def everything(organization: Organization, admin: User, standard: User, outsider: User) -> list[Activity]:
    """Calls of every sort: about records of different owners, about several, about none, deleted, and another's."""
    mine = factories.account(organization, "Mine", owner_id=standard.pk)
    theirs = factories.account(organization, "Theirs", owner_id=admin.pk)
    contact = factories.contact(organization, "Somebody", owner_id=admin.pk)
    gone = factories.account(organization, "Gone", owner_id=standard.pk)
    about: list[dict[str, Any]] = [
        {"module": "accounts", "record_id": mine.pk},
        {"module": "accounts", "record_id": theirs.pk},
        {"module": "accounts", "record_id": theirs.pk, "owner_id": standard.pk},
        {"module": "accounts", "record_id": theirs.pk, "records": [{"module": "accounts", "id": mine.pk}]},
        {"module": "contacts", "record_id": contact.pk},
        {"module": "contacts", "record_id": contact.pk, "records": [{"module": "accounts", "id": theirs.pk}]},
        {"module": "accounts", "record_id": gone.pk},
        {"owner_id": standard.pk},
        {"owner_id": admin.pk},
        {"owner_id": admin.pk, "actor": Actor.person(standard)},
        {"owner_id": None, "actor": Actor.person(standard)},
    ]
    made = [factories.activity(organization, subject=f"Call {at}", **values) for at, values in enumerate(about)]
    gone.delete()
    delete_activity(
        actor=factories.SYSTEM,
        activity=factories.activity(organization, subject="Call x", module="accounts", record_id=mine.pk),
    )
    factories.activity(Organization.objects.get(name="Ailleurs SA"), subject="Call elsewhere")
    return made


@pytest.mark.parametrize("who", ["admin", "standard", "reader"])
@pytest.mark.parametrize(
    ("hidden", "alone"), [(None, ()), (None, ("accounts",)), ("accounts", ()), ("contacts", ("accounts", "contacts"))]
)
def test_what_is_found_is_what_the_person_may_see(
    request: pytest.FixtureRequest,
    organization: Organization,
    everything: list[Activity],
    who: str,
    hidden: str | None,
    alone: tuple[str, ...],
) -> None:
    person = request.getfixturevalue(who)
    entered = access(person, organization.pk)
    levels: Mapping[str, int] = {**entered.levels, **({hidden: Level.NONE} if hidden else {})}
    owners = {module: frozenset({person.pk}) for module in alone}
    theirs = Access(organization, entered.profile, levels, person.pk, owners)
    expected = set(matching(activities(theirs), "call").values_list("pk", flat=True))
    assert {noted.id for noted in best_activities(theirs, read("call"), limit=50)} == expected


def test_a_record_out_of_sight_is_not_named(organization: Organization, everything: list[Activity], standard) -> None:
    entered = access(standard, organization.pk)
    owners = {Module.ACCOUNTS.value: frozenset({standard.pk})}
    theirs = Access(organization, entered.profile, entered.levels, standard.pk, owners)
    told = {noted.name: noted.about for noted in best_activities(theirs, read("call"), limit=50)}
    assert (told["Call 0"], told["Call 2"], told["Call 3"]) == ("Mine", "", "")
