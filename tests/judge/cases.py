"""What the tests of the judge share: a conversation, replies of a model, and judging one with the other."""

from __future__ import annotations

import json

from scenario import AgentInput, JudgeAgent, JudgmentRequest, ScenarioState
from scenario._judge.case import Case, keyed
from scenario._models.port import ModelReply, ToolCall
from scenario.config import ScenarioConfig
from scenario.testing import ScriptedModel

POLITE, GREEN = "The agent is polite", "The agent offers green tea"
TALK = [
    {"role": "user", "content": "Is there tea?"},
    {"role": "assistant", "content": "Good morning! There is green tea, and “Earl Grey”."},
]
ASKED = JudgmentRequest()
CONTINUE = ScriptedModel.call("continue_test")


def case(*criteria, messages=TALK, **fields):
    return Case(keyed(criteria or (POLITE, GREEN)), messages, **fields)


def says(status, *quotes, reasoning="because", message=1):
    """What a judge says of one criterion."""
    evidence = [{"message": message, "quote": quote} for quote in quotes]
    return {"reasoning": reasoning, "evidence": evidence, "status": status}


def finish(reasoning="as a whole", **criteria):
    """A reply with a verdict: ``finish(c1="passed")``."""
    verdicts = {key: says(value) if isinstance(value, str) else value for key, value in criteria.items()}
    return ScriptedModel.call("finish_test", {"reasoning": reasoning, "criteria": verdicts})


def raw(criteria, **fields):
    """A verdict with these criteria as they are."""
    return ScriptedModel.call("finish_test", json.dumps({"criteria": criteria, "reasoning": "old", **fields}))


def calls(*named):
    """A reply that calls several tools."""
    made = [ToolCall(f"id{at}", name, json.dumps(arguments)) for at, (name, arguments) in enumerate(named)]
    return ModelReply(None, tuple(made), "tool_calls")


def given(messages=TALK, *, request=ASKED, turn=0, max_turns=10, description="A tea shop."):
    state = ScenarioState(
        description, messages=messages, current_turn=turn, config=ScenarioConfig(max_turns=max_turns)
    )
    return AgentInput(
        thread_id="t", messages=messages, new_messages=[], judgment_request=request, scenario_state=state
    )


def a_judge(*replies, criteria=(POLITE,), default=None, **options):
    """A judge, and its model."""
    model = ScriptedModel(*replies, default=default)
    return JudgeAgent(criteria=list(criteria), model=model, **options), model


async def verdict(*replies, criteria=(POLITE,), options=None, **input_fields):
    """A judge's answer, and its model."""
    judge, model = a_judge(*replies, criteria=criteria, **(options or {}))
    return await judge.call(given(**input_fields)), model


def statuses(result):
    return {each.criterion: each.status.value for each in result.criteria}


def tools_of(request):
    return [tool["function"]["name"] for tool in request.tools]
