"""What a French reader sees is French: no page shows in English what the catalog has a translation for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse

from finance.choices import App
from finsuite.kernel.actors import Actor
from integration.models import Connection, SyncSetting
from integration.services import activation, connections, runs
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)

CATALOG = Path(__file__).resolve().parents[2] / "locale" / "fr" / "LC_MESSAGES" / "django.po"
SPOKEN = ("aria-label", "title", "placeholder", "alt")
UNSEEN = {"script", "style"}
CONNECTION_PAGES = (
    "connection",
    "review",
    "runs",
    "conflicts",
    "decisions",
    "issues",
    "links",
    "settings",
    "checks",
    "apps",
    "deactivate",
)


class Seen(HTMLParser):
    """The texts and the spoken labels of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.links: list[str] = []
        self._within: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._within.append(tag)
        values = dict(attrs)
        self.texts |= {_plain(values[name] or "") for name in SPOKEN if name in values}
        if tag == "a" and (values.get("href") or "").startswith("/"):
            self.links.append(values["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.texts.add(_plain(data))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _english() -> set[str]:
    """The messages without placeholders that read differently in French, whatever their context."""
    with CATALOG.open("rb") as file:
        pairs = [(m.id, m.string) for m in read_po(file) if isinstance(m.id, str) and m.id and "%(" not in m.id]
    same = {source for source, text in pairs if source == text}
    other = [source for source, _text in pairs if source not in same]
    spellings = {spelling for source in other for spelling in (source, source.capitalize())}
    # The finance apps are called alike in every language; e-mails speak the language of who gets them.
    return {spelling for spelling in spellings if spelling not in App.labels and "{{" not in spelling}


def _connected(person: User) -> Connection:
    """A French CRM and a finance organization with records on either side, in sync."""
    actor = Actor.person(person)
    # The first stages, lost reasons, terms and taxes are records, named in the language of the organization.
    crm = factories.crm_organization(person, language="fr")
    finance = factories.finance_organization(person, language="fr")
    account = factories.account(crm, "Société Générale de Câblage")
    factories.contact(crm, "Lefèvre", account_id=account.pk)
    factories.customer(finance, "Müller & Söhne GmbH")
    made = connections.connect_own(actor=actor, organization=crm, finance_organization_id=finance.pk)
    activation.activate(actor=actor, connection=made)
    run = runs.start(actor=actor, setting=SyncSetting.objects.get(connection=made))
    assert runs.continue_run(run.pk, seconds=60)
    return made


def _kind(address: str) -> str:
    return re.sub(r"\d+", "N", address.partition("?")[0])


def test_no_page_shows_a_french_reader_what_was_left_in_english(client: Client) -> None:
    person = factories.user("marie@example.com", first_name="Marie", last_name="Curie", language="fr")
    connection = _connected(person)
    client.force_login(person)
    where = {"organization": connection.crm_organization_id, "connection": connection.pk}
    ahead = ["/", "/settings/", *(reverse(f"integration:{name}", kwargs=where) for name in CONNECTION_PAGES)]

    english = _english()
    seen: set[str] = set()
    left: dict[str, set[str]] = {}
    while ahead:
        address = ahead.pop(0)
        if _kind(address) in seen or address.startswith(("/admin/", "/api/", "/styleguide")):
            continue
        seen.add(_kind(address))
        answer = client.get(address, follow=True)
        assert (address, answer.status_code) == (address, 200)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        page = Seen(answer.content.decode())
        if found := page.texts & english:
            left[address] = found
        ahead += page.links
    assert left == {}
    assert len(seen) > 40


def test_a_refusal_is_told_in_french(client: Client) -> None:
    person = factories.user("marie@example.com", language="fr")
    crm = factories.crm_organization(person)
    client.force_login(person)
    page = client.post(reverse("crm:account_create", kwargs={"organization": crm.pk}), {"name": ""}).content.decode()
    assert "Ce champ est obligatoire." in page
    assert Seen(page).texts & _english() == set()
