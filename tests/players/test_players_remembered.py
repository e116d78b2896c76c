"""Players with a model under a `cache_key`: what was asked before is not asked again."""

from __future__ import annotations

import pytest

import scenario
from scenario.testing import ScriptedAgent, ScriptedModel

PASSED = ScriptedModel.call(
    "finish_test", {"criteria": {"c1": {"reasoning": "it says so", "status": "passed"}}, "reasoning": "fine"}
)
FAILED = ScriptedModel.call(
    "finish_test", {"criteria": {"c1": {"reasoning": "it does not", "status": "failed"}}, "reasoning": "no"}
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path))


async def _play(user_model, judge_model, *, cache_key="v1", reply="On the second floor.", votes=1):
    return await scenario.arun(
        "novels",
        "A reader looks for novels.",
        agents=[
            scenario.UserSimulatorAgent(model=user_model),
            ScriptedAgent(reply),
            scenario.JudgeAgent(criteria=["names the floor"], model=judge_model, votes=votes),
        ],
        script=[scenario.user(), scenario.agent(), scenario.judge()],
        cache_key=cache_key,
    )


async def test_b16_a_second_run_makes_no_call_of_a_model_and_says_the_same():
    first = await _play(ScriptedModel("Where are the novels?"), ScriptedModel(PASSED))
    user_model, judge_model = ScriptedModel(), ScriptedModel()

    second = await _play(user_model, judge_model)

    assert user_model.requests == judge_model.requests == []
    assert second.transcript() == first.transcript()
    assert [str(verdict) for verdict in second.criteria] == [str(verdict) for verdict in first.criteria]
    assert first.usage.total.calls == 2
    assert second.usage.total.calls == 0


async def test_another_reply_of_the_agent_is_judged_anew():
    await _play(ScriptedModel("Where are the novels?"), ScriptedModel(PASSED))
    judge_model = ScriptedModel(FAILED)

    result = await _play(ScriptedModel(), judge_model, reply="Who knows.")

    assert not result.success
    assert len(judge_model.requests) == 1


async def test_votes_of_one_model_are_asked_one_by_one():
    judge_model = ScriptedModel(PASSED, FAILED, FAILED)

    result = await _play(ScriptedModel("Where?"), judge_model, votes=3)

    assert len(judge_model.requests) == 3
    assert not result.success


async def test_without_a_key_each_run_asks():
    models = [ScriptedModel("Where?"), ScriptedModel("Where?")]
    for model in models:
        await _play(model, ScriptedModel(PASSED), cache_key="")

    assert [len(model.requests) for model in models] == [1, 1]
