"""The reporter and its process: silence without a key, the end of the interpreter, children."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from events.recording_server import Reply

PLAY = """
import asyncio, sys, threading
import scenario
from scenario.testing import ScriptedAgent

def executor(name):
    script = [scenario.agent(), scenario.succeed()]
    return scenario.ScenarioExecutor(name, "", [ScriptedAgent("hi")], script=script, verbose=False)

def play(name):
    return asyncio.run(scenario.run(name, "", [ScriptedAgent("hi")],
                       script=[scenario.agent(), scenario.succeed()], verbose=False))
"""


def run(code, *, timeout=30):
    done = subprocess.run(
        [sys.executable, "-c", PLAY + code], capture_output=True, text=True, check=False, timeout=timeout
    )
    assert done.returncode == 0, done.stderr
    return done


def test_b35_without_a_key_nothing_is_started_or_loaded():
    run("""
assert play("quiet")
assert "httpx2" not in sys.modules
names = [thread.name for thread in threading.enumerate()]
assert not [name for name in names if name.startswith("scenario-outbox")], names
""")


def test_the_endpoint_alone_starts_nothing(serve, monkeypatch):
    server = serve()
    monkeypatch.delenv("LANGWATCH_API_KEY")
    run("""
assert play("quiet")
assert "httpx2" not in sys.modules
""")
    assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_waits_at_the_end_of_a_process_is_delivered(serve, monkeypatch, host):
    """The run is not waited for; a name is looked up when no thread can be started any more."""
    server = serve()
    monkeypatch.setenv("LANGWATCH_ENDPOINT", server.url.replace("127.0.0.1", host))
    done = run("""
asyncio.run(executor("at the end").run())
""")
    assert (server.types()[0], server.types()[-1]) == ("STARTED", "FINISHED")
    assert done.stderr == ""


def test_a_server_that_does_not_answer_holds_up_the_end_for_a_while_only(serve):
    release = threading.Event()
    serve(lambda n, request: Reply(until=release))
    done = run("""
import atexit, time
from scenario._events.process import outboxes
asyncio.run(executor("stuck").run())
atexit.unregister(outboxes.close)  # which would wait for 5 seconds
atexit.register(outboxes.close, 0.2)
""")
    release.set()
    assert done.stderr == "`127.0.0.1` did not get everything: 5 not delivered in time.\n"


def test_a_loss_that_was_named_is_not_named_again_at_the_end(serve, monkeypatch):
    serve(lambda n, request: Reply(400))
    done = run("""play("refused")""")
    assert done.stderr.count("did not get everything") == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_process_reports_its_runs_and_the_parent_its_own(serve):
    server = serve()
    run("""
import os
play("before")
shared = executor("shared")
child = os.fork()
if child == 0:
    try:
        play("child")
        asyncio.run(shared.run())
        asyncio.run(shared.event_bus.drained())
        assert shared.event_bus.is_completed()
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)
assert os.waitpid(child, 0)[1] == 0
play("after")
""")
    for name in ("before", "child", "shared", "after"):
        types = [request.type for request in server.requests if request.body["scenarioId"] == name]
        assert (types[0], types[-1]) == ("STARTED", "FINISHED"), name
        assert types.count("FINISHED") == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_what_waits_when_a_child_is_made_is_the_parents_to_deliver(serve):
    release = threading.Event()
    server = serve(lambda n, request: Reply(until=release if request.body["scenarioId"] == "waits" else None))
    threading.Thread(target=lambda: (server.wait_for(5), release.set()), daemon=True).start()
    run("""
import os
waits = executor("waits")
asyncio.run(waits.run())
child = os.fork()
if child == 0:
    try:
        assert waits.event_bus.drain(20) == []  # nothing of it is here
        play("child")
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)
assert os.waitpid(child, 0)[1] == 0
assert waits.event_bus.drain(20) == []
""")
    types = [request.type for request in server.requests if request.body["scenarioId"] == "waits"]
    assert types.count("STARTED") == types.count("FINISHED") == 1
