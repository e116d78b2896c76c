"""An agent behind HTTP, called by hand or in a run, and the conversation that it is called with."""

from __future__ import annotations

import scenario
from scenario import AgentInput, AgentRole, ScenarioState
from scenario.testing import ScriptedAgent

SAID = [
    {"role": "user", "content": "first", "id": "m1", "trace_id": "t"},
    {"role": "assistant", "content": "noted", "id": "m2", "trace_id": "t"},
    {"role": "user", "content": "second", "id": "m3", "trace_id": "t"},
]
PLAIN = [{"role": each["role"], "content": each["content"]} for each in SAID]


def given(messages=SAID, new=1, thread_id="thread", state=None):
    return AgentInput(
        thread_id=thread_id,
        messages=messages,
        new_messages=messages[len(messages) - new :],
        scenario_state=state or ScenarioState(),
    )


def play(agent, *texts, **options):
    """A run in which the user says these texts, and the agent answers each."""
    script = [step for text in texts for step in (scenario.user(text), scenario.agent())]
    user = ScriptedAgent("unused", role=AgentRole.USER)
    return scenario.arun("n", "d", [agent, user], script=[*script, scenario.succeed()], **options)


def replies(result):
    return [each["content"] for each in result.messages if each["role"] == "assistant"]
