"""What clients of the protocol report: in whatever order, as often as they like, and nothing of it is lost."""

from __future__ import annotations

import asyncio
import json
import random
import time
import zlib

import httpx2
import pytest
from sqlalchemy import update

from scenario.store import FilePlace, StoreSink, open_store, schema
from scenario.store.inbox import Letter, LetterKind, put_letters, waiting
from store.stories import story
from web.wire import event, events_of_all, finished, snapshot, started

BATCH = "scenariobatch_wire"


def post(page, told):
    answer = page.client.post("/api/scenario-events", json=told)
    assert answer.status_code == 201, answer.text
    return answer.json()


def pages_of(page):
    """All that the pages of the reported batches show, but for the numbers of changes."""
    found = page.get("/batches", source="remote")["batches"]
    batches = [page.get(f"/batches/{each['id']}") for each in found]
    ids = [run["id"] for batch in batches for each in batch["scenarios"] for run in each["runs"]]
    return without_changes([found, batches, [page.get(f"/runs/{run}") for run in sorted(ids)]])


def without_changes(value):
    if isinstance(value, dict):
        return {key: without_changes(item) for key, item in value.items() if key != "change"}
    return [without_changes(item) for item in value] if isinstance(value, list) else value


def test_a_run_that_a_client_reports_is_a_run_like_any_other(empty):
    answer = [post(empty, told) for told in (started(), snapshot("hello", "hi"), finished())][-1]
    empty.settle()
    found = empty.get("/batches")["batches"][0]
    run = empty.get("/runs/scenariorun_1")

    assert answer == {"success": True, "url": f"{empty.server.address.url}/batches"}
    assert (found["id"], found["source"], found["passed"]) == (BATCH, "remote", 1)
    assert [each["content"] for each in run["messages"]] == ["hello", "hi"]
    assert [(each["criterion"], each["status"]) for each in run["criteria"]] == [("agent answers", "passed")]
    assert run["run"]["metadata"] == {"team": "qa"}


@pytest.mark.parametrize("way", ["in order", "twice", "shuffled", "interleaved", "backwards"])
def test_the_order_in_which_events_come_does_not_matter(serve, tmp_path, way):
    events = events_of_all()
    in_order = serve(tmp_path / "in_order.db")
    for told in events:
        post(in_order, told)
    in_order.settle()
    ways = {
        "in order": events,
        "twice": events + events,
        "shuffled": random.Random(7).sample(events, len(events)),
        "interleaved": sorted(events, key=lambda told: (told["timestamp"] % 97, told["scenarioRunId"])),
        "backwards": events[::-1],
    }
    other = serve(tmp_path / "other.db")
    for told in ways[way]:
        post(other, told)
    other.settle()

    assert len({told["scenarioRunId"] for told in events}) == len(pages_of(other)[2])
    assert pages_of(other) == pages_of(in_order)


def test_an_event_that_says_nothing_new_is_no_change(empty):
    post(empty, snapshot("hello"))
    empty.settle()
    before = empty.get("/changes", since=0)["latest"]
    post(empty, snapshot("hello"))
    empty.settle()

    assert empty.get("/changes", since=0)["latest"] == before


def test_a_snapshot_replaces_the_one_before(empty):
    for told in (snapshot("a", "b", "x", at=2), snapshot("a", at=1), snapshot("a", "c", at=3)):
        post(empty, told)
    empty.settle()
    found = empty.get("/runs/scenariorun_1")["messages"]

    assert [each["content"] for each in found] == ["a", "c"]
    assert [each["at"] for each in found] == [1.0, 2.0]


def test_a_run_without_an_end_goes_on_and_is_stalled_when_nothing_more_comes(empty):
    post(empty, started())
    empty.settle()
    assert empty.get("/runs/scenariorun_1")["run"]["state"] == "running"

    with empty.store.writing() as connection:
        connection.execute(update(schema.process).values(last_seen=time.time() - 601))
    assert empty.get("/runs/scenariorun_1")["run"]["state"] == "stalled"
    assert empty.get("/batches", state="stalled")["batches"][0]["stalled"] == 1


@pytest.mark.timeout(120)  # the clients and the server share the machine
def test_five_hundred_clients_at_once_lose_nothing(untraced, empty):
    address = httpx2.URL(empty.server.address.url)
    clients = asyncio.Barrier(500)

    async def send(reader, writer, told):
        """By hand: a client library for so many connections costs more than the server."""
        body = json.dumps(told).encode()
        head = f"POST /api/scenario-events HTTP/1.1\r\nHost: {address.netloc.decode()}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 201 "), answer
        await reader.readexactly(int(answer.split(b"content-length: ")[1].split(b"\r\n")[0]))

    async def report(number):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        await clients.wait()  # all are connected before the first one says anything
        run, batch = f"scenariorun_{number}", f"scenariobatch_{number % 7}"
        await send(reader, writer, started(run, batch))
        await send(reader, writer, snapshot("hello", f"hi {number}", run=run, batch=batch))
        await send(reader, writer, finished(run, batch))
        writer.close()
        await writer.wait_closed()

    async def all_of_them():
        async with asyncio.timeout(60):
            await asyncio.gather(*(report(number) for number in range(500)))

    asyncio.run(all_of_them())
    assert empty.server.parts.intake.settle(50)
    found = empty.get("/batches", limit=100)["batches"]

    assert (sum(each["runs"] for each in found), sum(each["passed"] for each in found)) == (500, 500)
    assert (
        sum(
            len(each["messages"]) for each in (empty.get(f"/runs/scenariorun_{n}") for n in range(0, 500, 50))
        )
        == 20
    )


def test_what_was_accepted_is_worked_in_by_the_next_server_when_this_one_is_killed(serve, tmp_path):
    place = FilePlace(tmp_path / "runs.db")
    with open_store(place, create=True) as store:
        put_letters(store, [Letter("letter_1", 0, LetterKind.EVENT, json.dumps(started()).encode())])

    page = serve(place.path)
    deadline = time.monotonic() + 10
    while not page.get("/batches")["batches"]:
        assert time.monotonic() < deadline
    assert page.get("/batches")["batches"][0]["id"] == BATCH


def test_large_letters_are_read_a_few_at_a_time(tmp_path):
    with open_store(FilePlace(tmp_path / "runs.db"), create=True) as store:
        put_letters(store, [Letter(f"letter_{n}", n, LetterKind.EVENT, b"x" * 100) for n in range(5)])

        assert [each.id for each in waiting(store, most=250)] == ["letter_0", "letter_1"]
        assert [each.id for each in waiting(store, most=1)] == ["letter_0"]
        assert len(waiting(store)) == 5


def test_what_cannot_be_worked_in_does_not_hold_up_the_rest(serve, tmp_path, caplog):
    place = FilePlace(tmp_path / "runs.db")
    with open_store(place, create=True) as store:
        put_letters(store, [Letter("letter_1", 0, LetterKind.EVENT, b'{"type": 1}')])
    page = serve(place.path)
    post(page, started())
    page.settle()

    assert page.get("/batches")["batches"][0]["id"] == BATCH
    assert "cannot be worked in" in caplog.text


def test_a_run_that_this_library_stores_itself_is_not_told_twice(empty):
    sink = StoreSink(empty.store.place)
    told = story(1)
    for fact in told.facts:
        sink.receive(fact)
    sink.close()
    post(empty, snapshot("from outside", run="scenariorun_1"))
    empty.settle()
    found = empty.get("/runs/scenariorun_1")

    assert found["run"]["source"] == "local"
    assert [each["content"] for each in found["messages"]] == [each["content"] for each in told.messages]


def test_a_secret_is_not_stored(empty, monkeypatch):
    monkeypatch.setenv("SHOP_API_KEY", "hunter2-hunter2-hunter2")
    post(empty, snapshot("my key is hunter2-hunter2-hunter2"))
    empty.settle()

    assert "hunter2" not in empty.client.get("/api/v1/runs/scenariorun_1/raw").text


def test_large_media_are_kept_apart_and_come_back(empty):
    data = "QUJD" * 40_000
    part = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    post(empty, {**snapshot("hear"), "messages": [{"id": "1", "role": "user", "content": [part]}]})
    empty.settle()

    content = empty.get("/runs/scenariorun_1/raw")["messages"][0]["message"]["content"]
    assert content[0]["input_audio"]["data"] == data


def test_a_body_of_tens_of_megabytes_is_taken(empty):
    post(empty, snapshot("x" * 30_000_000))
    assert empty.server.parts.intake.settle(50)

    found = empty.get("/runs/scenariorun_1")["messages"][0]
    assert found["is_shortened"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_packed_body_is_unpacked(empty, encoding):
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    body = packer.compress(json.dumps(started()).encode()) + packer.flush()
    answer = empty.client.post("/api/scenario-events", content=body, headers={"content-encoding": encoding})

    assert answer.status_code == 201


def test_a_bomb_is_refused(empty):
    packer = zlib.compressobj(1, wbits=31)
    body = packer.compress(b"0" * (65 * 2**20)) + packer.flush()
    answer = empty.client.post("/api/scenario-events", content=body, headers={"content-encoding": "gzip"})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"1",
        b"{}",
        b'{"type": "SCENARIO_RUN_STARTED"}',
        b'{"type": 3, "scenarioRunId": "x"}',
        b'{"type":"SCENARIO_RUN_STARTED","scenarioRunId":"x","n":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_event_is_a_400(empty, body):
    answer = empty.client.post("/api/scenario-events", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_event_of_a_kind_to_come_is_passed_over(empty):
    post(empty, event("SCENARIO_NEWS"))
    empty.settle()

    assert empty.get("/batches")["batches"] == []


def test_odd_events_break_nothing(empty):
    odd = [
        {"type": "SCENARIO_RUN_STARTED", "scenarioRunId": "a\0b", "timestamp": "soon", "metadata": []},
        {
            "type": "SCENARIO_MESSAGE_SNAPSHOT",
            "scenarioRunId": "b",
            "messages": [None, 1, "x", {"content": {}}, {"role": 7}],
        },
        {"type": "SCENARIO_MESSAGE_SNAPSHOT", "scenarioRunId": "c", "messages": {"a": 1}, "timestamp": -5},
        {
            "type": "SCENARIO_RUN_FINISHED",
            "scenarioRunId": "d",
            "status": "ODD",
            "results": "no",
            "timestamp": 1e400,
        },
        {
            "type": "SCENARIO_RUN_FINISHED",
            "scenarioRunId": "e",
            "status": "FAILED",
            "results": {"metCriteria": "x", "criteria": [1, {}]},
        },
        {
            "type": "SCENARIO_MESSAGE_SNAPSHOT",
            "scenarioRunId": "f",
            "messages": [{"role": "assistant", "toolCalls": [{"function": 3}, 4]}],
        },
    ]
    body = json.dumps(odd).replace("Infinity", "1e400").encode()
    assert empty.client.post("/api/scenario-events", content=body).status_code == 201
    empty.settle()

    for run in "bcdef":
        assert empty.client.get(f"/api/v1/runs/{run}").status_code == 200
    with empty.store.reading() as connection:
        assert connection.execute(schema.inbox.select()).all() == []


def test_what_clients_reported_can_be_removed_and_nothing_else(own):
    post(own, started())
    own.settle()

    assert own.client.delete("/api/scenario-events").json() == {"success": True, "removed": 1}
    assert own.get("/batches", source="remote")["batches"] == []
    assert len(own.get("/batches")["batches"]) == 2


def test_a_client_opens_no_tab_when_nobody_needs_one(empty):
    told = {"tabKey": "0" * 32, "batchRunId": "b"}

    assert empty.client.post("/api/scenario-events/browser-tab", json=told).json() == {"delivered": False}
