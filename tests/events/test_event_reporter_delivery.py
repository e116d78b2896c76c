"""How the reporter delivers: in order, again when it may help, and never at the cost of a run."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time

import pytest

import scenario
from events.recording_server import RecordingServer, Reply
from events.test_event_reporter_form import started
from scenario._events import EventReporter, ScenarioEventBus
from scenario._events.event_reporter import _HttpCarrier, _warn_of_no_key
from scenario._events.outbox import Outbox
from scenario._events.process import outboxes
from scenario._events.sender import pause, retry_after_of
from scenario._utils.ids import generate_id
from support import agent, executor, user

SPEAK = [scenario.user("a"), scenario.agent(), scenario.succeed()]
WHOLE = ["STARTED", *["MESSAGE_SNAPSHOT"] * 5, "FINISHED"]


async def speak(name="n"):
    return await scenario.arun(name, "d", [user(), agent()], script=SPEAK)


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.mark.parametrize("run", [scenario.run, scenario.arun])
async def test_everything_has_arrived_in_order_when_a_run_returns(serve, run):
    server = serve()
    await run("n", "d", [user(), agent()], script=SPEAK)
    assert server.types() == WHOLE


async def test_everything_has_arrived_also_after_a_failure(serve):
    server = serve()
    with pytest.raises(RuntimeError):
        await scenario.arun("n", "d", [agent(ValueError("x"))], script=[scenario.agent()])
    assert server.types() == ["STARTED", "FINISHED"]
    assert server.requests[-1].body["status"] == "ERROR"


async def test_b35_events_cost_no_tenth_of_a_second_each(serve):
    serve()
    await speak()  # the first run loads the client
    script = [*(scenario.user(str(n)) for n in range(20)), scenario.succeed()]
    began = time.monotonic()
    await scenario.arun("n", "d", [user()], script=script)
    assert time.monotonic() - began < 2, "the reference takes 4 s for 43 events"


@pytest.mark.parametrize("status", [500, 503, 408, 429])
async def test_b36_what_may_pass_is_sent_again(serve, status, caplog):
    server = serve(lambda n, request: Reply(status) if n < 2 else Reply())
    assert await speak()
    assert server.types() == ["STARTED", "STARTED", *WHOLE]
    assert len({str(request.body) for request in server.requests[:3]}) == 1
    assert caplog.records == []


async def test_b36_an_event_is_given_up_after_three_retries(serve, caplog):
    server = serve(lambda n, request: Reply(500) if request.type == "STARTED" else Reply())
    assert await speak()
    assert server.types() == [*["STARTED"] * 3, *WHOLE]
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        "`127.0.0.1` did not get everything: 1 failed (last error: "
        "SCENARIO_RUN_STARTED: 127.0.0.1 answered 500). The run's result stands."
    )


async def test_b36_a_bus_says_how_often_to_try_again(serve):
    server = serve(lambda n, request: Reply(500) if request.type == "STARTED" else Reply())
    bus = ScenarioEventBus(max_retries=0)
    await executor([agent()], [scenario.succeed()], event_bus=bus).run()
    await bus.drained()
    assert server.types() == ["STARTED", "MESSAGE_SNAPSHOT", "FINISHED"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_b36_what_the_server_refuses_is_not_sent_again(serve, status, caplog):
    server = serve(lambda n, request: Reply(status))
    assert await speak()
    assert server.types() == WHOLE
    (record,) = caplog.records
    advice = "; check LANGWATCH_API_KEY" if status in {401, 403} else ""
    assert f"7 failed (last error: SCENARIO_RUN_FINISHED: 127.0.0.1 answered {status}{advice})" in (
        record.getMessage()
    )


async def test_a_connection_that_breaks_is_tried_again(serve, caplog):
    server = serve(lambda n, request: Reply(hang_up=True) if n in {0, 3} else Reply())
    assert await speak()
    assert server.types() == ["STARTED", *WHOLE[:2], "MESSAGE_SNAPSHOT", *WHOLE[2:]]
    assert caplog.records == []


async def test_a_connection_that_was_closed_between_runs_is_made_anew(serve):
    server = serve(lambda n, request: Reply(headers=(("Connection", "close"),)))
    await speak()
    await speak()
    assert server.types() == WHOLE * 2


async def test_retry_after_is_honoured(serve):
    server = serve(lambda n, request: Reply(429, headers=(("Retry-After", "0"),)) if n < 3 else Reply())
    assert await speak()
    assert server.types() == [*["STARTED"] * 3, *WHOLE]


def test_pauses_grow_and_are_bounded_whatever_a_server_asks_for():
    assert [pause(n, None) for n in range(4)] == [0.1, 0.2, 0.4, 0.8]
    assert (pause(0, 3.0), pause(0, 3600.0), pause(20, None)) == (3.0, 10.0, 10.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text, seconds):
    assert retry_after_of({"Retry-After": text}, now=10.0) == seconds


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_followed_with_method_body_and_key(serve, status):
    def reply(n, request):
        moved = (("Location", "/moved/here"),)
        return Reply(status, headers=moved) if request.path != "/moved/here" else Reply()

    server = serve(reply)
    await speak()
    moved = [request for request in server.requests if request.path == "/moved/here"]
    assert [request.type for request in moved] == WHOLE
    assert {request.headers["Authorization"] for request in moved} == {"Bearer sk-planted"}


async def test_the_key_does_not_follow_a_redirect_to_another_server(serve):
    with RecordingServer() as other:
        serve(lambda n, request: Reply(307, headers=(("Location", f"{other.url}/x"),)))
        await speak()
        assert other.types() == WHOLE
        for request in other.requests:
            assert "sk-planted" not in str(request.headers)


async def test_redirects_that_do_not_end_are_refused(serve, caplog):
    serve(lambda n, request: Reply(307, headers=(("Location", "/again"),)))
    assert await speak()
    assert "redirects again and again" in caplog.text


async def test_b37_newer_snapshots_take_the_place_of_those_that_wait(serve):
    """Where every answer takes seconds, a conversation costs three of them, not eighty-two."""
    release = threading.Event()
    server = serve(lambda n, request: Reply(until=release))
    reporter = EventReporter()
    reporter._outbox = Outbox("x", lambda: _HttpCarrier(reporter._sender), patience=0.0)
    bus = ScenarioEventBus(reporter)
    await executor([user(), agent()], max_turns=40, event_bus=bus).run()
    release.set()
    assert await bus.drained(20) == []
    assert server.types() == ["STARTED", "MESSAGE_SNAPSHOT", "FINISHED"]
    assert len(server.requests[1].body["messages"]) == 80


async def test_b37_a_server_that_does_not_answer_delays_a_run_by_the_bound_and_no_longer(serve, caplog):
    release = threading.Event()
    server = serve(lambda n, request: Reply(until=release))
    bus = ScenarioEventBus(drain_timeout=0.05)
    began = time.monotonic()
    result = await executor([user(), agent()], SPEAK, event_bus=bus).run()
    (trouble,) = await bus.drained()
    assert result.success
    assert time.monotonic() - began < 2
    assert trouble.waiting == 7
    assert "7 not delivered in time" in caplog.text
    release.set()
    assert await bus.drained(20) == []
    assert server.types()[0] == "STARTED"
    assert server.types()[-1] == "FINISHED"


async def test_b37_a_dead_endpoint_costs_its_retries_once(monkeypatch, caplog):
    monkeypatch.setenv("LANGWATCH_ENDPOINT", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("LANGWATCH_API_KEY", "sk-planted")
    began = time.monotonic()
    results = [await speak() for _ in range(10)]
    assert all(results)
    assert time.monotonic() - began < 5, "0.7 s for the first event, and next to nothing for the other 69"
    assert len(caplog.records) == 10
    assert "7 failed (last error: SCENARIO_RUN_FINISHED: 127.0.0.1 could not be reached" in (
        caplog.records[-1].getMessage()
    )
    outboxes.close(patience=0)


async def test_a_server_that_comes_back_is_reported_to_again(serve):
    port = closed_port()
    reporter = EventReporter(f"http://127.0.0.1:{port}", "k")
    assert await reporter.post_event(started()) == {}
    server = serve()
    reporter._sender._url = server.url + "/api/scenario-events"
    assert await reporter.post_event(started()) == {}
    assert server.types() == ["STARTED"]


async def test_fifty_runs_at_once_are_reported_each_in_order(serve, untraced):
    server = serve()
    await asyncio.gather(*(scenario.run(f"n{n}", "d", [user(), agent()], script=SPEAK) for n in range(50)))
    runs = {request.body["scenarioRunId"] for request in server.requests}
    assert len(runs) == 50
    for run_id in runs:
        types = server.types(run_id)
        assert (types[0], types[-1]) == ("STARTED", "FINISHED")
        assert set(types[1:-1]) == {"MESSAGE_SNAPSHOT"}
        assert types.count("STARTED") == types.count("FINISHED") == 1
    assert server.most_under_way <= 8
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("scenario-outbox")]
    assert threads == ["scenario-outbox-127.0.0.1"]


async def test_no_more_than_eight_events_are_under_way_at_once(serve):
    release = threading.Event()
    server = serve(lambda n, request: Reply(until=release))
    bus = ScenarioEventBus()
    runs = [executor([], [scenario.succeed()], event_bus=bus, new_id=generate_id) for _ in range(12)]
    await asyncio.gather(*(each.run() for each in runs))
    await asyncio.to_thread(server.wait_for, 8)
    late = EventReporter(server.url, "another")  # its event comes after whatever else was sent by then
    posting = asyncio.create_task(late.post_event(started()))
    await asyncio.to_thread(server.wait_until, lambda: "another" in str(server.requests[-1].headers))
    assert len(server.requests) == 9
    release.set()
    await posting
    assert await bus.drained(20) == []


async def test_a_run_that_the_server_is_slow_for_holds_up_no_other(serve):
    release = threading.Event()
    server = serve(lambda n, request: Reply(until=release if request.body["scenarioId"] == "slow" else None))
    slow = asyncio.create_task(speak("slow"))
    await asyncio.to_thread(server.wait_for, 1)
    await speak("quick")
    assert not slow.done()
    release.set()
    await slow
    assert server.requests[-1].body["scenarioId"] == "slow"


async def test_nothing_is_sent_when_there_is_no_key(serve, monkeypatch, caplog):
    server = serve()
    monkeypatch.setenv("LANGWATCH_API_KEY", " ")
    await speak()
    assert server.requests == []
    assert caplog.records == []


async def test_a_reporter_without_a_key_says_so_once(caplog):
    _warn_of_no_key.cache_clear()
    bus = ScenarioEventBus(EventReporter())
    await executor([agent()], [scenario.succeed()], event_bus=bus).run()
    assert await EventReporter().post_event(started()) == {}
    (record,) = caplog.records
    assert record.getMessage() == (
        "An EventReporter has no key, so nothing is sent. Set LANGWATCH_API_KEY, or give it an api_key."
    )


async def test_a_key_is_in_no_log(serve, caplog, capsys):
    statuses = [201, 500, 401, 201, 429, 302]
    serve(lambda n, request: Reply(statuses[n % 6], hang_up=n % 7 == 6))
    caplog.set_level(logging.DEBUG)
    await speak()
    await EventReporter().post_event(started())
    text = caplog.text + str([record.args for record in caplog.records]) + "".join(capsys.readouterr())
    for part in ("sk-pla", "Bearer"):
        assert part not in text
    assert "hi there" not in text, "nor is the conversation"


async def test_an_event_of_ones_own_that_cannot_be_sent_is_logged_with_what_is_needed(serve, caplog):
    serve(lambda n, request: Reply(404))
    assert await EventReporter().post_event(started()) == {}
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (
        "ERROR",
        "Not delivered: SCENARIO_RUN_STARTED: 127.0.0.1 answered 404",
    )


class Overriding(EventReporter):
    def __init__(self, url):
        super().__init__(url, "k")
        self.types = []

    async def post_event(self, event):
        self.types.append(event.type_)
        return await super().post_event(event)


async def test_a_subclass_may_override_post_event(serve):
    server = serve()
    reporter = Overriding(server.url)
    bus = ScenarioEventBus(reporter)
    await executor([user(), agent()], SPEAK, event_bus=bus).run()
    await bus.drained()
    assert len(reporter.types) == 7
    assert server.types() == WHOLE


async def test_a_reporter_of_ones_own_is_called_on_one_loop():
    loops = []

    class Reporter:
        async def post_event(self, event):
            loops.append(asyncio.get_running_loop())

    bus = ScenarioEventBus(Reporter())
    await executor([user(), agent()], SPEAK, event_bus=bus).run()
    await bus.drained()
    assert len(loops) == 7
    assert len(set(loops)) == 1
    for thread in threading.enumerate():
        if thread.name == "scenario-outbox-Reporter":
            thread.join(4)
            assert not thread.is_alive(), "it ends with the last run"
