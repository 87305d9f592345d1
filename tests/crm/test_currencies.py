from datetime import date, timedelta
from decimal import Decimal

import pytest

from audit.models import Entry
from crm.choices import Edition
from crm.models import CurrencyRate
from crm.selectors.organizations import get_currency, inverse, today
from crm.services.currencies import add_currency, change_rate, delete_rate, set_rate, update_currency
from crm.services.organizations import follow_integration, update_organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories

D = Decimal


@pytest.fixture
def dollars(organization, actor):
    return add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})


def days(count: int, organization) -> date:
    return today(organization) + timedelta(days=count)


def test_a_rate_holds_from_its_day_until_the_next_one(organization, actor, dollars):
    set_rate(actor=actor, currency=dollars, day=days(-10, organization), rate="1.05")
    set_rate(actor=actor, currency=dollars, day=days(5, organization), rate="1.2")
    assert get_currency(organization, dollars.pk).rate == D("1.1")
    CurrencyRate.objects.filter(day=today(organization)).update(day=days(1, organization))
    assert get_currency(organization, dollars.pk).rate == D("1.05")
    CurrencyRate.objects.filter(day=days(5, organization)).update(day=today(organization))
    assert get_currency(organization, dollars.pk).rate == D("1.2")


def test_before_its_first_rate_a_currency_has_the_first_one(organization, actor, dollars):
    CurrencyRate.objects.update(day=days(30, organization))
    assert get_currency(organization, dollars.pk).rate == D("1.1")


def test_nine_decimals_are_kept_and_a_tenth_is_refused(organization, actor, dollars):
    set_rate(actor=actor, currency=dollars, day=today(organization), rate="0.123456789")
    assert get_currency(organization, dollars.pk).rate == D("0.123456789")
    for wrong in ("0.1234567891", "0", "-1", "", None, "much"):
        with pytest.raises(Refused):
            set_rate(actor=actor, currency=dollars, day=today(organization), rate=wrong)
    assert CurrencyRate.objects.get().rate == D("0.123456789")


def test_a_rate_that_goes_on_as_it_was_writes_nothing(organization, actor, dollars):
    told = Entry.objects.count()
    set_rate(actor=actor, currency=dollars, day=days(3, organization), rate="1.1")
    update_currency(actor=actor, currency=dollars, values={"rate": "1.100", "is_active": True})
    assert (CurrencyRate.objects.count(), Entry.objects.count()) == (1, told)


def test_the_history_tells_the_rate_before_and_after(organization, actor, dollars):
    update_currency(actor=actor, currency=dollars, values={"rate": "1.15"})
    entry = Entry.objects.latest("pk")
    assert (entry.before["rate"], entry.after["rate"]) == ("1.100000000", "1.15")


def test_a_dated_rate_is_corrected_and_taken_back_but_never_the_last(organization, actor, dollars):
    later = set_rate(actor=actor, currency=dollars, day=days(5, organization), rate="1.2")
    stale = version_of(later)
    later = change_rate(actor=actor, rate=later, values={"rate": "1.3"}, version=stale)
    assert later.rate == D("1.3")
    with pytest.raises(Conflict):
        delete_rate(actor=actor, rate=later, version=stale)
    delete_rate(actor=actor, rate=later, version=version_of(later))
    with pytest.raises(Refused, match="only rate"):
        delete_rate(actor=actor, rate=CurrencyRate.objects.get())
    assert CurrencyRate.objects.count() == 1


def test_rates_take_the_setup_right(organization, standard, dollars):
    with pytest.raises(NotPermitted):
        set_rate(actor=Actor.person(standard), currency=dollars, day=today(organization), rate="2")
    assert get_currency(organization, dollars.pk).rate == D("1.1")


def test_a_rate_the_other_way_round_has_nine_decimals():
    assert inverse(D("60")) == D("0.016666667")


def test_professional_works_in_one_currency_unless_the_integration_brings_others(organization, actor, dollars):
    with pytest.raises(Refused, match="one currency"):
        update_organization(actor=actor, organization=organization, values={"edition": Edition.PROFESSIONAL})
    update_currency(actor=actor, currency=dollars, values={"is_active": False})
    update_organization(actor=actor, organization=organization, values={"edition": Edition.PROFESSIONAL})
    organization.refresh_from_db()
    assert not organization.is_multi_currency
    with pytest.raises(Refused, match="Professional"):
        add_currency(actor=actor, organization=organization, values={"code": "GBP", "rate": "0.85"})
    with pytest.raises(Refused, match="Professional"):
        update_currency(actor=actor, currency=dollars, values={"is_active": True})
    follow_integration(organization=organization, is_linked=True)
    organization.refresh_from_db()
    update_currency(actor=actor, currency=dollars, values={"is_active": True})
    made = factories.account(organization=organization, currency="USD")
    assert (made.currency, made.exchange_rate) == ("USD", D("1.1"))
    follow_integration(organization=organization, is_linked=False)
    organization.refresh_from_db()
    with pytest.raises(Refused, match="active currencies"):
        factories.account(organization=organization, currency="USD", name="Other")
