"""Every refusal that a person or a program can meet, by kind.

Services raise them; kernel/api.py and the pages shape them.
The message is a whole sentence for the person who acts: what was wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something the domain does not allow. `message` is shown as it is; `code` is stable, for programs."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Refused(DomainError):
    """The input is not acceptable. `fields` names each field at fault and what is wrong with it."""

    code = "invalid"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        super().__init__(message, code=code)
        self.fields: dict[str, list[str]] = {name: list(found) for name, found in (fields or {}).items()}


class NotPermitted(DomainError):
    """The person may see the thing, but may not do this with it."""

    code = "not_permitted"


class NotFound(DomainError):
    """Absent, or not the caller's to know of: both answer alike."""

    code = "not_found"


class TransitionRefused(DomainError):
    """The record's state does not allow this move. `legal` lists the moves that it does allow."""

    code = "transition_refused"

    def __init__(self, message: str, *, state: str, verb: str, legal: Sequence[str]) -> None:
        super().__init__(message)
        self.state = state
        self.verb = verb
        self.legal = list(legal)


class Conflict(DomainError):
    """Somebody else changed the thing in between, or it clashes with another one."""

    code = "conflict"


class Retryable(DomainError):
    """It failed for a reason that passes by itself. `after` is how many seconds to wait before trying again."""

    code = "retry"

    def __init__(self, message: str, *, code: str | None = None, after: int = 5) -> None:
        super().__init__(message, code=code)
        self.after = after


class Misconfigured(DomainError):
    """The installation, not the input, is at fault; an administrator has to mend it."""

    code = "misconfigured"
