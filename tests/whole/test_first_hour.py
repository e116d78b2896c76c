"""Programs as people have them who come from another library of this kind, run as they are."""

from __future__ import annotations

import json

import pytest

import scenario
from scenario.testing import ModelServer


@pytest.fixture
def server(monkeypatch):
    with ModelServer() as running:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-first-hour-4711")
        monkeypatch.setenv("OPENAI_BASE_URL", running.base_url)
        yield running


def finish(*statuses):
    criteria = {f"c{number}": {"status": status} for number, status in enumerate(statuses, start=1)}
    return ModelServer.call("finish_test", {"reasoning": "as asked", "criteria": criteria})


class WeatherAgent(scenario.AgentAdapter):
    async def call(self, input: scenario.AgentInput) -> scenario.AgentReturnTypes:
        assert input.last_new_user_message_str()
        call = {"name": "get_current_weather", "arguments": json.dumps({"city": "Lisbon"})}
        return [
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": "c", "content": "sunny, 25 degrees"},
            {"role": "assistant", "content": "It is sunny in Lisbon, 25 degrees."},
        ]


async def test_a_script_with_a_default_model_and_a_look_at_the_tool_calls(server):
    server.reply_with(default=finish("passed", "passed"))
    scenario.configure(default_model="openai/gpt-4.1-mini")

    def check_for_weather_tool_call(state: scenario.ScenarioState):
        assert state.has_tool_call("get_current_weather")

    result = await scenario.run(
        name="checking the weather",
        description="The user plans a boat trip from Lisbon and is not sure about the weather.",
        agents=[
            WeatherAgent(),
            scenario.UserSimulatorAgent(),
            scenario.JudgeAgent(criteria=["The agent answers about the weather", "It names the temperature"]),
        ],
        script=[
            scenario.user("What is the weather like in Lisbon today?"),
            scenario.agent(),
            check_for_weather_tool_call,
            scenario.judge(),
        ],
        set_id="first-hour",
    )
    assert result.success, result.reasoning
    (request,) = server.requests
    assert (request.body["model"], request.body["temperature"]) == ("gpt-4.1-mini", 0.0)


async def test_a_conversation_by_itself_with_models_of_ones_own(server):
    server.reply_with("Is it warm?", "And tomorrow in Porto?", model="gpt-4o")
    server.reply_with(ModelServer.call("continue_test"), finish("passed"), model="local/judge")
    config = scenario.ModelConfig(
        model="local/judge",
        api_base=server.base_url,
        api_key="sk-local-4711",
        headers={"X-Team": "weather"},
        temperature=0.1,
    )
    turns = []
    result = await scenario.arun(
        name="small talk",
        description="The user wants to know where it is warm.",
        agents=[
            WeatherAgent(),
            scenario.UserSimulatorAgent(model="openai/gpt-4o", temperature=0.3),
            scenario.JudgeAgent(
                model=config,
                system_prompt="You are a strict judge.",
                criteria=["The agent says where it is warm"],
            ),
        ],
        script=[scenario.proceed(turns=4, on_turn=lambda state: turns.append(state.current_turn))],
        max_turns=5,
    )
    assert result.success, result.reasoning
    assert (result.turns, turns) == (2, [1])
    users = [request for request in server.requests if request.body["model"] == "gpt-4o"]
    judges = [request for request in server.requests if request.body["model"] == "local/judge"]
    assert {request.body["temperature"] for request in users} == {0.3}
    assert judges[0].body["messages"][0] == {"role": "system", "content": "You are a strict judge."}
    headers = {name.lower(): value for name, value in judges[0].headers.items()}
    assert (headers["x-team"], headers["authorization"]) == ("weather", "Bearer sk-local-4711")


class MentionsDegrees(scenario.JudgeAgent):
    async def call(self, input: scenario.AgentInput) -> scenario.AgentReturnTypes:
        if input.judgment_request is None and input.scenario_state.current_turn < 1:
            return []
        said = "degrees" in str(input.scenario_state.last_message()["content"])
        return scenario.ScenarioResult(
            success=said,
            messages=[],
            reasoning="looked for the word",
            passed_criteria=["mentions degrees"] if said else [],
            failed_criteria=[] if said else ["mentions degrees"],
        )


async def test_a_judge_of_ones_own_needs_no_model_and_a_user_without_one_is_told(server):
    server.reply_with(default="What about the evening?")
    user = scenario.UserSimulatorAgent(model="openai/gpt-4o")
    result = await scenario.run(
        name="own judge",
        description="",
        agents=[WeatherAgent(), user, MentionsDegrees()],
        script=[scenario.user("Weather?"), scenario.agent(), scenario.judge(criteria=None)],
    )
    assert (result.success, result.passed_criteria) == (True, ["mentions degrees"])
    with pytest.raises(scenario.ScenarioError, match=r"configure\(default_model="):
        scenario.UserSimulatorAgent()
