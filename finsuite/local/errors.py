"""Why something could not be started, said in one sentence."""


class CannotStart(Exception):
    """A server cannot be started here; the message is one sentence for the person at the terminal."""
