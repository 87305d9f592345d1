"""Setup › Currencies: a rate is shown and read as the person's language writes it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.models import Currency, CurrencyRate
from crm.selectors.organizations import get_currency, today
from crm.services.currencies import add_currency, set_rate
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
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
    assert get_currency(dollars.organization, dollars.pk).rate == Decimal("1.125")


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


def test_the_rates_page_shows_what_holds_today_and_what_is_to_come(client, at, admin, organization, dollars):
    day = today(organization) + timedelta(days=5)
    set_rate(actor=Actor.person(admin), currency=dollars, day=day, rate="1.25")
    page = client.get(at(f"setup/currencies/{dollars.pk}/rates"))
    assert "1.25" in page.content.decode()
    assert "0.8" in page.content.decode()
    sent = client.post(at(f"setup/currencies/{dollars.pk}/rates/set"), {"day": "2020-01-01", "rate": "0,9"})
    assert sent.status_code == 302
    assert CurrencyRate.objects.get(day=date(2020, 1, 1)).rate == Decimal("0.9")
    wrong = client.post(at(f"setup/currencies/{dollars.pk}/rates/set"), {"day": "2020-01-02", "rate": "0"})
    assert wrong.status_code == 422
    rate = CurrencyRate.objects.get(day=date(2020, 1, 1))
    client.post(at(f"setup/currencies/rates/{rate.pk}/delete"), {"version": version_of(rate)})
    assert not CurrencyRate.objects.filter(day=date(2020, 1, 1)).exists()
