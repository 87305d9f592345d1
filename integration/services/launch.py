"""From a preview to the real thing, and on again after a pause."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict
from integration.choices import ConnectionState, RunState, RunTrigger, SettingState
from integration.models import Connection, Run
from integration.selectors.connections import setting_of
from integration.services import activation, modules, runs


@transaction.atomic
def go_live(*, actor: Actor, previewed: Run) -> Run:
    """Do what the preview says. The first time, the connection is activated with it, or neither happens.

    Raises Refused, with the remedies, where a check stands in the way, and Conflict where the preview says something
    else than what would be done.
    """
    connection = previewed.connection
    if previewed.trigger != RunTrigger.PREVIEW or previewed.state != RunState.PLANNED:
        raise Conflict(_("The preview isn’t ready yet. Wait until it is."), code="not_planned")
    if previewed.generation != setting_of(connection).generation:
        raise Conflict(_("The sync settings have changed since this preview. Look at a new one first."), code="stale")
    if connection.state == ConnectionState.CONFIGURED:
        activation.activate(actor=actor, connection=connection)
    return runs.start(actor=actor, setting=setting_of(connection), previewed=previewed)


@transaction.atomic
def go_on(*, actor: Actor, connection: Connection) -> Connection:
    """End a pause: the connection's, and that of a module that was kept paused when it asked."""
    kept_paused = setting_of(connection).state == SettingState.PAUSED
    if connection.state == ConnectionState.PAUSED or not kept_paused:
        connection = activation.resume(actor=actor, connection=connection)
    if kept_paused:
        modules.resume_module(actor=actor, setting=setting_of(connection))
    return connection
