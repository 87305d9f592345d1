"""Keeps servers running until told to stop, and then stops them all."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from finsuite.local.errors import CannotStart
from finsuite.local.processes import Process, Server, kill_session, last_lines, stop

LOOK_EVERY = 0.1
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
# A server that ends this often within this many seconds is not worth starting again.
CRASHES = 6
WITHIN = 120.0


@dataclass
class Kept:
    """A server that is kept running, and what happened to it."""

    server: Server
    process: Process
    crashes: list[float] = field(default_factory=list)
    start_again_at: float | None = None


@dataclass
class Supervisor:
    """Starts servers, starts those again that crash, and stops all, the last started first."""

    say: Callable[[str], None]
    groups: list[list[Kept]] = field(default_factory=list)
    is_told_to_stop: bool = False

    def tell_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal: end at once whatever is waited for.

        It is noted too, and raised by the next `heal`: what a handler raises is lost where Python was just calling back
        on its own, as it does around a fork.
        """
        self.is_told_to_stop = True
        raise KeyboardInterrupt

    def start(self, *servers: Server) -> None:
        """Start these together, and return when all of them answer."""
        group: list[Kept] = []
        self.groups.append(group)
        for server in servers:
            group.append(Kept(server, server.start()))  # noqa: PERF401 one that fails must not lose those before it
        for kept in group:
            kept.server.wait(kept.process)

    def run(self, server: Server) -> int:
        """Run something that ends by itself; returns its exit code. Meanwhile the others are kept running."""
        process = server.start()
        try:
            while process.poll() is None:
                self.heal()
                time.sleep(LOOK_EVERY / 2)
        finally:
            if process.poll() is None:
                stop([(server, process)])
        return process.returncode

    def keep(self) -> None:
        """Keep everything running; returns only by an exception."""
        while True:
            self.heal()
            time.sleep(LOOK_EVERY)

    def heal(self) -> None:
        """Start again what has ended; raise CannotStart for what keeps ending, KeyboardInterrupt when told to stop."""
        if self.is_told_to_stop:
            raise KeyboardInterrupt
        for group in self.groups:
            for kept in group:
                if kept.start_again_at is None:
                    if kept.process.poll() is not None:
                        self._note_crash(kept)
                elif time.monotonic() >= kept.start_again_at:
                    kept.process = kept.server.start()
                    kept.start_again_at = None
                    self.say(f"{kept.server.name} runs again (process {kept.process.pid}).")

    def stop(self) -> None:
        """Stop everything, the last started first; those started together stop together."""
        while self.groups:
            self.stop_last()

    def stop_last(self) -> None:
        """Stop those that were started together last."""
        stop([(kept.server, kept.process) for kept in self.groups.pop()])

    def _note_crash(self, kept: Kept) -> None:
        now = time.monotonic()
        kill_session(kept.process)
        kept.crashes = [*(moment for moment in kept.crashes if now - moment < WITHIN), now]
        ended = f"{kept.server.name} ended ({_how(kept.process)})"
        if len(kept.crashes) >= CRASHES:
            raise CannotStart(f"{ended} for the {CRASHES}th time in {WITHIN:.0f} s: {last_lines(kept.server.log)}")
        pause = min(FIRST_PAUSE * 2 ** (len(kept.crashes) - 1), LONGEST_PAUSE)
        kept.start_again_at = now + pause
        self.say(f"{ended}; starting it again in {pause:g} s. Its log: {kept.server.log}")


def _how(process: "subprocess.Popen[bytes]") -> str:
    code = process.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"
