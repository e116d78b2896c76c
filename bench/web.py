"""How quickly the page's interface answers, with 1,000 runs and with 10,000 (10 messages each).

python bench/web.py [--runs 1000 10000] [--requests 40]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx2

from scenario import CriterionResult, CriterionStatus, ScenarioResult
from scenario._engine.facts import Concluded, Fact, MessageAdded, RunStatus, Started, TurnOpened
from scenario.store import FilePlace, StoreSink, open_store
from scenario.store.sink import close_sinks
from scenario.web.serve import PageServer

NOW = 1_800_000_000.0
IN_A_BATCH, SCENARIOS = 100, 10


def facts_of(number: int) -> list[Fact]:
    batch, within = divmod(number, IN_A_BATCH)
    run, at = f"scenariorun_{number}", NOW + number
    metadata = {"trial": within // SCENARIOS + 1, "trials": 10}
    name, description = f"scenario {within % SCENARIOS}", "A parcel is late."
    found: list[Fact] = [
        Started(run, at, name, description, f"scenariobatch_{batch}", "default", metadata, ())
    ]
    for turn in range(5):
        asked = f"Where is parcel number {number * 5 + turn}? I have waited for days."
        answer = "I looked it up for you. It is on its way, and it comes **tomorrow**." * 3
        found.append(TurnOpened(run, at, turn, f"{number:026x}{turn:06x}"))
        for place, message in enumerate(
            ({"role": "user", "content": asked}, {"role": "assistant", "content": answer})
        ):
            found.append(MessageAdded(run, at, 2 * turn + place, message, turn, None))
    good = number % 3 > 0
    status = CriterionStatus.PASSED if good else CriterionStatus.FAILED
    criteria = [CriterionResult("it says where", status, "it does")]
    result = ScenarioResult(
        success=good, messages=[], reasoning="so", turns=5, total_time=2.0, criteria=criteria
    )
    return [*found, Concluded(run, at + 2, RunStatus.SUCCESS if good else RunStatus.FAILED, result, None)]


def fill(place: FilePlace, count: int) -> None:
    sink = StoreSink(place)
    for number in range(count):
        for fact in facts_of(number):
            sink.receive(fact)
        if number % 500 == 0:
            sink.flush().result(60)
    losses = sink.close(120)
    assert not losses, losses


def measure(place: FilePlace, requests: int) -> dict[str, float]:
    with open_store(place) as store:
        server = PageServer(store, port=0)
        with (
            server.beside() as address,
            httpx2.Client(base_url=f"{address.url}/api/v1", timeout=60) as client,
        ):
            newest = client.get("/batches?limit=2").json()["batches"]
            last = newest[0]["id"]
            number = last.partition("_")[2]
            run = f"scenariorun_{int(number) * IN_A_BATCH}"
            paths = {
                "list": "/batches",
                "list, filtered": "/batches?result=failed&limit=20",
                "batch": f"/batches/{last}",
                "scenario": f"/batches/{last}/scenarios/scenario%203",
                "run": f"/runs/{run}",
                "compare": f"/compare?a={newest[1]['id']}&b={last}",
                "search, common": "/search?q=parcel",
                "search, rare": f"/search?q=number%20{int(number) * 5}%3F",
                "changes, none": f"/changes?since={client.get('/batches?limit=1').json()['change']}",
            }
            return {name: p95(client, path, requests) for name, path in paths.items()}


def p95(client: httpx2.Client, path: str, requests: int) -> float:
    client.get(path).raise_for_status()
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20)[-1] * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--requests", type=int, default=40)
    given = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in given.runs:
            place = FilePlace(Path(folder) / f"{count}.db")
            began = time.perf_counter()
            fill(place, count)
            print(f"{count} runs, {10 * count} messages: filled in {time.perf_counter() - began:.0f} s")
            found[count] = measure(place, given.requests)
    close_sinks()
    print(f"\n{'95th percentile, ms':22}" + "".join(f"{count:>12,} runs" for count in found))
    for name in next(iter(found.values())):
        print(f"{name:22}" + "".join(f"{each[name]:>17.1f}" for each in found.values()))


if __name__ == "__main__":
    main()
