"""Checks that no issued invoice, credit note or payment was changed, left out or put in past the services."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance.models import Organization
from finance.selectors.chain import Verified, verify


class Command(BaseCommand):
    help = "Walks the chain of issued documents and payments; names the first entry that does not hold, and exits 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", type=int, help="the id of one finance organization; all without it")

    def handle(self, *args: Any, organization: int | None = None, **options: Any) -> None:
        rows = Organization.objects.order_by("pk")
        if organization is not None:
            rows = rows.filter(pk=organization)
            if not rows.exists():
                raise CommandError(_("There is no finance organization %(id)d.") % {"id": organization})
        found = [(row, verify(row)) for row in rows.iterator()]
        for row, verified in found:
            self.stdout.write(f"{row.name}: {_told(verified)}")
        if any(verified.broken for _row, verified in found):
            sys.exit(1)


def _told(verified: Verified) -> str:
    broken = verified.broken
    if broken is None:
        sentence = ngettext("OK, %(count)d entry", "OK, %(count)d entries", verified.entries)
        return sentence % {"count": verified.entries}
    told = {"position": broken.position, "number": broken.number or "–", "what": broken.sentence}
    return _("broken at entry %(position)d, %(number)s: %(what)s") % told
