"""The list of records: what its address says, what its columns come to, and its cells."""

import json
import re
from decimal import Decimal
from urllib.parse import quote

import pytest

from crm.models import Account, ListView
from crm.selectors.sums import totals
from crm.services.accounts import update_account
from crm.services.currencies import add_currency
from crm.services.list_views import create_list_view, set_default_view
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
from tests import factories

STEEL = [{"any": [{"field": "industry", "comparator": "is", "value": "steel"}]}]


def listed(response):
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)</a>', response.content.decode())


@pytest.fixture
def three(organization):
    return [
        factories.account(organization, name=name, industry=industry, annual_revenue=Decimal(revenue))
        for name, industry, revenue in (("Alpha", "Steel", "10"), ("Beta", "STEEL", "20"), ("Gamma", "Wood", "5"))
    ]


def test_the_address_carries_an_unsaved_filter(client, at, three):
    answer = client.get(at(f"accounts/?filter={quote(json.dumps(STEEL))}"))
    assert listed(answer) == ["Alpha", "Beta"]
    assert "Save as…" in answer.content.decode()
    assert "Save as…" not in client.get(at("accounts/")).content.decode().split("<dialog")[0]


def test_what_the_form_sends_becomes_the_address(client, at, three):
    line = {"field": "annual_revenue", "comparator": "gte", "value": "10"}
    good = {"all": [{**line, "value": "10,5"}, {"any": [{"field": "industry", "comparator": "empty"}, line]}]}
    answer = client.get(at("accounts/"), {"typed": json.dumps(good), "q": ""}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Push-Url"].startswith(at("accounts/?filter="))
    assert "q=" not in answer.headers["HX-Push-Url"]
    assert listed(answer) == ["Beta"]


def test_a_line_that_means_nothing_is_told_at_its_place_and_shows_no_records(client, at, three):
    typed = {
        "any": [{"field": "employees", "comparator": "gt", "value": "many"}, {"field": "name", "comparator": "empty"}]
    }
    html = client.get(at("accounts/"), {"typed": json.dumps(typed)}, headers={"HX-Request": "true"}).content.decode()
    assert "“many” is no value for “Employees”." in html
    assert listed(client.get(at("accounts/"), {"typed": json.dumps(typed)})) == []


@pytest.mark.parametrize("text", ["", "[", "5", "null", "[[[[]]]]", '{"any":[]}', '[{"any":[{"any":5}]}]', "x" * 9000])
def test_a_filter_that_is_none_breaks_nothing(client, at, three, text):
    assert client.get(at("accounts/"), {"filter": text}).status_code == 200
    assert client.get(at("accounts/"), {"typed": text}).status_code == 200


def test_a_view_brings_its_columns_and_order_and_the_module_opens_with_the_default(
    client, at, organization, admin, three
):
    values = {
        "module": "accounts",
        "name": "Big",
        "scope": "criteria",
        "criteria": STEEL,
        "owner_id": admin.pk,
        "columns": ["annual_revenue", "industry"],
        "sort": "-annual_revenue,name",
    }
    view = create_list_view(actor=Actor.person(admin), organization=organization, values=values)
    answer = client.get(at(f"accounts/?view={view.pk}"))
    assert listed(answer) == ["Beta", "Alpha"]
    heads = re.findall(r'data-label="([^"]+)"', answer.content.decode())
    assert heads[:2] == ["Annual revenue", "Industry"]
    set_default_view(actor=Actor.person(admin), list_view=view)
    assert listed(client.get(at("accounts/"))) == ["Beta", "Alpha"]


def test_what_is_shown_is_saved_into_the_view(client, at, organization, admin, three):
    values = {"module": "accounts", "name": "Mine", "scope": "all", "owner_id": admin.pk}
    view = create_list_view(actor=Actor.person(admin), organization=organization, values=values)
    sent = {
        "criteria": json.dumps(STEEL),
        "sort": "-name",
        "column": ["phone", "industry"],
        "version": version_of(view),
    }
    assert client.post(at(f"views/{view.pk}/save"), sent).status_code == 302
    view.refresh_from_db()
    assert (view.scope, view.criteria, view.sort, view.columns) == ("criteria", STEEL, "-name", ["phone", "industry"])
    assert client.post(at(f"views/{view.pk}/save"), sent).status_code == 409
    assert ListView.objects.get(pk=view.pk).sort == "-name"


def test_several_orders_go_into_one_address(client, at, three):
    answer = client.get(at("accounts/?by=industry&by=name&by=&down=2&q=a"))
    assert answer.headers["Location"] == at("accounts/?q=a&sort=industry%2C-name")


def test_a_page_has_as_many_rows_as_asked_and_remembers_it(client, at, organization):
    for number in range(25):
        factories.account(organization, name=f"Account {number:02}")
    assert len(listed(client.get(at("accounts/?size=20")))) == 20
    first = client.get(at("accounts/"))
    assert len(listed(first)) == 20
    more = re.search(r'hx-get="([^"]*cursor=[^"]*)"', first.content.decode()).group(1).replace("&amp;", "&")
    rest = client.get(at("accounts/") + more, headers={"HX-Request": "true"})
    assert "25 records" in rest.content.decode()


def test_sums_are_by_currency_over_the_whole_list_and_in_home_currency(organization, three, django_assert_num_queries):
    add_currency(actor=factories.SYSTEM, organization=organization, values={"code": "USD", "rate": "3"})
    factories.account(organization, name="Delta", annual_revenue=Decimal(100), currency="USD")
    factories.account(organization, name="Empty")
    rows = Account.objects.of(organization)
    with django_assert_num_queries(2):  # the sums; today's rates
        total = totals(organization, rows, ["annual_revenue"])["annual_revenue"]
    assert (total.by_currency, total.home) == ((("EUR", Decimal(35)), ("USD", Decimal(100))), Decimal("68.33"))
    with django_assert_num_queries(1):
        totals(organization, rows.filter(currency="EUR"), ["annual_revenue"])
    with django_assert_num_queries(0):
        totals(organization, rows, [])


def test_a_cell_is_changed_by_its_version_and_refused_at_its_place(client, at, organization, admin, three):
    account = three[0]
    place = at(f"accounts/{account.pk}/cell?column=annual_revenue")
    html = client.get(place).content.decode()
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', html))
    refused = client.post(place, {**sent, "annual_revenue": "plenty"})
    assert (refused.status_code, "Enter an amount" in refused.content.decode()) == (422, True)
    saved = client.post(place, {**sent, "annual_revenue": "12,5"})
    assert (saved.status_code, "12.50" in saved.content.decode()) == (200, True)
    update_account(actor=Actor.person(admin), account=account, values={"phone": "1"})
    stale = client.post(place, {**sent, "annual_revenue": "99"})
    assert (stale.status_code, "Somebody else has changed" in stale.content.decode()) == (422, True)
    account.refresh_from_db()
    assert account.annual_revenue == Decimal("12.5")


def test_a_cell_of_a_custom_field_is_changed_like_any(client, at, organization, three):
    grade = factories.crm_field(organization, "Grade", kind="choice", choices=["A", "B"])
    score = factories.crm_field(organization, "Score", kind="decimal")
    account = three[0]
    html = client.get(at(f"accounts/?column={grade.name}&column={score.name}")).content.decode()
    place = at(f"accounts/{account.pk}/cell?column={score.name}")
    assert f'data-edit="{place}"' in html
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', client.get(place).content.decode()))
    refused = client.post(place, {**sent, score.name: "plenty"})
    assert refused.status_code == 422
    saved = client.post(place, {**sent, score.name: "7"})
    assert (saved.status_code, f'data-edit="{place}"' in saved.content.decode()) == (200, True)
    account.refresh_from_db()
    assert str(account.custom[score.key]) == "7"
    assert client.post(place, {**sent, score.name: "8"}).status_code == 422  # by a version that is past
    assert client.get(at(f"accounts/{account.pk}/cell?column=cf_nonsense")).status_code == 404


@pytest.mark.parametrize("column", ["currency", "updated_at", "nonsense", "organization", "owner__password", ""])
def test_what_is_no_cell_to_be_changed_is_not_found(client, at, three, column):
    assert client.get(at(f"accounts/{three[0].pk}/cell?column={column}")).status_code == 404


def test_pinned_views_stand_in_the_left_bar(client, at, organization, three):
    view = ListView.objects.of(organization).get(name="My Accounts")
    client.post(at(f"views/{view.pk}/act"), {"act": "pin"})
    html = client.get(at("contacts/")).content.decode()
    assert f'href="{at(f"accounts/?view={view.pk}")}"' in html.split("</aside>")[0]


def test_the_form_of_a_list_view_opens_with_its_criteria(client, at, organization, actor):
    new = client.get(at("views/accounts/new"))
    assert (new.status_code, new.content.count(b"data-parts")) == (200, 1)
    criteria = [{"any": [{"field": "name", "comparator": "is", "value": "Acme"}]}]
    values = {"module": "accounts", "name": "Acme", "scope": "criteria", "criteria": criteria}
    view = create_list_view(actor=actor, organization=organization, values=values)
    held = client.get(at(f"views/{view.pk}"))
    assert (held.status_code, held.content.count(b"data-parts")) == (200, 1)
    assert b'value="Acme"' in held.content
