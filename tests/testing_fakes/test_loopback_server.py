"""A loopback server answers what its function says, to many at once, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading

import pytest

from scenario.testing import Answer, Delayed, HangUp, LoopbackServer, Streamed


@pytest.fixture
def serve():
    servers = []

    def start(answer, **options):
        servers.append(LoopbackServer(answer, **options).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def ask(server, method="POST", path="/", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def test_data_is_answered_as_json(serve):
    status, headers, body = ask(serve(lambda request: {"a": 1}))

    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", {"a": 1})


def test_text_is_answered_as_text(serve):
    _, headers, body = ask(serve(lambda request: "grüße"))

    assert (headers["content-type"], body) == ("text/plain; charset=utf-8", "grüße")


def test_an_answer_has_its_status_and_headers(serve):
    status, headers, body = ask(serve(lambda request: Answer("{oops", 418, {"X-Kind": "pot"})))

    assert (status, headers["x-kind"], body) == (418, "pot", "{oops")


def test_an_asynchronous_function_is_awaited(serve):
    async def answer(request):
        await asyncio.sleep(0)
        return "later"

    assert ask(serve(answer))[2] == "later"


def test_a_request_is_kept_with_all_it_brought(serve):
    server = serve(lambda request: "ok")
    ask(server, "PUT", "/a%20b?x=1&y=", json.dumps({"m": 1}), {"X-Token": "t"})

    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("PUT", "/a b", {"x": "1"})
    assert (request.headers["x-token"], request.body, request.raw) == ("t", {"m": 1}, b'{"m": 1}')
    assert request.at > 1_600_000_000


def test_a_chunked_request_is_read(serve):
    server = serve(lambda request: "ok")
    ask(server, body=iter([b"one ", b"two"]))

    assert server.requests[0].body == "one two"


def test_a_connection_is_used_again(serve):
    server = serve(lambda request: "ok")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/")
        connection.getresponse().read()
    connection.close()

    assert (len(server.requests), server.connections) == (3, 1)


def test_it_closes_when_it_is_asked_to(serve):
    server = serve(lambda request: "ok")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(4096), b""))

    assert received.endswith(b"ok")


def test_what_is_no_request_is_refused(serve):
    server = serve(lambda request: "ok")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"hello\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(4096), b""))

    assert b"400 Bad Request" in received
    assert b"this is no request: 'hello'" in received


def test_a_hang_up_closes_without_an_answer(serve):
    with pytest.raises(http.client.RemoteDisconnected):
        ask(serve(lambda request: HangUp()))


def test_pieces_are_sent_one_by_one(serve):
    _, headers, body = ask(serve(lambda request: Streamed([b"a", "b", {"c": 1}], "text/plain")))

    assert (headers["transfer-encoding"], headers["content-type"], body) == (
        "chunked",
        "text/plain",
        'ab{"c": 1}\n',
    )


def test_events_are_server_sent_events(serve):
    _, headers, body = ask(serve(lambda request: Streamed.events({"a": 1}, "[DONE]")))

    assert (headers["content-type"], body) == ("text/event-stream", 'data: {"a": 1}\n\ndata: [DONE]\n\n')


def test_a_broken_stream_ends_in_the_middle(serve):
    with pytest.raises(http.client.IncompleteRead):
        ask(serve(lambda request: Streamed.events("a", breaks=True)))


def test_a_delayed_answer_waits_for_its_event(serve):
    event = threading.Event()
    server = serve(lambda request: Delayed("late", event))
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask(server)[2]))
    asking.start()
    server.wait_for_requests(1)

    assert answers == []
    event.set()
    asking.join(10)
    assert answers == ["late"]


def test_a_delay_may_be_seconds(serve):
    assert ask(serve(lambda request: Delayed("soon", 0.001)))[2] == "soon"


def test_what_the_function_raises_is_shown(serve):
    def answer(request):
        raise KeyError("order")

    status, _, body = ask(serve(answer))

    assert (status, body) == (500, "KeyError: 'order'")


def test_what_json_cannot_hold_is_shown(serve):
    status, _, body = ask(serve(lambda request: {"a": object()}))

    assert status == 500
    assert "not JSON serializable" in body


def test_many_connections_are_served_at_once(serve):
    release = threading.Event()
    server = serve(lambda request: Delayed("ok", release))

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        head = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return head

    async def all_of_them():
        asking = [asyncio.create_task(one()) for _ in range(300)]
        await asyncio.to_thread(server.wait_for_requests, 300)
        release.set()
        return await asyncio.gather(*asking)

    heads = asyncio.run(all_of_them())

    assert set(heads) == {b"HTTP/1.1 200 OK\r\n"}
    assert (server.most_at_once, server.connections) == (300, 300)


def test_only_so_many_requests_are_kept(serve):
    server = serve(lambda request: "ok", keep=2)
    for path in ("/1", "/2", "/3"):
        ask(server, path=path)

    assert [request.path for request in server.requests] == ["/2", "/3"]
    assert server.wait_for_requests(3)


def test_requests_that_do_not_come_are_named(serve):
    with pytest.raises(TimeoutError, match="0 of 1 requests came"):
        serve(lambda request: "ok").wait_for_requests(1, timeout=0.01)


def test_stopping_drops_what_is_open_and_ends_the_thread():
    never = threading.Event()
    server = LoopbackServer(lambda request: Delayed("never", never)).start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        server.wait_for_requests(1)
        server.stop()
        assert connection.recv(10) == b""

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("scenario-loopback")]
    server.stop()


def test_it_stops_right_after_it_started():
    for _ in range(20):
        LoopbackServer(lambda request: "ok").start().stop()


def test_it_does_not_start_twice(serve):
    server = serve(lambda request: "ok")

    with pytest.raises(RuntimeError, match="has been started already"):
        server.start()


def test_a_taken_port_is_an_error_at_once(serve):
    server = serve(lambda request: "ok")

    with pytest.raises(OSError, match="in use"):
        LoopbackServer(lambda request: "ok", port=server.port).start()
