"""Plays the demo's scenarios side by side, each with a shop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scenario import ScenarioResult, ScenarioState, run
from scenario.demo.agent import SupportDesk
from scenario.demo.scenarios import DemoScenario
from scenario.demo.shop import Shop, open_shop
from scenario.testing import RecordingSink


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played.

    Attributes:
        scenario: Which.
        result: How it ended.
        turns: How many turns it took.
    """

    scenario: DemoScenario
    result: ScenarioResult
    turns: int

    @property
    def is_as_expected(self) -> bool:
        """Whether it failed if a fault is planted for it to find, and passed otherwise."""
        return self.result.success == (self.scenario.fault is None)

    @property
    def tool_calls(self) -> int:
        """How many tools the agent called."""
        return len(ScenarioState(messages=self.result.messages).tool_calls())


async def play(
    chosen: DemoScenario,
    database: Path,
    *,
    verbose: bool = False,
    hire: Callable[[Shop], SupportDesk] = SupportDesk,
) -> Played:
    """Play a scenario.

    Args:
        chosen: Which.
        database: Where the database of its shop is made.
        verbose: Print the conversation as it happens.
        hire: Makes the desk for the shop.
    """
    cast = chosen.cast(hire(open_shop(database)))
    facts = RecordingSink()
    result = await run(
        chosen.name,
        chosen.description,
        cast.agents,
        script=cast.script,
        set_id="demo",
        max_turns=8,
        verbose=verbose,
        debug=False,
        sinks=[facts],
    )
    return Played(chosen, result, facts.record().turns)


async def play_all(
    chosen: Sequence[DemoScenario],
    *,
    verbose: bool = False,
    before: Callable[[DemoScenario], None],
    after: Callable[[Played], None],
) -> list[Played]:
    """Play scenarios side by side; or one after the other, if their conversations are printed.

    Args:
        chosen: Which.
        verbose: Print the conversations as they happen.
        before: Called with each scenario when it begins.
        after: Called with each scenario when it and all before it were played.

    Returns:
        What came of them, in the same order.
    """
    places = asyncio.Semaphore(1 if verbose else len(chosen))

    async def play_one(each: DemoScenario, database: Path) -> Played:
        async with places:
            before(each)
            return await play(each, database, verbose=verbose)

    with TemporaryDirectory(prefix="scenario-demo-", ignore_cleanup_errors=True) as folder:
        tasks = [
            asyncio.create_task(play_one(each, Path(folder, f"shop_{number}.db")))
            for number, each in enumerate(chosen, 1)
        ]
        played: list[Played] = []
        try:
            for task in tasks:
                played.append(await task)
                after(played[-1])
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return played
