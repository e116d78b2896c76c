"""What the scheduler of suites costs: throughput beside a bare loop, and memory for each trial in flight.

Run it with ``python bench/suite.py``. Each case has a process of its own. ``--quick`` plays fewer trials.
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
    from scenario.suite import run_suite

    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder, "runs.db")) if stored else "off"

        async def play() -> None:
            result = await run_suite(
                scenario_of(trials), concurrency=IN_FLIGHT, isolation=isolation, store=store, keep=False
            )
            assert len(result.trials) == trials
            assert result.success
            assert not result.warnings, result.warnings

        return _timed(play)


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


def main(trials: int) -> int:
    floor = apart(f"bare({trials})")
    print(f"{trials} trials of {TURNS} turns, 2 waits of {PAUSE * 1000:.0f} ms each, {IN_FLIGHT} in flight")
    print(f"  bare loop          {floor['wall_s']:6.2f} s  CPU {floor['cpu_s']:5.2f} s")
    worst = 1.0
    for isolation in ("loop", "thread"):
        for stored in (False, True):
            found = apart(f"library({trials}, {isolation!r}, stored={stored})")
            share = floor["wall_s"] / found["wall_s"]
            label = f"{isolation}, {'stored' if stored else 'not stored'}"
            print(
                f"  {label:18} {found['wall_s']:6.2f} s  CPU {found['cpu_s']:5.2f} s  "
                f"throughput {share:.0%}  peak {found['peak_mb']:.0f} MB"
            )
            if isolation == "loop" and stored:
                worst = share
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
        sys.exit(main(300 if "--quick" in sys.argv else 2000))
