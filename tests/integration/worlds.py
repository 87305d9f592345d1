"""A CRM organization and a finance organization, linked and synced: what the engine's tests play with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection as database

import crm.services.accounts
import crm.services.contacts
import finance.services.contact_persons
import finance.services.customers
from audit.models import Entry
from crm.models import Account, Contact
from crm.models import Organization as CrmOrganization
from finance.models import ContactPerson, Customer
from finance.models import Organization as FinanceOrganization
from finsuite.kernel.actors import Actor
from integration.choices import RunState
from integration.models import Action, Connection, Journal, Link, RecordState, Run, SyncSetting
from integration.selectors.connections import setting_of
from integration.services import activation, connections, runs
from tests import factories
from users.models import User


@dataclass
class World:
    """One connection, with what a person does on either side of it."""

    admin: User
    crm: CrmOrganization
    finance: FinanceOrganization
    connection: Connection
    choices: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The administrator, who is everything everywhere."""
        return Actor.person(self.admin)

    @property
    def setting(self) -> SyncSetting:
        """The module as it is stored now."""
        return setting_of(Connection.objects.get(pk=self.connection.pk))

    def choose(self, **choices: Any) -> None:
        """Change the setting as its page would: all is judged anew."""
        choices["generation"] = self.setting.generation + 1
        SyncSetting.objects.filter(connection=self.connection).update(**choices)

    def account(self, name: str = "Acme", **values: Any) -> Account:
        return factories.account(self.crm, name, **values)

    def contact(self, last_name: str = "Martin", **values: Any) -> Contact:
        return factories.contact(self.crm, last_name, **values)

    def customer(self, name: str = "Acme", **values: Any) -> Customer:
        return factories.customer(self.finance, name, **values)

    def person(self, customer: Customer, last_name: str = "Martin", **values: Any) -> ContactPerson:
        return finance.services.contact_persons.create_contact_person(
            actor=self.actor, customer=customer, values={"last_name": last_name, **values}
        )

    def edit(self, record: Account | Contact | Customer | ContactPerson, **values: Any) -> Any:
        """Change a record through the service of its app."""
        record.refresh_from_db()
        if isinstance(record, Account):
            return crm.services.accounts.update_account(actor=self.actor, account=record, values=values)
        if isinstance(record, Contact):
            return crm.services.contacts.update_contact(actor=self.actor, contact=record, values=values)
        if isinstance(record, Customer):
            return finance.services.customers.update_customer(actor=self.actor, customer=record, values=values)
        return finance.services.contact_persons.update_contact_person(actor=self.actor, person=record, values=values)

    def delete(self, record: Account | Contact | Customer | ContactPerson) -> None:
        """Delete a record through the service of its app."""
        if isinstance(record, Account):
            crm.services.accounts.delete_account(actor=self.actor, account=record)
        elif isinstance(record, Contact):
            crm.services.contacts.delete_contact(actor=self.actor, contact=record)
        elif isinstance(record, Customer):
            finance.services.customers.delete_customer(actor=self.actor, customer=record)
        else:
            finance.services.contact_persons.delete_contact_person(actor=self.actor, person=record)

    def run(self) -> Run:
        """Press "Sync now" and wait."""
        run = runs.start(actor=self.actor, setting=self.setting)
        while not runs.continue_run(run.pk, seconds=60):
            pass
        run.refresh_from_db()
        return run

    def preview(self) -> Run:
        """Press "Preview" and wait."""
        run = runs.preview(actor=self.actor, setting=self.setting)
        runs.continue_run(run.pk, seconds=60)
        run.refresh_from_db()
        assert run.state == RunState.PLANNED
        return run

    def settle(self) -> int:
        """Let the background do its work until nothing is left. Answers how many records it wrote."""
        written = 0
        for _round in range(10):
            wrote = runs.sync_changes(self.setting, seconds=60)
            swept = runs.sweep(self.setting, seconds=60)
            written += wrote
            if not wrote and not swept:
                return written
        raise AssertionError("the sync does not come to rest")

    def link(self, record: Account | Contact | Customer | ContactPerson) -> Link | None:
        """The record's open link."""
        end = "crm" if isinstance(record, Account | Contact) else "finance"
        kind = {"Account": "account", "Contact": "contact", "Customer": "customer", "ContactPerson": "contact_person"}
        which = {f"{end}_kind": kind[type(record).__name__], f"{end}_id": record.pk}
        return Link.objects.open().filter(connection=self.connection, **which).first()

    def other(self, record: Account | Contact | Customer | ContactPerson) -> Any:
        """The record's counterpart, as stored now."""
        link = self.link(record)
        assert link is not None
        if isinstance(record, Account | Contact):
            model: Any = Customer if link.finance_kind == "customer" else ContactPerson
            return model.objects.get(pk=link.finance_id)
        model = Account if link.crm_kind == "account" else Contact
        return model.objects.get(pk=link.crm_id)


def world(*, name: str = "", activated: bool = True, **choices: Any) -> World:
    """Two organizations, connected; `choices` are those of the setting."""
    admin = factories.user(f"admin{name}@example.com", first_name="Ada", last_name="Admin")
    crm_organization = factories.crm_organization(admin, f"Ventes {name}".strip())
    finance_organization = factories.finance_organization(admin, f"Compta {name}".strip())
    actor = Actor.person(admin)
    connection = connections.connect_own(
        actor=actor, organization=crm_organization, finance_organization_id=finance_organization.pk
    )
    if activated:
        connection = activation.activate(actor=actor, connection=connection)
    made = World(admin, crm_organization, finance_organization, connection)
    if choices:
        made.choose(**choices)
    return made


TABLES = (
    *("crm_account", "crm_contact", "finance_customer", "finance_contactperson", "finance_series", "audit_entry"),
    *("integration_link", "integration_unmatched", "integration_exclusion", "integration_conflict"),
    *("integration_deadletter", "integration_syncissue", "integration_journal", "integration_action"),
    *("integration_recordstate", "integration_run", "integration_syncsetting"),
)


def digest(*, without: tuple[str, ...] = ()) -> dict[str, str]:
    """A digest of every row that the sync may touch, table by table."""
    found: dict[str, str] = {}
    with database.cursor() as cursor:
        for table in TABLES:
            if table not in without:
                cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
                found[table] = cursor.fetchone()[0]
    return found


def counts() -> dict[str, int]:
    """How much there is of what the sync writes."""
    return {
        "history": Entry.objects.filter(via="sync").count(),
        "journal": Journal.objects.count(),
        "actions": Action.objects.count(),
        "revisions": sum(RecordState.objects.values_list("rev", flat=True)),
    }
