"""The stream of changes: whoever writes, from wherever it is resumed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scenario._engine.facts import RunStatus
from scenario.store import StoreSink
from web.seeded import LIVE, LIVE_RUN, begin_live


def events(lines):
    """The events of a stream, as they come."""
    told = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            told[name] = value
        elif told:
            yield told["event"], int(told["id"]), json.loads(told["data"])
            told = {}


def following(page, **headers):
    return page.client.stream("GET", "/api/v1/live", headers=headers)


def test_a_run_of_another_writer_is_seen_as_it_goes_on(own):
    sink = StoreSink(own.store.place)
    with following(own) as answer:
        stream = events(answer.iter_lines())
        assert next(stream)[0] == "hello"
        told = begin_live(sink)
        name, number, data = next(stream)
        while LIVE_RUN not in {run["id"] for run in data["runs"]}:
            name, number, data = next(stream)
        assert name == "change"
        assert number == data["latest"]
        assert {run["batch_id"] for run in data["runs"]} == {LIVE}

        told.ends(RunStatus.SUCCESS)
        sink.receive(replace(told.facts[-1], at=told.facts[0].at + 9))
        name, number, data = next(stream)
        assert [run["state"] for run in data["runs"]] == ["finished"]
    sink.close()


def test_a_stream_is_resumed_where_it_was_left(own):
    latest = own.get("/changes", since=0)["latest"]
    with following(own, **{"last-event-id": str(latest - 5)}) as answer:
        stream = events(answer.iter_lines())
        hello, change = next(stream), next(stream)

    assert hello[1] == latest - 5
    assert change[1] == latest
    assert change[2]["runs"]


def test_a_page_opened_before_during_or_after_shows_the_same(own):
    seen = {}
    for since in (0, 100, 200):
        with own.client.stream("GET", "/api/v1/live", params={"since": since}) as answer:
            stream = events(answer.iter_lines())
            next(stream)
            for run in next(stream)[2]["runs"]:
                seen.setdefault(run["id"], []).append(run)

    assert seen
    assert all(each == told[0] for told in seen.values() for each in told)


def test_a_number_of_another_store_begins_anew(own):
    with following(own, **{"last-event-id": "999999"}) as answer:
        stream = events(answer.iter_lines())
        next(stream)
        change = next(stream)

    assert change[2]["removed"]
    assert change[1] == own.get("/changes", since=0)["latest"]


def test_a_removal_is_told(own):
    with following(own) as answer:
        stream = events(answer.iter_lines())
        next(stream)
        own.client.delete("/api/v1/batches/scenariobatch_before")
        assert next(stream)[2]["removed"]


def test_a_client_with_an_open_page_opens_no_other(own):
    with following(own) as answer:
        stream = events(answer.iter_lines())  # kept: it ends when nobody has it
        next(stream)
        told = own.client.post("/api/scenario-events/browser-tab", json={}).json()
        stream.close()
    assert told == {"delivered": True}


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "1.5"])
def test_a_number_that_is_none_is_a_400(own, last):
    assert own.client.get("/api/v1/live", headers={"last-event-id": last}).status_code == 400
