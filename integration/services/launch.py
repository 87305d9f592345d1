"""From a preview to the real thing, and on again after a pause."""

from __future__ import annotations

from django.db import transaction

from finsuite.kernel.actors import Actor
from integration.choices import ConnectionState, SettingState
from integration.models import Connection, Run
from integration.selectors.connections import setting_of
from integration.services import activation, modules, runs


@transaction.atomic
def go_live(*, actor: Actor, previewed: Run) -> Run:
    """Do what the preview says. The first time, the connection is activated with it, or neither happens.

    Raises Refused, with the remedies, where a check stands in the way.
    """
    connection = previewed.connection
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
