"""What the container's health check asks."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from finsuite.ask_health import ask


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False), (400, False)])
def test_it_asks_as_the_host_the_site_answers_to(status: int, well: bool) -> None:
    asked: list[tuple[str, str]] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Host"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert ask(str(server.server_port), "finsuite.example") is well
        thread.join()
    assert asked == [("/healthz", "finsuite.example")]


def test_a_site_that_does_not_answer_is_not_well() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert ask(str(taken.getsockname()[1]), "finsuite.example") is False
