"""What the store costs: per turn, for 100,000 messages, for a search among them, and for those who read meanwhile.

Run it with `python bench/store.py`. Seconds differ from machine to machine; the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import scenario
from scenario._engine.facts import AgentInfo, Concluded, MessageAdded, RunStatus, Started
from scenario._observers import observe_runs
from scenario.store import FilePlace, changes, open_store, run, runs, search
from scenario.store.sink import close_sinks, reader_for, sink_for
from scenario.types import AgentRole

LIMITS = {
    "CPU per turn of a run, stored over not stored": 12,
    "wall time per turn of agents that wait 5 ms, stored over not stored": 1.3,
    "search among 100,000 messages over one among 1,000": 110,
    "a query while somebody writes over the same when nobody does": 5,
    "time to write 1,000 messages, the last of 100,000 over the first": 1.5,
}
WORDS = [
    "the",
    "parcel",
    "with",
    "order",
    "number",
    "was",
    "sent",
    "on",
    "monday",
    "and",
    "should",
    "arrive",
    "at",
    "your",
    "door",
    "before",
    "friday",
    "noon",
]
AGENT = AgentInfo("desk", AgentRole.AGENT)


def show(name: str, ratio: float, detail: str) -> None:
    limit = LIMITS[name]
    print(
        f"{name:70} {ratio:6.2f} x   ({detail}){'' if ratio <= limit else f'  ABOVE {limit:g}'}", flush=True
    )


def turns(place: FilePlace | None, count: int, wait: float) -> tuple[float, float]:
    """CPU and wall seconds of a turn."""

    async def answer(_):
        if wait:
            await asyncio.sleep(wait)
        return " ".join(WORDS)

    user = scenario.agent_from(lambda _: " ".join(WORDS), role=AgentRole.USER)
    agents = [user, scenario.agent_from(answer)]
    script = [step for _ in range(count) for step in (scenario.user(), scenario.agent())]
    reading = nullcontext() if place is None else observe_runs(lambda: reader_for(place))
    cpu, wall = time.process_time(), time.perf_counter()
    with reading:
        asyncio.run(scenario.run("bench", "", agents, script=[*script, scenario.succeed()], verbose=False))
        if place is not None:
            sink_for(place).flush().result()
    return (time.process_time() - cpu) / count, (time.perf_counter() - wall) / count


def per_turn(folder: Path, rounds: int) -> None:
    place = FilePlace(folder / "turns.db")
    turns(place, 10, 0)  # open it
    for name, count, wait, which in (
        ("CPU per turn of a run, stored over not stored", 500, 0.0, 0),
        ("wall time per turn of agents that wait 5 ms, stored over not stored", 100, 0.005, 1),
    ):
        stored = min(turns(place, count, wait)[which] for _ in range(rounds))
        alone = min(turns(None, count, wait)[which] for _ in range(rounds))
        show(name, stored / alone, f"{stored * 1e6:.0f} us beside {alone * 1e6:.0f} us")


def talk(place: FilePlace, number: int, messages: int) -> None:
    """The facts of one run, told straight to the store."""
    sink = sink_for(place)
    run_id, now = f"scenariorun_{number:08}", time.time()
    sink.receive(
        Started(run_id, now, f"scenario {number % 50}", "", f"batch {number // 100}", "default", {}, (AGENT,))
    )
    said = []
    for index in range(messages):
        words = [*WORDS[(number + index) % 7 :], str(number * messages + index)]
        message = {"role": "assistant", "content": " ".join(words), "id": f"m{number}-{index}"}
        said.append(message)
        sink.receive(MessageAdded(run_id, now + index / 100, index, message, index, AGENT))
    result = scenario.ScenarioResult(success=True, messages=said)
    sink.receive(Concluded(run_id, now + 1, RunStatus.SUCCESS, result, None))


def median(action, times: int = 15) -> float:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent)


def many_messages(folder: Path) -> None:
    place = FilePlace(folder / "many.db")
    spent, sought = [], {}
    for number in range(2000):
        begun = time.perf_counter()
        talk(place, number, 50)
        if number % 20 == 19:
            sink_for(place).flush().result()
        spent.append(time.perf_counter() - begun)
        if number in {19, 1999}:
            with open_store(place) as store:
                for text in ("Order Number", "99999999", f" {number * 50 + 1}"):
                    sought.setdefault(text if text[0] != " " else "one hit", []).append(
                        median(lambda text=text, store=store: search(store, text))
                    )
    total = sum(spent)
    size = sum(file.stat().st_size for file in folder.glob("many.db*")) / 1e6
    rate = 100_000 / total
    show(
        "time to write 1,000 messages, the last of 100,000 over the first",
        sum(spent[-100:]) / sum(spent[20:120]),
        f"{total:.1f} s in all, {rate:,.0f} a second, {size:.0f} MB",
    )
    for text, (few, many) in sought.items():
        show(
            "search among 100,000 messages over one among 1,000",
            many / few,
            f"{many * 1e3:.1f} ms beside {few * 1e3:.1f} ms, {text!r}",
        )
    reading_meanwhile(place)


def reading_meanwhile(place: FilePlace) -> None:
    with open_store(place) as store:
        latest = runs(store, limit=1)[0].change

        def look() -> None:
            changes(store, latest - 100)
            runs(store, limit=20)
            run(store, "scenariorun_00000007")

        alone = median(look)
        end = threading.Event()

        def write() -> None:
            number = 100_000
            while not end.is_set():
                talk(place, number, 50)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        beside = median(look, 30)
        end.set()
        writer.join()
        sink_for(place).flush().result()
    show(
        "a query while somebody writes over the same when nobody does",
        beside / alone,
        f"{beside * 1e3:.1f} ms beside {alone * 1e3:.1f} ms",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each case is measured (default: 3)")
    options = parser.parse_args()
    os.environ["SCENARIO_VERBOSE"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        per_turn(Path(folder), options.rounds)
        many_messages(Path(folder))
        close_sinks()


if __name__ == "__main__":
    main()
