"""Runs with models leave nothing behind in the process."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest

import scenario
from scenario import JudgeAgent, UserSimulatorAgent
from scenario.integrations.chat import ChatAgent
from scenario.models import ModelReply, ModelRequest
from scenario.testing import ScriptedModel
from whole.parts import CRITERION

VERDICT = {
    "reasoning": "",
    "criteria": {"c1": {"status": "passed", "evidence": [{"message": 1, "quote": "Lyon"}]}},
}
AT_ONCE = 30


class Says:
    """A model that keeps nothing."""

    def __init__(self, reply: ModelReply) -> None:
        self.reply = reply

    async def complete(self, _request) -> ModelReply:
        return self.reply


AGENTS = [
    UserSimulatorAgent(model=Says(ModelReply("My parcel 4711 has not come."))),
    ChatAgent(Says(ModelReply("It is in Lyon."))),
    JudgeAgent(model=Says(ScriptedModel.call("finish_test", VERDICT)), criteria=[CRITERION], votes=2),
]


async def play_many(door, count):
    script = [scenario.user(), scenario.agent(), scenario.judge()]
    runs = (door("parcel", "", AGENTS, script=script, verbose=False) for _ in range(count))
    assert all(await asyncio.gather(*runs))


def results():
    gc.collect()
    return sum(isinstance(each, scenario.ScenarioResult) for each in gc.get_objects())


@pytest.fixture
def alone():
    """What is there already is neither counted nor gone through again and again."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("door", [scenario.run, scenario.arun], ids=["run", "arun"])
async def test_the_same_players_in_many_runs_leave_no_results_behind(alone, untraced, door):
    for _ in range(6):
        await play_many(door, AT_ONCE)
    # A thread of the pool may hold its last run until its next one, with the results on the way to its own.
    assert results() <= 2 * AT_ONCE


async def test_ids_of_calls_that_are_all_the_same_cost_the_same_each_time(untraced):
    model = ScriptedModel(default=ScriptedModel.call("finish_test"))
    began = time.process_time()
    ids = {(await model.complete(ModelRequest([]))).tool_calls[0].id for _ in range(20_000)}
    assert len(ids) == 20_000
    assert time.process_time() - began < 10  # it would be minutes, if each began to count from one
