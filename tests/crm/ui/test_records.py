import re
from collections import defaultdict

import pytest

from crm.choices import Level
from crm.models import Account, Contact, ModuleRight
from crm.services.accounts import update_account
from finsuite.kernel import panels
from finsuite.kernel.actors import Actor
from tests import factories


def names(response):
    return re.findall(r'accounts/\d+">([^<]+)</a></th>|accounts/\d+">([^<]+)</a> ', response.content.decode())


def listed(response):
    return [first or second for first, second in names(response)]


def form_of(client, address):
    """The edit form as a browser would send it back untouched."""
    html = client.get(address).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="((?:seen-|version)[^"]*)" value="([^"]*)"', html))
    version = re.search(r'name="version" value="([^"]+)"', html).group(1)
    seen = {name.removeprefix("seen-"): value for name, value in fields.items() if name.startswith("seen-")}
    return {**seen, **fields, "version": version}


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_takes_the_same_statements_whatever_its_length(
    client, at, organization, actor, admin, django_assert_num_queries, count
):
    for number in range(count):
        parent = factories.account(organization, name=f"Group {number}")
        factories.account(organization, name=f"Account {number}", owner_id=admin.pk, parent_id=parent.pk)
    client.get(at("accounts/"))
    # session, person, membership, rights; list views, rows, count; places of the CRM and of finance
    with django_assert_num_queries(9):
        answer = client.get(at("accounts/?column=owner&column=parent&column=tags"))
    assert len(listed(answer)) == min(count * 2, 50)


def test_a_page_of_a_record_takes_as_few(client, at, organization, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(panels, "_slots", defaultdict(list))  # what other rooms show there is on their own record
    account = factories.account(organization, name="Acme")
    for number in range(3):
        factories.contact(organization, last_name=f"Martin {number}", account_id=account.pk)
    client.get(at("accounts/"))
    # session, person, membership, rights; account, its contacts, deals and children counted; places
    with django_assert_num_queries(10):
        client.get(at(f"accounts/{account.pk}"))
    with django_assert_num_queries(11):
        client.get(at(f"accounts/{account.pk}/contacts"))
    with django_assert_num_queries(11):
        client.get(at(f"accounts/{account.pk}/history"))


def test_a_tag_leads_to_the_records_that_have_it(client, at, organization):
    acme = factories.account(organization, name="Acme", tags=["R&D"])
    factories.account(organization, name="Beta")
    link = re.search(r'href="(\?tag=[^"]+)"', client.get(at("accounts/?column=tags")).content.decode()).group(1)
    assert listed(client.get(at("accounts/") + link)) == ["Acme"]
    assert f'class="badge" href="{at("accounts/")}{link}"' in client.get(at(f"accounts/{acme.pk}")).content.decode()


def test_a_list_is_searched_sorted_and_continued(client, at, organization):
    for number in range(55):
        factories.account(organization, name=f"Écho {number:02}", industry="Steel" if number % 2 else "Wood")
    factories.account(organization, name="Beta")
    first = client.get(at("accounts/?q=echo&sort=-name"))
    assert listed(first)[:2] == ["Écho 54", "Écho 53"]
    assert "50 of 55" in first.content.decode()
    more = re.search(r'hx-get="([^"]*cursor=[^"]*)"', first.content.decode()).group(1).replace("&amp;", "&")
    rest = client.get(at("accounts/") + more, headers={"HX-Request": "true"})
    assert listed(rest) == ["Écho 04", "Écho 03", "Écho 02", "Écho 01", "Écho 00"]
    assert "<html" not in rest.content.decode()
    assert "cursor=" not in rest.content.decode()


def test_a_cursor_that_is_none_and_a_sort_that_is_none_show_the_list_from_its_start(client, at, organization):
    factories.account(organization, name="Acme")
    answer = client.get(at("accounts/?cursor=nonsense&sort=-password&column=organization&column=nonsense"))
    assert listed(answer) == ["Acme"]


def test_chosen_columns_are_remembered(client, at, organization):
    factories.account(organization, name="Acme", billing_country="Österreich")
    assert "Österreich" not in client.get(at("accounts/")).content.decode()
    assert "Österreich" in client.get(at("accounts/?column=billing_country")).content.decode()
    assert "Österreich" in client.get(at("accounts/")).content.decode()


def test_row_badges_are_asked_once_for_a_whole_page(client, at, organization, monkeypatch):
    asked = []

    def badges(request, organization, ids):
        asked.append(list(ids))
        return {ids[0]: '<span class="badge">Synced</span>'}

    monkeypatch.setitem(panels._row_slots, "crm.accounts.row_badges", [badges])
    first = factories.account(organization, name="Acme")
    second = factories.account(organization, name="Beta")
    html = client.get(at("accounts/")).content.decode()
    assert asked == [[first.pk, second.pk]]
    assert html.count("Synced") == 1


def test_an_account_is_made_changed_and_deleted_on_its_pages(client, at, admin):
    made = client.post(
        at("accounts/new"),
        {"name": "Acme", "owner_id": "", "currency": "EUR", "annual_revenue": "12 500,50", "tags": "vip, Key"},
    )
    account = Account.objects.get()
    assert made.headers["Location"] == at(f"accounts/{account.pk}")
    assert (str(account.annual_revenue), account.tags, account.owner_id) == ("12500.50", ["vip", "Key"], None)
    form = form_of(client, at(f"accounts/{account.pk}/edit"))
    assert client.post(at(f"accounts/{account.pk}/edit"), {**form, "phone": "01"}).status_code == 302
    account.refresh_from_db()
    assert (account.phone, str(account.annual_revenue)) == ("01", "12500.50")
    page = client.get(at(f"accounts/{account.pk}")).content.decode()
    version = re.search(r'name="version" value="([^"]+)"', page).group(1)
    assert client.post(at(f"accounts/{account.pk}/delete"), {"version": version}).status_code == 302
    assert not Account.objects.exists()


def test_an_untouched_form_writes_nothing(client, at, organization):
    account = factories.account(
        organization, name="Acme", description="Two\nlines", annual_revenue="1.50", tags=["a", "b"], employees=3
    )
    form = form_of(client, at(f"accounts/{account.pk}/edit"))
    assert client.post(at(f"accounts/{account.pk}/edit"), form).status_code == 302
    assert Account.objects.get().updated_at == account.updated_at


def test_what_is_wrong_stands_at_its_field_and_above_the_form(client, at, organization):
    answer = client.post(at("accounts/new"), {"name": "Acme", "currency": "EUR", "website": "javascript:alert(1)"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_website">' in html
    assert html.count("This is not a web address") >= 2
    assert not Account.objects.exists()


def test_who_is_slower_sees_both_values_and_loses_neither(client, at, organization, actor):
    account = factories.account(organization, name="Acme", phone="1", fax="1", site="1")
    form = form_of(client, at(f"accounts/{account.pk}/edit"))
    update_account(actor=actor, account=account, values={"phone": "2", "fax": "2"})
    answer = client.post(at(f"accounts/{account.pk}/edit"), {**form, "phone": "3", "site": "3"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r'<th scope="row">Phone</th><td>2</td><td>3</td>', html)
    assert Account.objects.get().phone == "2"
    again = {
        **form,
        **dict(re.findall(r'<input type="hidden" name="(seen-[^"]*|version)" value="([^"]*)"', html)),
        "fax": "2",
        "phone": "3",
        "site": "3",
    }
    again["version"] = re.search(r'name="version" value="([^"]+)"', html).group(1)
    assert client.post(at(f"accounts/{account.pk}/edit"), again).status_code == 302
    saved = Account.objects.get()
    assert (saved.phone, saved.fax, saved.site) == ("3", "2", "3")


def test_a_text_in_any_field_is_shown_as_text(client, at, organization):
    attack = "<script>alert(1)</script>"
    account = factories.account(organization, name=attack, industry=attack, tags=[attack], billing_street=attack)
    factories.contact(organization, last_name=attack, account_id=account.pk, title=attack)
    for path in (
        "accounts/?column=industry&column=tags",
        f"accounts/{account.pk}",
        f"accounts/{account.pk}/contacts",
        f"accounts/{account.pk}/history",
        f"accounts/{account.pk}/edit",
        "contacts/",
        "search?q=alert",
    ):
        assert attack not in client.get(at(path)).content.decode(), path


def test_ticked_accounts_are_deleted_together_and_foreign_ones_are_not(client, at, organization, outsider):
    mine = [factories.account(organization, name=name) for name in ("One", "Two", "Three")]
    foreign = factories.account(outsider.crm_memberships.get().organization)
    ticked = {"act": "delete", "step": "apply", "row": [mine[0].pk, mine[1].pk, foreign.pk, "x"]}
    client.post(at("bulk/accounts"), ticked)
    assert sorted(Account.objects.values_list("pk", flat=True)) == sorted([mine[2].pk, foreign.pk])


def test_pages_offer_only_what_the_profile_allows(browse, at, organization, reader, standard):
    account = factories.account(organization)
    html = browse(reader).get(at(f"accounts/{account.pk}")).content.decode()
    assert at(f"accounts/{account.pk}/edit") not in html
    assert 'data-open="delete"' not in html
    html = browse(standard).get(at("accounts/")).content.decode()
    assert at("accounts/new") in html
    assert 'name="act" value="edit"' in html
    assert 'name="act" value="delete"' not in html
    shown = browse(reader).get(at("accounts/")).content.decode()
    assert 'name="act" value="export"' in shown
    assert 'name="act" value="edit"' not in shown
    assert at("setup/") not in html


def test_a_module_that_the_profile_closes_is_nowhere(browse, at, organization, reader):
    ModuleRight.objects.filter(profile__memberships__user=reader, module="contacts").update(level=Level.NONE)
    account = factories.account(organization, name="Acme")
    factories.contact(organization, last_name="Secretperson", account_id=account.pk)
    client = browse(reader)
    assert client.get(at("contacts/")).status_code == 404
    for path in (f"accounts/{account.pk}", "accounts/", "search?q=secretperson"):
        html = client.get(at(path)).content.decode()
        assert "Secretperson" not in html
        assert at("contacts/") not in html
    assert client.get(at(f"accounts/{account.pk}/contacts")).status_code == 404
    assert client.get("/search/?q=secretperson").json()["groups"] == []


def test_a_new_contact_of_an_account_starts_with_its_address(client, at, organization):
    account = factories.account(organization, billing_city="Lyon")
    html = client.get(at(f"contacts/new?account={account.pk}")).content.decode()
    assert re.search(r'name="mailing_city"[^>]*value="Lyon"|value="Lyon"[^>]*name="mailing_city"', html)
    client.post(at("contacts/new"), {"last_name": "Martin", "account_id": account.pk, "currency": "EUR"})
    assert Contact.objects.get().account_id == account.pk


def test_the_search_box_and_the_picker_find_without_accents(client, at, organization):
    account = factories.account(organization, name="Évêché de Nîmes")
    factories.contact(organization, last_name="Évrard", account_id=account.pk)
    groups = client.get("/search/?q=ev").json()["groups"]
    assert [hit["label"] for group in groups[:2] for hit in group["hits"]] == ["Évêché de Nîmes", "Évrard"]
    found = client.get(at("accounts/lookup?q=EVECHE")).json()["results"]
    assert [hit["id"] for hit in found] == [account.pk]


def test_history_tells_names_not_ids(client, at, organization, admin, standard):
    parent = factories.account(organization, name="Group SA")
    account = factories.account(organization, name="Acme")
    values = {"owner_id": standard.pk, "parent_id": parent.pk}
    update_account(actor=Actor.person(admin), account=account, values=values)
    html = client.get(at(f"accounts/{account.pk}/history")).content.decode()
    assert "Group SA" in html
    assert "standard@example.com" in html


def test_somebody_who_belongs_nowhere_makes_an_organization_of_their_own(db, browse):
    person = factories.user("new@example.com")
    client = browse(person)
    assert "/crm/new" in client.get("/").content.decode()
    values = {"name": "Neuf SARL", "home_currency": "CHF", "time_zone": "Europe/Zurich"}
    made = client.post("/crm/new", values)
    assert client.get(made.headers["Location"]).status_code == 200
    assert client.post("/crm/new", {**values, "name": ""}).status_code == 422
    assert [membership.organization.home_currency for membership in person.crm_memberships.all()] == ["CHF"]
