"""The link to the runs: told once, and opened only when somebody asked for it."""

from __future__ import annotations

import json
import threading

import pytest

import scenario
from events.recording_server import Reply
from events.test_event_reporter_form import started
from scenario._events import ScenarioEventBus
from scenario._events.events import ScenarioMessageSnapshotEvent
from scenario._events.link import Links, links
from scenario.config import ScenarioConfig
from support import agent, executor

URL = {"setUrl": "https://host/set/"}


@pytest.fixture(autouse=True)
def nothing_told_yet():
    links.cache_clear()


class Told(Links):
    def __init__(self):
        self.lines: list[str] = []
        self.pages: list[str] = []
        self.opened = threading.Event()
        super().__init__(self.lines.append, self._keep)

    def _keep(self, page):
        self.pages.append(page)
        self.opened.set()


async def test_the_link_is_printed_once_for_all_runs(serve, monkeypatch, capsys):
    monkeypatch.setenv("SCENARIO_BATCH_RUN_ID", "scenariobatch_1")
    serve(lambda n, request: Reply(body=json.dumps({"success": True, "url": "https://host/set"})))
    for _ in range(3):
        await scenario.arun("n", "d", [agent()], script=[scenario.agent(), scenario.succeed()])
    assert capsys.readouterr().out == "Follow it live: https://host/set/scenariobatch_1\n"


async def test_the_answer_of_a_reporter_of_ones_own_is_told_too(capsys):
    class Reporter:
        async def post_event(self, event):
            return URL

    bus = ScenarioEventBus(Reporter())
    await executor([], [scenario.succeed()], event_bus=bus).run()
    await bus.drained()
    assert capsys.readouterr().out.startswith("Follow it live: https://host/set/scenariobatch_")


def test_each_address_is_told_once():
    told = Told()
    for url in ("https://a", "https://b", "https://a"):
        told.tell(started(), {"setUrl": url})
    assert told.lines == ["Follow it live: https://a/b", "Follow it live: https://b/b"]
    assert told.pages == []


def test_a_link_is_not_told_where_nobody_wants_it(monkeypatch):
    monkeypatch.setenv("SCENARIO_DISABLE_SIMULATION_REPORT_INFO", "1")
    monkeypatch.setenv("SCENARIO_BROWSER", "always")
    told = Told()
    told.tell(started(), URL)
    assert (told.lines, told.pages) == ([], [])


@pytest.mark.parametrize("answer", [{}, {"setUrl": None}, {"setUrl": "https://a\x1b[2J"}])
def test_what_is_no_address_is_not_told(answer):
    told = Told()
    told.tell(started(), answer)
    assert told.lines == []


def test_only_the_start_of_a_run_has_a_link():
    told = Told()
    event = ScenarioMessageSnapshotEvent(
        batch_run_id="b", scenario_id="s", scenario_run_id="r", timestamp=1, messages=[]
    )
    told.tell(event, URL)
    assert told.lines == []


def test_a_browser_is_opened_when_it_is_wanted(monkeypatch):
    monkeypatch.setenv("SCENARIO_BROWSER", "always")
    told = Told()
    told.tell(started(), URL)
    assert told.opened.wait(10)
    assert told.pages == ["https://host/set/b"]


@pytest.mark.parametrize("way", ["variable", "setting", "no wish", "no page"])
def test_a_browser_is_not_opened_otherwise(monkeypatch, way):
    monkeypatch.setenv("SCENARIO_BROWSER", "auto" if way == "no wish" else "always")
    if way == "variable":
        monkeypatch.setenv("SCENARIO_HEADLESS", "1")
    if way == "setting":
        ScenarioConfig.configure(headless=True)
    told = Told()
    told.tell(started(), {"setUrl": "file:///etc"} if way == "no page" else URL)
    assert len(told.lines) == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "scenario-link"]
    assert told.pages == []


@pytest.mark.parametrize("part", ["show", "open"])
def test_a_link_that_cannot_be_shown_disturbs_nobody(monkeypatch, part):
    monkeypatch.setenv("SCENARIO_BROWSER", "always")
    tried = threading.Event()

    def fail(text):
        tried.set()
        raise OSError("closed")

    told = Links(fail if part == "show" else lambda line: None, fail)
    told.tell(started(), URL)
    assert tried.wait(10)
    for thread in threading.enumerate():
        if thread.name == "scenario-link":
            thread.join(10)
