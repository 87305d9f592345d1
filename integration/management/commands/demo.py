"""`manage.py demo`: sample organizations to try finsuite with; `--wipe` takes them away again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integration.demo import build


class Command(BaseCommand):
    help = "Makes the demo organizations and their four sign-ins, or deletes them with --wipe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wipe", action="store_true", help="delete the demo's people, organizations and records")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["wipe"]:
            build.wipe()
            self.stdout.write("The demo is gone.")
            return
        if build.is_built():
            self.stdout.write("The demo is there already.")
            return
        build.build()
        self.stdout.write(f"The demo is there. Sign in as {build.ADMIN} with {settings.DEMO_PASSWORD}.")
