from datetime import date

import pytest

from finance.models import Customer, PaymentTerm
from finance.payment_terms import due_date
from finance.services import payment_terms as services
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


@pytest.mark.parametrize(
    ("kind", "days", "day", "due"),
    [
        ("receipt", 0, date(2026, 11, 22), date(2026, 11, 22)),
        ("days", 30, date(2026, 1, 31), date(2026, 3, 2)),
        ("days", 0, date(2026, 1, 31), date(2026, 1, 31)),
        ("end_of_month", 0, date(2024, 2, 1), date(2024, 2, 29)),
        ("end_of_month", 0, date(2026, 4, 30), date(2026, 4, 30)),
        ("end_of_next_month", 0, date(2026, 1, 31), date(2026, 2, 28)),
        ("end_of_next_month", 0, date(2026, 12, 1), date(2027, 1, 31)),
        ("end_of_next_month", 0, date(2026, 11, 30), date(2026, 12, 31)),
    ],
)
def test_the_due_day_follows_from_the_term(kind, days, day, due):
    assert due_date(kind, days, day) == due


def test_a_new_organization_has_the_usual_terms_in_order(organization):
    terms = PaymentTerm.objects.of(organization).order_by("position").values_list("kind", "days", "is_default")
    assert list(terms) == [
        ("receipt", 0, True),
        *(("days", days, False) for days in (15, 30, 45, 60)),
        ("end_of_month", 0, False),
        ("end_of_next_month", 0, False),
    ]


def test_there_is_always_exactly_one_default(organization, actor):
    net = PaymentTerm.objects.of(organization).get(days=30)
    services.update_term(actor=actor, term=net, values={"is_default": True}, version=version_of(net))
    assert PaymentTerm.objects.of(organization).get(is_default=True) == net
    net.refresh_from_db()
    net.organization = organization
    for values, field in (({"is_default": False}, "is_default"), ({"is_active": False}, "is_active")):
        with pytest.raises(Refused) as refusal:
            services.update_term(actor=actor, term=net, values=values)
        assert list(refusal.value.fields) == [field]
    with pytest.raises(Refused):
        services.delete_term(actor=actor, term=net)
    assert PaymentTerm.objects.of(organization).filter(is_default=True, is_active=True).count() == 1


def test_days_count_only_where_the_due_day_is_told_in_days(organization, actor):
    made = services.create_term(
        actor=actor, organization=organization, values={"name": "Month", "kind": "end_of_month", "days": 9}
    )
    assert (made.days, made.position) == (0, 7)
    with pytest.raises(Refused) as refusal:
        services.create_term(actor=actor, organization=organization, values={"name": "month "})
    assert (refusal.value.code, list(refusal.value.fields)) == ("duplicate", ["name"])
    assert PaymentTerm.objects.of(organization).count() == 8


def test_a_term_that_a_customer_has_stays(organization, actor):
    net = PaymentTerm.objects.of(organization).get(days=30)
    factories.customer(organization, payment_term_id=net.pk)
    with pytest.raises(Refused) as refusal:
        services.delete_term(actor=actor, term=net)
    assert refusal.value.code == "in_use"
    assert PaymentTerm.objects.filter(pk=net.pk).exists()


def test_a_foreign_or_inactive_term_can_not_be_chosen(organization, actor, outsider):
    foreign = PaymentTerm.objects.exclude(organization=organization).first()
    net = PaymentTerm.objects.of(organization).get(days=45)
    services.update_term(actor=actor, term=net, values={"is_active": False})
    for term in (foreign, net):
        with pytest.raises(Refused) as refusal:
            factories.customer(organization, payment_term_id=term.pk)
        assert list(refusal.value.fields) == ["payment_term_id"]
    assert not Customer.objects.exists()


def test_staff_may_not_change_the_terms(organization, staff):
    with pytest.raises(NotPermitted):
        services.create_term(actor=Actor.person(staff), organization=organization, values={"name": "N"})
    assert PaymentTerm.objects.of(organization).count() == 7
