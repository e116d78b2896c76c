"""What the tests of tracing share: a provider whose spans can be looked at, and a model's server on loopback."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Traces:
    def __init__(self, **options):
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider(**options)
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = self.provider.get_tracer("tests")

    @property
    def all(self):
        return self._exporter.get_finished_spans()

    def named(self, name):
        return [span for span in self.all if span.name == name]


class Requests(BaseHTTPRequestHandler):
    """Keeps what is posted, and answers as the server's `answer` says: a status, a type of content, and a body."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.received.append((self.path, dict(self.headers), body))
        status, kind, answer = self.server.answer(self.path, body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format, *args):
        pass


@contextmanager
def serving(answer):
    """A server on loopback, with its `address`, and what it `received`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    server.answer, server.received = answer, []
    server.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_json(value, status=200):
    return status, "application/json", json.dumps(value).encode()


def as_stream(*chunks):
    lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
    return 200, "text/event-stream", ("".join(lines) + "data: [DONE]\n\n").encode()
