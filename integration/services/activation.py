"""Switching a connection on and off. Links and their bases outlive every switch, so nothing is matched twice."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.access import require_setup
from crm.services.organizations import follow_integration
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from integration.choices import ConnectionState, IssueState
from integration.models import Connection, SyncIssue
from integration.selectors.checks import blocking, checks_of
from integration.services.connections import lock, tell
from integration.services.hints import hint_sweep
from integration.workflow import CONNECTION

SYNCING = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


@transaction.atomic
def activate(*, actor: Actor, connection: Connection) -> Connection:
    """Switch the sync on, for the first time or again. Raises Refused, with the remedies, where a check blocks."""
    connection = _move(actor, connection, "activate", _("This connection can't be activated as it stands."))
    stopping = blocking(checks_of(connection))
    if stopping:
        raise Refused(
            " ".join(f"{check.detail} {' '.join(check.remedies)}" for check in stopping),
            code=stopping[0].code,
            fields={check.code: [check.detail, *check.remedies] for check in stopping},
        )
    if connection.activated_at is None:
        connection.activated_at = timezone.now()
        connection.save(update_fields=["activated_at"])
    return connection


@transaction.atomic
def pause(*, actor: Actor, connection: Connection) -> Connection:
    """Stop syncing for a while. What changes meanwhile is synced when it goes on."""
    return _move(actor, connection, "pause", _("Only a connection that is active can be paused."))


@transaction.atomic
def resume(*, actor: Actor, connection: Connection) -> Connection:
    """Go on syncing, beginning with what changed meanwhile."""
    connection = _move(actor, connection, "resume", _("Only a connection that is paused can go on."))
    if connection.zsc_key is not None and connection.zsc_key.revoked_at is not None:
        raise Refused(
            _("The ZSC key that it was linked with has been revoked. Link the organization again with a new one."),
            code="revoked",
        )
    hint_sweep()  # changes leave no hints while a connection is paused
    return connection


@transaction.atomic
def deactivate(*, actor: Actor, connection: Connection, typed_name: str) -> Connection:
    """Take the finance data out of the CRM. In finance nothing is deleted; links and bases are kept.

    `typed_name` is the finance organization's name as the administrator typed it to confirm.
    """
    _require_typed(connection, typed_name)
    sentence = _("Only a connection that is active or paused can be deactivated.")
    return _move(actor, connection, "deactivate", sentence)


@transaction.atomic
def delete(*, actor: Actor, connection: Connection, typed_name: str) -> Connection:
    """Forget the connection with its links. Both sides keep their records; linking again matches them anew."""
    _require_typed(connection, typed_name)
    sentence = _("Deactivate the connection first. After that it can be deleted.")
    connection = _move(actor, connection, "delete", sentence)
    connection.links.all().delete()
    return connection


@transaction.atomic
def pause_for_revoked_key(*, actor: Actor, key_id: int) -> list[Connection]:
    """Pause every connection that was made with this key, and leave an issue that says so to its administrators.

    The actor revoked the key in finance, which is right enough: they need no right in the CRM.
    """
    made_with_it = Connection.objects.filter(zsc_key_id=key_id, state=ConnectionState.ACTIVE).order_by("pk")
    paused = list(made_with_it.select_for_update(of=("self",)).select_related("crm_organization", "zsc_key"))
    for connection in paused:
        connection.state = ConnectionState.PAUSED
        connection.save(update_fields=["state", "updated_at"])
        tell(actor, connection, "pause", {"state": "active"}, {"state": "paused"})
        SyncIssue.objects.get_or_create(
            connection=connection,
            code="key_revoked",
            state=IssueState.WAITING,
            defaults={"label": str(connection.zsc_key)[:250]},
        )
    return paused


def require_unlinked_base(*, organization_id: int, base: str) -> None:
    """Refuse another base currency where a connection relies on both sides counting in the same one."""
    relying = (
        Connection.objects.filter(finance_organization_id=organization_id, is_two_way=True)
        .filter(state__in=SYNCING)
        .exclude(crm_organization__home_currency=base)
        .select_related("crm_organization")
        .first()
    )
    if relying is not None:
        sentence = _("The CRM “%(crm)s” is linked and counts in %(currency)s. Deactivate the link first.") % {
            "crm": relying.crm_organization.name,
            "currency": relying.crm_organization.home_currency,
        }
        raise Refused(sentence, code="linked", fields={"base_currency": [sentence]})


def _move(actor: Actor, connection: Connection, verb: str, sentence: str) -> Connection:
    require_setup(actor, connection.crm_organization)
    connection = lock(connection)
    before = connection.state
    connection.state = CONNECTION.target(before, verb, sentence=sentence)
    connection.save(update_fields=["state", "updated_at"])
    tell(actor, connection, verb, {"state": before}, {"state": connection.state})
    if verb in ("activate", "deactivate"):
        linked = Connection.objects.filter(crm_organization=connection.crm_organization, state__in=SYNCING)
        follow_integration(organization=connection.crm_organization, is_linked=linked.exists())
    return connection


def _require_typed(connection: Connection, typed_name: str) -> None:
    if typed_name.strip() != connection.finance_organization.name:
        sentence = _("Type the name of the finance organization exactly as it is shown.")
        raise Refused(sentence, code="not_confirmed", fields={"typed_name": [sentence]})
