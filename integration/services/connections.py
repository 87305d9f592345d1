"""Linking a CRM organization to a finance organization: one's own, another person's by ZSC key, or a new one."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import audit.services
from crm.access import require_setup
from crm.models import ListView
from crm.models import Organization as CrmOrganization
from finance.choices import App
from finance.models import Organization as FinanceOrganization
from finance.models import ZscKey
from finance.selectors.organizations import linkable_organizations
from finance.services import organizations as finance_organizations
from finance.services import zsc_keys
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from integration.choices import IssueState
from integration.models import Connection, SyncIssue, SyncSetting
from integration.services.mappings import add_default_mappings
from users.models import User

DEFAULT_APPS = (App.BOOKS.value,)


def verify_key(*, actor: Actor, organization: CrmOrganization, email: str, key: str) -> zsc_keys.Verified:
    """Whose ZSC key this is, and which of their organizations may be linked with it. Nothing is linked yet.

    Raises Refused, the same whether the e-mail or the key is wrong; after five wrong tries the address is locked.
    """
    require_setup(actor, organization)
    return zsc_keys.verify(actor=actor, email=email, key=key)


@transaction.atomic
def connect_own(*, actor: Actor, organization: CrmOrganization, finance_organization_id: int) -> Connection:
    """Link a finance organization that the actor administers."""
    require_setup(actor, organization)
    user = _user(actor)
    return _connect(actor, organization, _choose(linkable_organizations(user), finance_organization_id), key=None)


@transaction.atomic
def connect_by_key(
    *, actor: Actor, organization: CrmOrganization, key: ZscKey, finance_organization_id: int
) -> Connection:
    """Link a finance organization of the person whose key was verified just before."""
    require_setup(actor, organization)
    if key.revoked_at is not None:
        raise Refused(_("This ZSC key was revoked in the meantime. Ask for a new one."), code="revoked")
    choice = _choose(linkable_organizations(key.user, key.app), finance_organization_id)
    return _connect(actor, organization, choice, key=key)


@transaction.atomic
def connect_new(*, actor: Actor, organization: CrmOrganization, name: str, apps: Collection[str]) -> Connection:
    """Make a finance organization in the CRM's home currency, owned by the actor, and link it."""
    require_setup(actor, organization)
    made = finance_organizations.create_organization(
        actor=actor,
        owner=_user(actor),
        values={
            "name": name,
            "base_currency": organization.home_currency,
            "country": organization.country,
            "time_zone": organization.time_zone,
            "language": organization.language,
            "apps": list(apps) or list(DEFAULT_APPS),
        },
    )
    connection = _connect(actor, organization, made, key=None)
    return choose_apps(actor=actor, connection=connection, apps=apps or DEFAULT_APPS)


@transaction.atomic
def choose_apps(*, actor: Actor, connection: Connection, apps: Collection[str]) -> Connection:
    """Switch finance apps on and off for the CRM.

    The finance organization is opened in those where it is not yet, if the actor is one of its administrators.
    """
    require_setup(actor, connection.crm_organization)
    connection = lock(connection)
    wanted = [app for app in App.values if app in apps]
    if not wanted:
        sentence = _("Choose at least one finance app. To switch all of them off, deactivate the integration.")
        raise Refused(sentence, fields={"apps": [sentence]})
    if wanted == connection.apps:
        return connection
    if not set(wanted) <= set(connection.finance_organization.apps):
        finance_organizations.add_apps(actor=actor, organization=connection.finance_organization, apps=wanted)
    before, connection.apps = connection.apps, wanted
    connection.save(update_fields=["apps", "updated_at"])
    tell(actor, connection, "updated", {"apps": before}, {"apps": wanted})
    connection.finance_organization.refresh_from_db()
    return connection


def lock(connection: Connection) -> Connection:
    """The connection as it is now, locked for a write."""
    found = (
        Connection.objects.of(connection.crm_organization_id)
        .alive()
        .select_for_update(of=("self",))
        .select_related("crm_organization", "finance_organization", "zsc_key__user")
        .filter(pk=connection.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such connection."))
    return found


def tell(actor: Actor, connection: Connection, verb: str, before: dict[str, object], after: dict[str, object]) -> None:
    """Note it in the CRM organization's history."""
    audit.services.record(
        actor=actor,
        tenant=connection.crm_organization.tenant,
        subject=connection,
        verb=verb,
        before=before,
        after=after,
    )


def _user(actor: Actor) -> User:
    if actor.user_id is None:
        raise NotPermitted(_("A person has to do this."))
    return User.objects.get(pk=actor.user_id)


def _choose(organizations: list[FinanceOrganization], wanted: int) -> FinanceOrganization:
    for organization in organizations:
        if organization.pk == wanted:
            return organization
    sentence = _("This finance organization can't be linked. Choose one of those listed.")
    raise Refused(sentence, fields={"finance_organization": [sentence]})


def _connect(
    actor: Actor, organization: CrmOrganization, finance: FinanceOrganization, *, key: ZscKey | None
) -> Connection:
    alive = Connection.objects.of(organization).alive()
    known = alive.filter(finance_organization=finance).select_related("zsc_key", "crm_organization").first()
    if known is not None:
        return _renew(actor, known, finance, key)
    two_way = not alive.filter(is_two_way=True).exists()
    if two_way and Connection.objects.alive().filter(finance_organization=finance, is_two_way=True).exists():
        raise _already(
            _("%(finance)s is linked to another CRM organization. One of the two has to be unlinked first.")
            % {"finance": finance.name}
        )
    apps = [app for app in finance.apps if key is None or app == key.app] or list(finance.apps)
    connection = Connection(
        crm_organization=organization,
        finance_organization=finance,
        apps=apps,
        is_two_way=two_way,
        zsc_key=key,
        created_by_id=actor.user_id,
    )
    try:
        with transaction.atomic():
            connection.save(force_insert=True)
    except IntegrityError:
        raise _already(_("Somebody else has just linked one of the two organizations. Reload the page.")) from None
    views = {view.module: view for view in ListView.objects.of(organization).filter(scope="all", is_system=True)}
    SyncSetting.objects.create(
        connection=connection,
        account_view=views.get("accounts"),
        contact_view=views.get("contacts"),
        extent="both" if two_way else "from_crm",
    )
    add_default_mappings(connection)
    tell(actor, connection, "created", {}, {"finance_organization": finance.name, "apps": connection.apps})
    return connection


def _renew(actor: Actor, connection: Connection, finance: FinanceOrganization, key: ZscKey | None) -> Connection:
    """Put a new right to link in the place of a revoked key; the connection, its links and its settings are kept."""
    old = connection.zsc_key
    if old is None or old.revoked_at is None:
        raise _already(_("%(finance)s is linked already.") % {"finance": finance.name})
    connection = lock(connection)
    connection.zsc_key = key
    connection.save(update_fields=["zsc_key", "updated_at"])
    SyncIssue.objects.filter(connection=connection, code="key_revoked").exclude(state=IssueState.RESOLVED).update(
        state=IssueState.RESOLVED, resolved_at=timezone.now()
    )
    tell(actor, connection, "updated", {"key": str(old)}, {"key": str(key or "")})
    return connection


def _already(sentence: str) -> Refused:
    return Refused(sentence, code="already_linked", fields={"finance_organization": [sentence]})
