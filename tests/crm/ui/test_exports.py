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
