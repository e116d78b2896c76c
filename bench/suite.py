"""What the scheduler of suites costs: throughput beside a bare loop, and memory for each trial in flight.

Run it with ``python bench/suite.py``. Each case has a process of its own; the cases take turns, and of three times the
shortest counts, as others may use the machine as well. ``--quick`` plays fewer trials, once.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

TURNS = 5
PAUSE = 0.02
IN_FLIGHT = 100
LEAST_THROUGHPUT = 0.7


def scenario_of(trials: int):
    import scenario
    from scenario import AgentRole
    from scenario.suite import Scenario

    class User(scenario.AgentAdapter):
        role = AgentRole.USER

        async def call(self, input):
            await asyncio.sleep(PAUSE)
            return "my order has not arrived, can you look it up"

    class Agent(scenario.AgentAdapter):
        async def call(self, input):
            await asyncio.sleep(PAUSE)
            return "of course, it left our store on monday"

    script = [*([scenario.user(), scenario.agent()] * TURNS), scenario.succeed()]
    return Scenario(name="order", agents=[User, Agent], script=script, trials=trials)


async def _bare(trials: int) -> None:
    """The same waits under the same limit."""
    left = iter(range(trials))

    async def one() -> None:
        for _ in left:
            for _ in range(2 * TURNS):
                await asyncio.sleep(PAUSE)

    await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))


def bare(trials: int) -> dict[str, float]:
    return _timed(lambda: _bare(trials))


def library(trials: int, isolation: str, *, stored: bool) -> dict[str, float]:
    """A suite. What a process loads once is loaded before the clock starts."""
    from scenario.suite import run_suite

    with tempfile.TemporaryDirectory() as folder:

        async def play(trials: int, name: str) -> None:
            result = await run_suite(
                scenario_of(trials),
                concurrency=IN_FLIGHT,
                isolation=isolation,
                store=str(Path(folder, name)) if stored else "off",
                keep=False,
            )
            assert len(result.trials) == trials
            assert result.success
            assert not result.warnings, result.warnings

        asyncio.run(play(5, "first.db"))
        return _timed(lambda: play(trials, "runs.db"))


def memory(trials: int, concurrency: int) -> dict[str, float]:
    """Peak memory of a run, in MB; nothing is stored and nothing is kept."""
    from scenario.suite import run_suite

    asyncio.run(run_suite(scenario_of(5), isolation="loop", keep=False))
    gc.collect()
    before = _peak_mb()
    asyncio.run(run_suite(scenario_of(trials), concurrency=concurrency, isolation="loop", keep=False))
    return {"before_mb": before, "peak_mb": _peak_mb(), "more_mb": _peak_mb() - before}


def _timed(play: Callable[[], Awaitable[None]]) -> dict[str, float]:
    cpu, start = time.process_time(), time.perf_counter()
    asyncio.run(play())
    return {
        "wall_s": time.perf_counter() - start,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(case: str) -> dict[str, float]:
    """A case in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--case", case], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{case}\n{done.stderr}")
    return json.loads(done.stdout)


def main(trials: int, rounds: int) -> int:
    cases = {"bare loop": f"bare({trials})"}
    for isolation in ("loop", "thread"):
        for stored in (False, True):
            label = f"{isolation}, {'stored' if stored else 'not stored'}"
            cases[label] = f"library({trials}, {isolation!r}, stored={stored})"
    times = {label: [] for label in cases}
    for _ in range(rounds):
        for label, case in cases.items():
            times[label].append(apart(case))
    best = {label: min(found, key=lambda one: one["wall_s"]) for label, found in times.items()}
    floor = best["bare loop"]
    shares = {label: floor["wall_s"] / found["wall_s"] for label, found in best.items()}
    print(f"{trials} trials of {TURNS} turns, 2 waits of {PAUSE * 1000:.0f} ms each, {IN_FLIGHT} in flight")
    for label, found in best.items():
        print(
            f"  {label:18} {found['wall_s']:6.2f} s  CPU {found['cpu_s']:5.2f} s  "
            f"throughput {shares[label]:.0%}  peak {found['peak_mb']:.0f} MB"
        )
    worst = shares["loop, stored"]
    few, many = apart("memory(200, 200)"), apart(f"memory({trials}, 200)")
    wide = apart(f"memory({trials}, 1000)")
    print(
        f"  memory: {few['more_mb']:.1f} MB for 200 trials, {many['more_mb']:.1f} MB for {trials}, 200 in flight"
    )
    kilobytes = 1024 * (wide["more_mb"] - many["more_mb"]) / 800
    print(f"          {kilobytes:.0f} kB for each more trial in flight (200 to 1000)")
    print(
        "" if worst >= LEAST_THROUGHPUT else f"  the throughput with a store is below {LEAST_THROUGHPUT:.0%}"
    )
    return 0 if worst >= LEAST_THROUGHPUT else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        print(json.dumps(eval(sys.argv[2])))  # a case that `main` wrote
    else:
        sys.exit(main(300, 1) if "--quick" in sys.argv else main(2000, 3))
