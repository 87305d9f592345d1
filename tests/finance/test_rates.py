from decimal import Decimal

import pytest

from audit.models import Entry
from finance.models import Currency, CurrencyRate
from finance.selectors.rates import currencies, inverse
from finance.services import rates as services
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.versions import version_of


def test_a_currency_is_added_at_a_rate_of_fifteen_decimals(organization, accountant):
    services.add_currency(
        actor=Actor.person(accountant), organization=organization, values={"code": "INR", "rate": "0.010989010989011"}
    )
    assert CurrencyRate.objects.get(currency__code="INR").rate == Decimal("0.010989010989011")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "EUR", "rate": "1"}, "code"),
        ({"code": "", "rate": "1"}, "code"),
        ({"code": "ZZZ", "rate": "1"}, "code"),
        ({"code": "USD", "rate": "0"}, "rate"),
        ({"code": "USD", "rate": "-1"}, "rate"),
        ({"code": "USD", "rate": "0.0123456789012345"}, "rate"),
    ],
)
def test_what_can_not_be_a_currency_is_refused(organization, actor, values, field):
    with pytest.raises(Refused) as refusal:
        services.add_currency(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert Currency.objects.count() == 1


def test_the_base_currency_keeps_its_rate_and_stays_on(organization, actor):
    base = Currency.objects.get()
    for values in ({"rate": "2"}, {"is_active": False}):
        with pytest.raises(Refused):
            services.update_currency(actor=actor, currency=base, values=values)
    base = currencies(organization).get(code="EUR")
    assert (base.rate, base.is_active) == (1, True)


def test_a_rate_changes_with_its_history(organization, actor):
    usd = services.add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "0.9"})
    services.update_currency(actor=actor, currency=usd, values={"rate": "0.95"}, version=version_of(usd))
    entry = Entry.objects.filter(kind="finance.currency", verb="updated").get()
    assert (Decimal(entry.before["rate"]), Decimal(entry.after["rate"])) == (Decimal("0.9"), Decimal("0.95"))


def test_staff_may_not_touch_the_rates(organization, staff):
    with pytest.raises(NotPermitted):
        services.add_currency(actor=Actor.person(staff), organization=organization, values={"code": "USD", "rate": "1"})
    assert Currency.objects.count() == 1


def test_the_rate_of_the_other_direction_has_nine_decimals():
    assert inverse(Decimal("0.016666667")) == Decimal("59.999998800")
    assert inverse(Decimal("0.8")) == Decimal("1.250000000")
