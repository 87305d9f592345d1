"""Mends the change capture and says what it found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integration import capture
from integration.services import changes


class Command(BaseCommand):
    help = "Repairs the change capture, notes what bypassed it, and reports."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        mended = capture.install()
        for line in mended:
            self.stdout.write(f"mended: {line}")
        for kind, count in capture.catch_up().items():
            if count:
                self.stdout.write(f"noted: {count} × {kind} that no trigger had seen")
        for connection_id, count in changes.audit_all().items():
            if count:
                self.stdout.write(
                    f"connection {connection_id}: {count} records had changed unseen; they are synced next"
                )
        self.stdout.write("Every change is captured.")
