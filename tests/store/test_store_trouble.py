"""What goes wrong with a store never reaches a run, and is named."""

from __future__ import annotations

import asyncio
import functools
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import scenario
from scenario import store
from scenario._observers import observe_runs
from scenario.errors import ConfigError, NotAvailableError
from scenario.store.door import Door
from scenario.store.sink import reader_for, sink_for
from scenario.store.writer import Writer
from scenario.testing import FakeClock, ScriptedAgent
from store.stories import Story, story


def tell(sink: store.StoreSink, *stories: Story) -> None:
    for told in stories:
        for fact in told.facts:
            sink.receive(fact)


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "scenario"]


async def play(place: store.Place) -> scenario.ScenarioResult:
    with observe_runs(lambda: reader_for(place)):
        agents = [ScriptedAgent("hello")]
        script = [scenario.agent(), scenario.succeed()]
        return await scenario.run("greeting", "", agents, script=script, verbose=False)


async def test_a_run_is_stored_when_it_is_played(place):
    assert await play(place)
    sink_for(place).flush().result(10)

    with store.open_store(place) as opened:
        (row,) = store.runs(opened)
    assert (row.name, row.passed, row.messages, row.lost) == ("greeting", True, 1, 0)


async def test_two_readers_of_a_run_store_it_once(place):
    with observe_runs(lambda: reader_for(place)):
        await play(place)
    sink_for(place).close()

    with store.open_store(place) as opened:
        (row,) = store.runs(opened)
        kinds = [type(fact).__name__ for fact in store.run(opened, row.id).facts]
    assert kinds.count("Started") == kinds.count("MessageAdded") == kinds.count("Concluded") == 1


@pytest.mark.parametrize(
    "content", [b"this is no database at all, is it" * 100, b"SQLite format 3\0" + bytes(4096)]
)
async def test_a_file_that_is_no_database_is_left_alone_and_the_run_goes_on(place, caplog, content):
    place.path.write_bytes(content)

    assert await play(place)
    losses = sink_for(place).close()

    assert losses.lost == losses.facts > 0
    assert place.path.read_bytes() == content
    (warning,) = warnings_in(caplog)
    assert str(place.path) in warning
    assert "not stored" in warning


async def test_a_folder_that_cannot_be_made_is_named_and_the_run_goes_on(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    place = store.FilePlace(tmp_path / "file" / "runs.db")

    assert await play(place)
    assert sink_for(place).close()

    assert "file" in warnings_in(caplog)[0]


async def test_an_sqlite_that_is_too_old_is_named_and_the_run_goes_on(place, caplog, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 22, 0))

    assert await play(place)
    assert sink_for(place).close()

    assert "needs SQLite 3.25 or newer" in warnings_in(caplog)[0]
    assert not place.path.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_is_read_only_is_named_and_the_run_goes_on(tmp_path):
    tmp_path.chmod(0o555)
    code = PROGRAM.replace("tell(1)", "import os, scenario.store.open\nos.setuid(65534)\ntell(1)")
    losses = run_program(code, tmp_path / "runs.db")

    assert "were not stored" in losses
    assert "runs.db" in losses


PROGRAM = """
import sys, pathlib
from store.stories import story
from scenario import store
sink = store.StoreSink(store.FilePlace(pathlib.Path(sys.argv[1])))
def tell(number):
    for fact in story(number).facts:
        sink.receive(fact)
    sink.flush().result(20)
tell(1)
print(sink.close())
"""


def run_program(code: str, path: Path) -> str:
    root = Path(__file__).parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{root}:{root.parent / 'src'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_when_the_disk_is_full_the_loss_is_named_and_what_was_stored_stays(place):
    """The limit of a file's size does to a file what a full disk does."""
    code = f"""
import resource, signal
{PROGRAM.replace("print(sink.close())", "")}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = pathlib.Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20_000, resource.RLIM_INFINITY))
for number in range(2, 30):
    tell(number)
lost = sink.losses()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
tell(50)
print(sink.close())
"""
    told = run_program(code, place.path)

    assert f"The store {place.path} did not get everything" in told
    with store.open_store(place) as opened:
        rows = {row.id: row for row in store.runs(opened)}
        assert opened.reading().__enter__().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert rows["scenariorun_1"].lost == rows["scenariorun_50"].lost == 0
    incomplete = [row for row in rows.values() if row.lost]
    assert incomplete, "a run whose facts were lost says so when it can be written again"
    assert f"{sum(row.lost for row in incomplete)} of" in told


def test_a_locked_file_is_waited_for(place):
    with store.open_store(place, create=True):
        pass
    other = sqlite3.connect(place.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    sink = store.StoreSink(place)
    tell(sink, story())
    done = sink.flush()
    assert not done.done()
    other.execute("COMMIT")
    done.result(10)
    other.close()

    assert not sink.close()


def test_a_file_that_stays_locked_loses_facts_and_names_it_once(place, caplog):
    with store.open_store(place, create=True):
        pass
    other = sqlite3.connect(place.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    clock = FakeClock(1_000_000)
    door = functools.partial(Door, now=clock.now, patience=0.05)
    sink = store.StoreSink(place, Writer(place, make_door=door))
    tell(sink, story(1))
    sink.flush().result(10)
    other.close()
    clock.advance(2)  # a store that could not be opened is not tried again at once
    tell(sink, story(2))
    losses = sink.close()

    assert "locked" in str(losses)
    assert (losses.lost, losses.incomplete, losses.runs) == (len(story(1).facts), 1, 2)
    assert len(warnings_in(caplog)) == 1
    with store.open_store(place) as opened:
        rows = {row.id: (row.lost, row.messages) for row in store.runs(opened)}
    assert rows == {"scenariorun_1": (losses.lost, 2), "scenariorun_2": (0, 2)}


class Slow(Door):
    """A way in that waits until it is told."""

    entered = threading.Event()
    go = threading.Event()

    def write(self, prepared):
        Slow.entered.set()
        assert Slow.go.wait(20)
        return super().write(prepared)


def test_a_full_queue_is_waited_for_once_and_then_loses_facts(place):
    Slow.go.clear()
    Slow.entered.clear()
    writer = Writer(place, capacity=3, patience=0.02, make_door=Slow)
    sink = store.StoreSink(place, writer)
    told = Story()
    sink.receive(told.facts[0])
    assert Slow.entered.wait(10)
    for number in range(10):
        sink.receive(told.says(f"{number}").facts[-1])
    Slow.go.set()
    losses = sink.close()

    assert (losses.lost, losses.facts) == (7, 11)
    assert "in time" in str(losses)


async def test_who_plays_much_waits_for_a_store_that_is_behind(place):
    Slow.go.clear()
    Slow.entered.clear()
    sink = store.StoreSink(place, Writer(place, capacity=4, make_door=Slow))
    told = Story()
    sink.receive(told.facts[0])
    assert Slow.entered.wait(10)
    await sink.keep_up()  # nothing waits behind the fact that is being written
    sink.receive(told.says("a").facts[-1])
    sink.receive(told.says("b").facts[-1])
    waiting = asyncio.ensure_future(sink.keep_up())
    await asyncio.sleep(0)
    assert not waiting.done()

    Slow.go.set()
    await asyncio.wait_for(waiting, 20)

    assert sink.close().lost == 0


class Faulty(Door):
    """A way in with a mistake of its own."""

    def write(self, prepared):
        if prepared.told and prepared.told[0][0].run_id == "scenariorun_1":
            raise ZeroDivisionError("a mistake")
        return super().write(prepared)


def test_a_mistake_of_our_own_does_not_end_the_writer(place, caplog):
    sink = store.StoreSink(place, Writer(place, make_door=Faulty))
    tell(sink, story(1))
    sink.flush().result(10)
    tell(sink, story(2))
    losses = sink.close()

    assert (losses.lost, losses.incomplete) == (len(story(1).facts), 1)
    assert "a mistake" in caplog.text
    with store.open_store(place) as opened:
        assert [row.id for row in store.runs(opened)] == ["scenariorun_2"]


def test_a_sink_that_is_closed_says_so_of_what_comes_later(place):
    sink = store.StoreSink(place)
    tell(sink, story())
    assert not sink.close()
    tell(sink, story(2))

    assert "closed" in str(sink.close())


def test_a_sink_that_got_nothing_makes_nothing(place):
    assert not store.StoreSink(place).close()

    assert list(place.path.parent.iterdir()) == []


def test_a_store_that_is_not_there_is_not_made_for_a_reader(place):
    with pytest.raises(ConfigError, match=r"There is no store at .*SCENARIO_STORE=PATH"):
        store.open_store(place)

    assert not place.path.exists()


def test_a_server_that_is_not_there_is_an_error_that_names_it_without_its_password():
    place = store.place_of("postgresql://me:planted-password@127.0.0.1:1/runs?sslmode=disable")

    with pytest.raises((ConfigError, NotAvailableError)) as caught:
        store.open_store(place)

    assert "postgresql://127.0.0.1:1/runs" in str(caught.value)
    assert "planted-password" not in str(caught.value) + repr(place)
