import json
import re

from crm.models import ExportJob
from tests import factories


def test_a_small_export_comes_at_once_as_a_file(client, at, organization):
    factories.account(organization, "Acme", phone="1")
    form = client.get(at("exports/new/accounts?q=acme"))
    assert "Records: 1" in form.content.decode()
    sent = client.post(at("exports/new/accounts"), {"q": "acme", "format": "csv", "column": ["name", "phone"]})
    answer = client.get(sent["Location"])
    assert answer["Content-Disposition"].startswith('attachment; filename="accounts-')
    assert answer.getvalue().decode("utf-8-sig") == "Account name,Phone\r\nAcme,1\r\n"


def test_the_columns_are_those_that_the_list_shows_until_all_are_asked_for(client, at, organization):
    field = factories.crm_field(organization, "Grade")
    factories.account(organization, "Acme", phone="1", tags=["vip"], **{field.name: "A"})
    factories.account(organization, "Beta", phone="2")

    def ticked(query: str) -> set[str]:
        page = client.get(at(f"exports/new/accounts?{query}")).content.decode()
        return set(re.findall(r'name="column" value="(\w+)"[^>]* checked', page))

    assert ticked("column=phone&column=cf_grade") == {"name", "phone", "cf_grade"}
    client.get(at("accounts/?column=website"))  # what the person chose last is kept
    assert ticked("") == {"name", "website"}
    assert {"name", "phone", "cf_grade", "created_at"} < ticked("all=1")
    page = client.get(at("exports/new/accounts?tag=vip")).content.decode()
    assert "Records: 1" in page
    sent = client.post(at("exports/new/accounts"), {"tag": "vip", "column": ["name", "cf_grade"]})
    assert client.get(sent["Location"]).getvalue().decode("utf-8-sig") == "Account name,Grade\r\nAcme,A\r\n"


def test_an_unsaved_filter_goes_with_the_export(client, at, organization):
    for name, industry in (("Acme", "Steel"), ("Beta", "Wood")):
        factories.account(organization, name, industry=industry)
    kept = json.dumps([{"field": "industry", "comparator": "is", "value": "Steel"}])
    assert "Records: 1" in client.get(at("exports/new/accounts"), {"filter": kept}).content.decode()
    sent = client.post(at("exports/new/accounts"), {"filter": kept, "column": ["name"]})
    assert client.get(sent["Location"]).getvalue().decode("utf-8-sig") == "Account name\r\nAcme\r\n"


def test_only_whoever_made_an_export_finds_it(client, browse, standard, at, organization):
    factories.account(organization)
    client.post(at("exports/new/accounts"), {"format": "xlsx"})
    job = ExportJob.objects.get()
    other = browse(standard)
    assert other.get(at(f"exports/{job.pk}/file")).status_code == 404
    assert str(job) not in other.get(at("exports/")).content.decode()
    assert str(job) in client.get(at("exports/")).content.decode()


def test_an_unknown_module_and_a_wrong_column_are_told(client, at):
    assert client.get(at("exports/new/leads")).status_code == 404
    wrong = client.post(at("exports/new/accounts"), {"column": ["password"]})
    assert wrong.status_code == 422
    assert "password" in wrong.content.decode()


def test_the_list_of_exports_asks_as_much_however_many_there_are(client, at, organization, django_assert_num_queries):
    client.post(at("exports/new/accounts"), {})
    with django_assert_num_queries(8):
        client.get(at("exports/"))
    for _count in range(5):
        client.post(at("exports/new/accounts"), {})
    with django_assert_num_queries(8):
        client.get(at("exports/"))
