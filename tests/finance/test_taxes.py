from decimal import Decimal

import pytest

from audit.models import Entry
from finance.models import Tax, TaxExemption, TaxGroupMember
from finance.selectors import documents
from finance.selectors.taxes import resolve
from finance.services import tax_exemptions
from finance.services import taxes as services
from finance.totals import TaxRate
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories


@pytest.fixture
def vat(organization):
    return factories.tax(organization)


@pytest.fixture
def eco(organization):
    return factories.tax(organization, "Eco", "2.5", is_compound=True)


@pytest.fixture
def both(organization, vat, eco):
    """A group whose compound member was named first."""
    return factories.tax(organization, "Both", member_ids=[eco.pk, vat.pk])


def test_a_groups_rate_is_the_sum_of_its_members_and_follows_them(both, vat, actor):
    assert (both.rate, both.is_group) == (Decimal("22.5"), True)
    services.update_tax(actor=actor, tax=vat, values={"rate": "19.6"}, version=version_of(vat))
    both.refresh_from_db()
    assert both.rate == Decimal("22.1")


def test_taxes_are_resolved_in_one_query_with_compound_ones_last(
    organization, both, vat, eco, django_assert_num_queries
):
    with django_assert_num_queries(1):
        found = resolve(organization, [both.pk, vat.pk, 999_999])
    plain = TaxRate(key=str(vat.pk), name="VAT 20 %", rate=Decimal(20))
    compound = TaxRate(key=str(eco.pk), name="Eco", rate=Decimal("2.5"), is_compound=True)
    assert found == {both.pk: (plain, compound), vat.pk: (plain,)}
    with django_assert_num_queries(0):
        assert resolve(organization, []) == {}


def test_the_taxes_of_another_organization_are_not_resolved(vat, outsider):
    elsewhere = outsider.finance_memberships.get().organization
    assert resolve(elsewhere, [vat.pk]) == {}


def test_a_groups_members_change(organization, both, vat, eco, actor):
    third = factories.tax(organization, "Third", "1")
    services.update_tax(actor=actor, tax=both, values={"member_ids": [vat.pk, third.pk]})
    both.refresh_from_db()
    assert both.rate == Decimal(21)
    assert list(both.members.values_list("tax__name", flat=True)) == ["VAT 20 %", "Third"]
    entry = Entry.objects.filter(kind="finance.tax", verb="updated").get()
    assert (entry.before["members"], entry.after["members"]) == (["VAT 20 %", "Eco"], ["VAT 20 %", "Third"])


@pytest.mark.parametrize("case", ["one", "unknown", "group"])
def test_what_can_not_be_a_group_is_refused(organization, vat, both, actor, case):
    members = {"one": [vat.pk], "unknown": [vat.pk, 999_999], "group": [vat.pk, both.pk]}[case]
    with pytest.raises(Refused) as refusal:
        services.create_tax(actor=actor, organization=organization, values={"name": "New", "member_ids": members})
    assert list(refusal.value.fields) == ["member_ids"]
    assert (Tax.objects.count(), TaxGroupMember.objects.count()) == (3, 2)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "vat 20 %"}, "name"),
        ({"name": "New", "rate": "-1"}, "rate"),
        ({"name": "New", "rate": "1000"}, "rate"),
        ({"name": "New", "rate": "1.0000001"}, "rate"),
    ],
)
def test_what_can_not_be_a_tax_is_refused(organization, vat, actor, values, field):
    with pytest.raises(Refused) as refusal:
        services.create_tax(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert Tax.objects.count() == 1


def test_only_a_tax_of_zero_percent_names_a_reason(organization, vat, actor):
    reason = tax_exemptions.create_exemption(
        actor=actor, organization=organization, values={"name": "Export", "reason": "Exported.", "category": "G"}
    )
    with pytest.raises(Refused) as refusal:
        services.update_tax(actor=actor, tax=vat, values={"exemption_id": reason.pk})
    assert list(refusal.value.fields) == ["exemption_id"]
    none = factories.tax(organization, "None", "0", exemption_id=reason.pk)
    assert none.exemption == reason
    with pytest.raises(Refused) as refusal:
        tax_exemptions.delete_exemption(actor=actor, exemption=reason)
    assert refusal.value.code == "in_use"
    assert TaxExemption.objects.count() == 1


def test_a_tax_in_use_is_neither_deleted_nor_taken_from_under_its_group(organization, vat, eco, both, actor):
    factories.item(organization, sales_tax_id=eco.pk)
    for tax in (vat, eco):
        with pytest.raises(Refused) as refusal:
            services.delete_tax(actor=actor, tax=tax)
        assert refusal.value.code == "in_use"
        with pytest.raises(Refused) as refusal:
            services.update_tax(actor=actor, tax=tax, values={"is_active": False})
        assert "Both" in refusal.value.fields["is_active"][0]
    assert Tax.objects.filter(is_active=True).count() == 3
    assert not Entry.objects.filter(kind="finance.tax", verb="deleted").exists()


def test_documents_keep_a_tax_from_being_deleted(vat, actor, monkeypatch):
    monkeypatch.setattr(documents, "_use_sources", {Tax: [lambda organization, ids: set(ids)]})
    with pytest.raises(Refused):
        services.delete_tax(actor=actor, tax=vat)
    assert Tax.objects.filter(pk=vat.pk).exists()


def test_an_unused_tax_goes_with_its_history_kept(vat, actor):
    services.delete_tax(actor=actor, tax=vat, version=version_of(vat))
    assert not Tax.objects.exists()
    assert Entry.objects.get(kind="finance.tax", verb="deleted").before["name"] == "VAT 20 %"


def test_a_tax_changed_meanwhile_is_told(vat, actor):
    version = version_of(vat)
    services.update_tax(actor=actor, tax=vat, values={"rate": "19"})
    with pytest.raises(Conflict):
        services.update_tax(actor=actor, tax=vat, values={"rate": "18"}, version=version)
    vat.refresh_from_db()
    assert vat.rate == 19


def test_saving_a_tax_as_it_is_writes_nothing(vat, actor):
    before = (vat.updated_at, Entry.objects.count())
    services.update_tax(actor=actor, tax=vat, values={"name": "VAT 20 %", "rate": "20"})
    vat.refresh_from_db()
    assert (vat.updated_at, Entry.objects.count()) == before


def test_staff_may_not_change_taxes(organization, staff):
    with pytest.raises(NotPermitted):
        services.create_tax(actor=Actor.person(staff), organization=organization, values={"name": "N", "rate": "1"})
    assert not Tax.objects.exists()


def test_france_begins_with_its_rates_and_reasons_and_others_with_none(boss):
    french = factories.finance_organization(owner=boss, country="France", language="fr")
    other = factories.finance_organization(owner=boss, name="Other", country="Utopia")
    rates = Tax.objects.of(french).filter(rate__gt=0).order_by("-rate").values_list("rate", flat=True)
    assert [str(rate.normalize()) for rate in rates] == ["2E+1", "1E+1", "5.5", "2.1"]
    none = Tax.objects.of(french).filter(rate=0).values_list("exemption__category", flat=True)
    assert sorted(none) == ["AE", "E", "G", "K"]
    assert not Tax.objects.of(other).exists()
