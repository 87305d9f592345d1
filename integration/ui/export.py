"""A run's decisions as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from integration import wording
from integration.models import Action, Run
from integration.selectors.runs import changes_of


def action_rows(run: Run) -> Iterator[list[Any]]:
    """One row per field that an action touches; one for an action that touches none."""
    yield [_("Record"), _("Action"), _("Why"), _("State"), _("Side"), _("Field"), _("Before"), _("After")]
    for action in Action.objects.filter(run=run).order_by("pk").iterator(2000):
        head = [action.label, wording.operation(action.op), wording.reason(action.reason), action.get_state_display()]
        changes = changes_of(action)
        for change in changes:
            yield [*head, change.side, change.label, change.before, change.after]
        if not changes:
            yield [*head, "", "", "", ""]
