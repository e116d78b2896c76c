"""Processes that play into one store; some are killed. For SQLite and for PostgreSQL the same."""

from __future__ import annotations

import random
import select
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from forked import begin
from scenario import store as stores
from scenario._engine.facts import fold
from scenario.store import Place, RunState
from scenario.store.plain import plain
from store import player

MESSAGES = 2 * player.TURNS


@dataclass
class Player:
    """A process that plays, and the line to it."""

    process: BaseProcess
    line: Connection

    def says(self) -> str:
        """What it says next; empty when it says no more."""
        assert self.line.poll(30), "a process says nothing"
        try:
            return self.line.recv()
        except EOFError:
            return ""


@contextmanager
def playing(setting: str, runs: int, at_once: int, *, is_killed: bool) -> Iterator[Player]:
    process, ours = begin(player.main, setting, runs, at_once, is_killed)
    try:
        yield Player(process, ours)
    finally:
        process.kill()
        process.join(10)
        process.close()
        ours.close()


def play_and_kill(
    setting: str, chance: random.Random, *, killed: int, processes: int = 4, runs: int = 12
) -> set[str]:
    """Play with several processes, kill some at random moments; returns the runs that were said to be over."""
    over: set[str] = set()
    with ExitStack() as stack:
        players = [
            stack.enter_context(playing(setting, runs + (number < 2), 3, is_killed=number < killed))
            for number in range(processes)
        ]
        for each in players:
            assert each.says() == "ready"
        for each in players:
            each.line.send("go")
        over |= _kill(
            players[:killed], {each: chance.randrange(1, runs - 2) for each in range(killed)}, chance
        )
        for each in players:
            while said := each.says():
                over.add(said)
            each.process.join(10)
    return over


def _kill(players: Sequence[Player], moments: dict[int, int], chance: random.Random) -> set[str]:
    """Kill each player a moment after it has said so many runs; returns what they said."""
    over: set[str] = set()
    living = {each.line: (each, moments[number]) for number, each in enumerate(players)}
    while living:
        ready = wait(list(living), 30)
        assert ready, "the processes say nothing"
        for line in ready:
            each, left = living.pop(line)
            over.add(each.says())
            if left > 1:
                living[line] = (each, left - 1)
                continue
            select.select([], [], [], chance.random() * 0.005)  # a moment that nothing tells of
            each.process.kill()
            each.process.join(10)
    return over


def check(place: Place, over: set[str], checked: set[str]) -> Counter[RunState]:
    """Assert that nothing is missing, and nothing there by half without its mark.

    Args:
        place: The store.
        over: The runs that were said to be over.
        checked: Runs that need not be read again; those of now are added.

    Returns:
        How many runs are in which state.
    """
    with stores.open_store(place) as opened:
        rows = {row.id: row for row in stores.runs(opened)}
        assert over <= rows.keys(), "a run that was over is not there"
        assert RunState.RUNNING not in {row.state for row in rows.values()}, (
            "a run of a dead process has no mark"
        )
        for run_id in rows.keys() - checked:
            row, whole = rows[run_id], stores.run(opened, run_id)
            assert whole is not None
            assert len(whole.facts) == row.facts, "a transaction is there by half"
            assert plain([each.message for each in whole.messages]) == plain(fold(whole.facts).messages)
            if row.state is RunState.FINISHED:
                assert row.messages == len(whole.messages) == MESSAGES
            assert run_id not in over or row.state is RunState.FINISHED
        numbers = [row.change for row in rows.values()]
        assert len(set(numbers)) == len(numbers)
        assert stores.changes(opened, 0).latest >= max(numbers)
    checked.update(rows)
    return Counter(row.state for row in rows.values())
