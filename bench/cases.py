"""The cases that are measured, and the least code that does the same."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAYS = {
    "User": "my order has not arrived, can you look it up",
    "Agent": "of course, it left our store on monday",
}
TURNS = 5
PAUSE = 0.05


@dataclass
class Input:
    """What the floor calls an agent with."""

    messages: list[dict[str, Any]]
    new_messages: list[dict[str, Any]]


async def play_by_hand(agents: list[Any], turns: int, *, judged_every_turn: bool) -> list[dict[str, Any]]:
    """The least that plays a conversation with the same agents: a list, an inbox for each, a loop."""
    messages: list[dict[str, Any]] = []
    inboxes: list[list[dict[str, Any]]] = [[] for _ in agents]
    judge = len(agents) - 1
    for turn in range(turns):
        for index, agent in enumerate(agents):
            if index == judge and not judged_every_turn and turn < turns - 1:
                continue
            reply = await agent.call(Input(messages, inboxes[index]))
            inboxes[index] = []
            if isinstance(reply, str):
                message = {"role": "user" if index == 0 else "assistant", "content": reply}
                messages.append(message)
                for other, inbox in enumerate(inboxes):
                    if other != index:
                        inbox.append(message)
    return messages


def players(act: Callable[[str], Awaitable[str]], verdict_after: int) -> list[Any]:
    import scenario

    class Speaks(scenario.AgentAdapter):
        def __init__(self, role: scenario.AgentRole) -> None:
            self.role = role

        async def call(self, input):
            return await act(self.role.value)

    class Judges(scenario.AgentAdapter):
        role = scenario.AgentRole.JUDGE
        calls = 0

        async def call(self, input):
            self.calls += 1
            if self.calls < verdict_after:
                return []
            return scenario.ScenarioResult(success=True, messages=[])

    return [Speaks(scenario.AgentRole.USER), Speaks(scenario.AgentRole.AGENT), Judges()]


async def at_once(role: str) -> str:
    return SAYS[role]


async def waits(role: str) -> str:
    await asyncio.sleep(PAUSE)
    return SAYS[role]


async def blocks(role: str) -> str:
    time.sleep(PAUSE)  # noqa: ASYNC251 - to block is the point
    return SAYS[role]


def turns(how: str, turns: int, *, floor: bool = False, traced: bool = False) -> dict[str, float]:
    """CPU for one turn of one conversation, in microseconds; peak memory in MB."""
    proceeding = how == "proceed"
    verdict_after = turns if proceeding else 1
    if floor:
        agents = players(at_once, verdict_after)
        return {"cpu_us": _cpu_us(lambda: play_by_hand(agents, turns, judged_every_turn=proceeding), turns)}
    import scenario

    spans: list[Any] = []
    if traced:
        _trace(spans)

    def play() -> Any:
        script = None if proceeding else [*([scenario.user(), scenario.agent()] * turns), scenario.judge()]
        agents = players(at_once, verdict_after)
        options = {"max_turns": turns + 1, "verbose": False, "script": script}
        return scenario.arun("order", "a customer asks", agents, **options)

    asyncio.run(play())
    spans.clear()
    asyncio.run(play())
    per_turn = len(spans) / turns
    return {"cpu_us": _cpu_us(play, turns), "peak_mb": _peak_mb(), "spans_per_turn": per_turn}


def many(fn: str, how: str, runs: int, *, floor: bool = False) -> dict[str, float]:
    """Wall time of many conversations at once, in seconds."""
    act = waits if how == "wait" else blocks

    async def by_hand() -> None:
        agents = players(act, 1)
        if fn == "arun":
            await play_by_hand(agents, TURNS, judged_every_turn=False)
            return
        loop, done = asyncio.get_running_loop(), asyncio.Future()

        def work() -> None:
            asyncio.run(play_by_hand(agents, TURNS, judged_every_turn=False))
            loop.call_soon_threadsafe(done.set_result, None)

        threading.Thread(target=work).start()
        await done

    async def ours() -> None:
        import scenario

        script = [*([scenario.user(), scenario.agent()] * TURNS), scenario.judge()]
        play = getattr(scenario, fn)
        assert await play("order", "a customer asks", players(act, 1), verbose=False, script=script)

    async def all_of_them() -> float:
        await (by_hand() if floor else ours())
        start = time.perf_counter()
        await asyncio.gather(*((by_hand() if floor else ours()) for _ in range(runs)))
        return time.perf_counter() - start

    return {"wall_s": asyncio.run(all_of_them())}


PROGRAMS = {
    "every name": "import scenario\nfor name in scenario.__all__: getattr(scenario, name)",
    "pydantic": "from pydantic import BaseModel\nclass Model(BaseModel): number: int",
    "foundations": "import asyncio\nfrom pydantic import BaseModel\nclass Model(BaseModel): number: int",
}


def importing(*, program: str, compiled: str) -> dict[str, float]:
    """CPU that a program takes over a bare interpreter.

    Args:
        program: Which.
        compiled: Where compiled modules are kept, whatever the environment says.
    """
    measure = (
        f"import time\nstart = time.process_time()\n{PROGRAMS[program]}\nprint(time.process_time() - start)"
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = compiled
    argv = [sys.executable, "-c", measure]
    done = subprocess.run(argv, env=env, check=True, capture_output=True, text=True)
    return {"cpu_s": float(done.stdout)}


def _trace(spans: list[Any]) -> None:
    from opentelemetry.sdk.trace import SpanProcessor

    import scenario

    class Collects(SpanProcessor):
        def on_end(self, span: Any) -> None:
            spans.append(span.name)

    scenario.setup_scenario_tracing(span_processors=[Collects()])


def _cpu_us(play: Callable[[], Any], turns: int) -> float:
    least = float("inf")
    deadline = time.perf_counter() + 1.0
    while time.perf_counter() < deadline or least == float("inf"):
        start = time.process_time()
        asyncio.run(play())
        least = min(least, time.process_time() - start)
    return least / turns * 1e6


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


CASES: dict[str, Callable[..., dict[str, float]]] = {"turns": turns, "many": many, "importing": importing}
