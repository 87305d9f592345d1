"""A process that dies in the middle of a merge: `python -m tests.faults.killed_merge STEP ORGANIZATION SURVIVOR LOSER`.

It ends right after the step of crm/services/merging.py that is named, as a process that the kernel kills: nothing is
committed, nothing is rolled back by it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

KILLED = 137


def main(step: str, *keys: str) -> None:
    """Merge, and die."""
    import django

    django.setup()
    from crm.models import Organization
    from crm.services import merging
    from finsuite.kernel.actors import Actor

    organization_id, survivor_id, loser_id = map(int, keys)
    whole = getattr(merging, step)

    def and_die(*given: Any, **named: Any) -> None:
        whole(*given, **named)
        os._exit(KILLED)

    setattr(merging, step, and_die)
    organization = Organization.objects.get(pk=organization_id)
    merging.merge_records(
        actor=Actor.system("tests"),
        organization=organization,
        module="accounts",
        survivor_id=survivor_id,
        loser_ids=[loser_id],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
