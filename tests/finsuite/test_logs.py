"""What a log holds, and what it never does."""

import json
import subprocess
import sys

import pytest
import structlog
from django.test import Client

from finsuite.logs import HIDDEN, hide


@pytest.mark.parametrize(
    "name",
    ["password", "PASSWORD1", "zsc_key", "api_key", "token", "Authorization", "sessionid_cookie", "csrfmiddlewaretoken",
     "SECRET_KEY", "client_secret", "DSN"],
)  # fmt: skip
def test_a_value_with_a_secret_name_is_hidden(name: str) -> None:
    assert hide({"event": "x", "data": {name: "s3cret"}}) == {"event": "x", "data": {name: HIDDEN}}


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("postgresql://finsuite:s3cret@db/finsuite", f"postgresql://finsuite:{HIDDEN}@db/finsuite"),
        ("redis://:s3cret@valkey:6379/0", f"redis://:{HIDDEN}@valkey:6379/0"),
        ("Authorization: Bearer abcdefgh12345678", f"Authorization: Bearer {HIDDEN}"),
        ("a sentence about a Token and a key", "a sentence about a Token and a key"),
        ("unix:///data/valkey.sock", "unix:///data/valkey.sock"),
    ],
)
def test_a_secret_within_a_text_is_hidden(text: str, logged: str) -> None:
    assert hide([text, (text,)]) == [logged, (logged,)]


PROGRAM = """
import logging, structlog
from finsuite.logs import configure, logging_settings
configure(logging_settings(level="INFO", renderer="json"))
structlog.get_logger("a").info("sync.done", run=7, token="s3cret", url="redis://:s3cret@v/0")
logging.getLogger("b").warning("cannot reach %s", "amqp://u:s3cret@h")
try:
    raise ValueError("no answer from redis://:s3cret@v/0")
except ValueError:
    logging.getLogger("c").exception("failed")
"""


def test_lines_of_ours_and_of_libraries_are_json_without_secrets() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    ours, theirs, failure = (json.loads(line) for line in done.stderr.strip().splitlines())
    assert (ours["event"], ours["run"], ours["level"], ours["logger"]) == ("sync.done", 7, "info", "a")
    assert (ours["token"], ours["url"]) == (HIDDEN, f"redis://:{HIDDEN}@v/0")
    assert theirs["event"] == f"cannot reach amqp://u:{HIDDEN}@h"
    assert failure["exception"].endswith(f"ValueError: no answer from redis://:{HIDDEN}@v/0")
    assert "s3cret" not in done.stderr


@pytest.mark.django_db
def test_each_answer_carries_the_id_of_its_log_lines(client: Client) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert structlog.contextvars.get_contextvars() == {}
