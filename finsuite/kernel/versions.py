"""A record's version: the moment of its last write, to the microsecond.

It is the hidden form field `version`, the ETag of the API, and equal to the `updated_at` that the API lists,
so that whoever has read a record by any of the three ways can write it back safely.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from finsuite.kernel.errors import Conflict
from finsuite.kernel.models import Stamped


def version_of(record: Stamped) -> str:
    """The version as text: `2026-11-21T18:57:51.123456Z`."""
    return version_at(record.updated_at)


def version_at(written: datetime) -> str:
    """The version of a record that was last written at this moment."""
    return written.astimezone(UTC).isoformat().replace("+00:00", "Z")


def require_version(record: Stamped, version: str | None) -> None:
    """Raise Conflict (code "stale") unless the caller has seen the record as it is now; None means they did not say.

    Call it on the row locked for the write: `Account.objects.select_for_update(of=("self",))`.
    """
    if version is not None and version != version_of(record):
        raise Conflict(
            _("Somebody has changed this record since you opened it. Look at it again, then repeat your change."),
            code="stale",
        )
