"""The one loop on which models are called."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import textwrap
import threading

import pytest

from scenario._models.io_loop import IoLoop, io_loop
from scenario.models import language_model
from scenario.testing import Delayed

colour = contextvars.ContextVar("colour", default="none")


async def where():
    return threading.current_thread().name, colour.get()


async def test_work_runs_elsewhere_with_the_callers_variables():
    colour.set("green")
    assert await io_loop().run(where()) == ("scenario-io", "green")


async def test_what_the_work_sets_stays_there():
    async def paint():
        colour.set("red")

    await io_loop().run(paint())
    assert colour.get() == "none"


async def test_errors_arrive_as_they_are():
    async def fail():
        raise KeyError("x")

    with pytest.raises(KeyError):
        await io_loop().run(fail())


async def test_work_may_call_the_loop_it_runs_on():
    async def outer():
        return await io_loop().run(where())

    assert (await io_loop().run(outer()))[0] == "scenario-io"


async def test_cancelling_the_caller_cancels_the_work():
    begun, ended = threading.Event(), threading.Event()

    async def wait():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    caller = asyncio.ensure_future(io_loop().run(wait()))
    assert await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await asyncio.to_thread(ended.wait, 10)


async def test_work_that_is_cancelled_before_it_began_never_begins():
    async def begin():
        raise AssertionError("it began")

    holds = threading.Event()
    io_loop()._started().call_soon_threadsafe(holds.wait, 10)
    caller = asyncio.ensure_future(io_loop().run(begin()))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    holds.set()
    assert (await io_loop().run(where()))[0] == "scenario-io"


def test_a_caller_whose_loop_has_closed_is_missed_by_nobody():
    go = threading.Event()

    async def late():
        await asyncio.get_running_loop().run_in_executor(None, go.wait, 10)

    async def leave():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(io_loop().run(late()), 0.01)

    asyncio.run(leave())
    go.set()
    assert asyncio.run(io_loop().run(where()))[0] == "scenario-io"


def test_two_loops_in_two_threads_share_the_connections(server, asked):
    model = language_model("openai/m", api_base=server.base_url)

    def play():
        async def several():
            for _ in range(3):
                await model.complete(asked)

        asyncio.run(several())

    play()
    threads = [threading.Thread(target=play) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 9
    assert server.connections <= 2


def run(code, *arguments):
    """What a process of its own prints; nothing may be printed beside it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.split()


def test_nothing_is_loaded_or_started_before_the_first_call():
    code = """
        import sys, threading
        import scenario.models
        from scenario._models.player_model import player_model
        model = player_model("Judge", "openai/gpt-4.1-mini", api_key="planted-0123456789")
        heavy = {"openai", "httpx", "httpx2", "litellm", "opentelemetry.sdk"} & set(sys.modules)
        print(threading.active_count(), sorted(heavy))
    """
    assert run(code) == ["1", "[]"]


CALL = """
    import asyncio, os, sys, threading
    from scenario.models import ModelRequest, language_model
    model = language_model("openai/m", api_base=sys.argv[1])
    asked = ModelRequest([{"role": "user", "content": "hi"}])
    def call():
        return asyncio.run(model.complete(asked)).content
"""


def test_a_process_ends_quietly(server):
    assert run(f"{CALL}\n    print(call())", server.base_url) == ["hello"]


def test_a_process_ends_quietly_while_a_call_is_under_way(server):
    server.reply_with(default=Delayed("late", threading.Event()))
    code = f"""{CALL}
    threading.Thread(target=call, daemon=True).start()
    input()
    print("leaving")
    """
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), server.base_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    server.wait_for_requests(1, timeout=50)
    assert child.communicate("go\n", timeout=50) == ("leaving\n", "")
    assert child.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_forked_child_has_a_loop_of_its_own(server):
    code = f"""{CALL}
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # newer versions warn of forks beside threads
    print(call(), flush=True)
    child = os.fork()
    if not child:
        print(call(), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    print(call())
    """
    assert run(code, server.base_url) == ["hello"] * 3
    assert server.connections == 2, "the parent's connection is its own, and still good"


def begun(own):
    """A loop of one's own, as at the start of a process."""
    assert asyncio.run(own.run(where()))[0] == "scenario-io"
    (thread,) = [each for each in threading.enumerate() if each.ident == own._loop._thread_id]
    return own._loop, thread


def test_leaving_cancels_what_is_under_way_closes_what_is_open_and_ends_the_thread():
    own, told, under_way = IoLoop(), [], threading.Event()

    async def wait():
        under_way.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cancelled")

    async def close():
        told.append("closed")

    loop, thread = begun(own)
    own.at_close(close)
    loop.call_soon_threadsafe(loop.create_task, wait())
    assert under_way.wait(10)
    own._stop(loop, thread)
    assert told == ["cancelled", "closed"]
    assert loop.is_closed()
    assert not thread.is_alive()
    own._stop(loop, thread)  # a second time does nothing


def test_what_a_parent_began_is_left_alone():
    own = IoLoop()
    loop, thread = begun(own)
    own.forget()
    own._stop(loop, thread)
    assert thread.is_alive()
    other, _ = begun(own)
    assert other is not loop
    own._stop(other, _)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
