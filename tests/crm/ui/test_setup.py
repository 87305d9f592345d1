"""Setup › Currencies: a rate is shown and read as the person's language writes it."""

from decimal import Decimal

import pytest

from crm.models import Currency
from crm.services.currencies import add_currency
from finsuite.kernel.actors import Actor
from tests import factories
from tests.crm.ui.test_records import form_of


@pytest.fixture
def dollars(admin, organization) -> Currency:
    values = {"code": "USD", "rate": "1.085"}
    return add_currency(actor=Actor.person(admin), organization=organization, values=values)


@pytest.mark.parametrize(("language", "shown"), [("fr", "1,0850"), ("en", "1.0850")])
def test_a_rate_is_shown_as_the_person_types_it(client, at, admin, dollars, language, shown) -> None:
    admin.language = language
    admin.save()
    assert f'name="rate" value="{shown}"' in client.get(at("setup/currencies")).content.decode()


@pytest.mark.parametrize("typed", ["1.125", "1,125", "1.1250"])
def test_a_rate_has_no_thousands_so_three_decimals_are_decimals(client, at, dollars, typed) -> None:
    client.post(at(f"setup/currencies/{dollars.pk}"), {"rate": typed, "is_active": "on"})
    dollars.refresh_from_db()
    assert dollars.rate == Decimal("1.125")


def test_a_rate_in_words_changes_nothing(client, at, dollars) -> None:
    client.post(at(f"setup/currencies/{dollars.pk}"), {"rate": "much", "is_active": "on"})
    dollars.refresh_from_db()
    assert dollars.rate == Decimal("1.085")


def test_a_record_with_a_rate_of_three_decimals_can_be_saved_again(client, at, organization, dollars) -> None:
    account = factories.account(organization, currency="USD")
    form = form_of(client, at(f"accounts/{account.pk}/edit"))
    answer = client.post(at(f"accounts/{account.pk}/edit"), {**form, "phone": "+33 1 23 45 67 89"})
    account.refresh_from_db()
    assert answer.status_code == 302
    assert (account.phone, account.exchange_rate) == ("+33 1 23 45 67 89", Decimal("1.085"))
