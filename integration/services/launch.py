"""From a preview to the real thing."""

from __future__ import annotations

from django.db import transaction

from finsuite.kernel.actors import Actor
from integration.choices import ConnectionState
from integration.models import Run
from integration.selectors.connections import setting_of
from integration.services import activation, runs


@transaction.atomic
def go_live(*, actor: Actor, previewed: Run) -> Run:
    """Do what the preview says. The first time, the connection is activated with it, or neither happens.

    Raises Refused, with the remedies, where a check stands in the way.
    """
    connection = previewed.connection
    if connection.state == ConnectionState.CONFIGURED:
        activation.activate(actor=actor, connection=connection)
    return runs.start(actor=actor, setting=setting_of(connection), previewed=previewed)
