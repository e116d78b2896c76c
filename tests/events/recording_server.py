"""A server of the event protocol on loopback: it keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

TAKEN = json.dumps({"success": True})


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: Any

    @property
    def type(self) -> str:
        return self.body["type"].removeprefix("SCENARIO_").removeprefix("RUN_")


@dataclass(frozen=True)
class Reply:
    """How to answer. `hang_up` closes the connection without a word; `until` is waited for before."""

    status: int = 201
    body: str = TAKEN
    headers: tuple[tuple[str, str], ...] = ()
    hang_up: bool = False
    until: threading.Event | None = None


class RecordingServer:
    """Keeps requests in the order of their arrival; `reply` says how to answer the n-th, counted from 0."""

    def __init__(self, reply: Callable[[int, Request], Reply] = lambda n, request: Reply()) -> None:
        self.requests: list[Request] = []
        self.under_way = 0
        self.most_under_way = 0
        self.changed = threading.Condition()
        self._reply = reply
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def types(self, run_id: str | None = None) -> list[str]:
        return [r.type for r in self.requests if run_id in {None, r.body["scenarioRunId"]}]

    def wait_for(self, count: int) -> None:
        """Wait until this many requests have arrived."""
        self.wait_until(lambda: len(self.requests) >= count)

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait until requests have arrived of which this is true."""
        with self.changed:
            assert self.changed.wait_for(happened, 20), self.types()

    def take(self, request: Request) -> Reply:
        with self.changed:
            number = len(self.requests)
            self.requests.append(request)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            self.changed.notify_all()
        reply = self._reply(number, request)
        if reply.until is not None:
            reply.until.wait(20)
        with self.changed:
            self.under_way -= 1
            self.changed.notify_all()
        return reply


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """A client that went away is no news."""


def _handler(server: RecordingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.take(Request(self.path, dict(self.headers), body))
            if reply.hang_up:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            content = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
