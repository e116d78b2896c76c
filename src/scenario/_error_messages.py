"""The texts of errors that need more than a sentence: what is wrong, and what right looks like."""

from __future__ import annotations

from typing import Any

_NEEDS = {
    "User": "scenario.UserSimulatorAgent() (or, without a model, a scenario.ScriptedUserAgent())",
    "Judge": "a scenario.JudgeAgent()",
    "Agent": "your agent",
}


def agent_response_not_awaitable(class_name: str) -> str:
    """The `call` of `class_name` returned something that cannot be awaited."""
    return f"""The `call` method of {class_name} must be asynchronous, but what it returned cannot be awaited.
Write it with `async`:

    class {class_name}(scenario.AgentAdapter):
        async def call(self, input: scenario.AgentInput) -> scenario.AgentReturnTypes:
            ...

A plain function becomes an agent with `scenario.agent_from(function)`."""


def invalid_agent_reply(value: Any, class_name: str) -> str:
    """The `call` of `class_name` returned something that is no reply."""
    return f"""{class_name} returned {value!r:.100} ({type(value).__name__}), which is not a reply.
An agent's `call` returns one of these, and all of it must be data that JSON can hold:

    return "text"                                            # said in the agent's role
    return {{"role": "assistant", "content": "text"}}          # a message
    return [{{"role": "assistant", "tool_calls": [...]}},      # several messages
            {{"role": "tool", "tool_call_id": "...", "content": "..."}}]
    return scenario.ScenarioResult(success=..., messages=[])  # the end of the run"""


def not_an_agent(value: Any, index: int, scenario_name: str) -> str:
    """Something in the agents list of `scenario_name` cannot play."""
    head = f"Scenario `{scenario_name}`: agents[{index}] is {value!r:.100}, "
    if isinstance(value, type):
        return head + f"a class. Make an instance of it: {value.__name__}()."
    if callable(value):
        return head + "a function. Make it an agent with scenario.agent_from(function)."
    return head + (
        "which is no agent: it needs a `role` (a scenario.AgentRole) and an asynchronous `call`. "
        "Subclass scenario.AgentAdapter."
    )


def no_agent_for_role(role: str, content: str | None = None) -> str:
    """A step speaks for a role that none of the agents plays."""
    said = f" with content `{content:.80}`" if content is not None else ""
    return (
        f"Cannot generate a message for role `{role}`{said} because no agent with this role was found, "
        f"please add {_NEEDS[role]} to the scenario `agents` list"
    )


def not_a_step(value: Any, position: int, scenario_name: str) -> str:
    """Something in the script of `scenario_name` cannot be performed."""
    return (
        f"Scenario `{scenario_name}`: step {position} of the script is {value!r:.100}, which cannot be "
        "called. A step is what scenario.user(), agent(), judge() and their like return, a check, or a function "
        "that takes the state."
    )


def model_required(class_name: str, what: str, otherwise: str = "") -> str:
    """A player of class `class_name` needs a language model: for what, and who does without."""
    advice = "Give it one with model=..., or all players with scenario.configure(default_model=...)."
    return f"{class_name} was initialized without a model, and {what}. {advice} {otherwise}".rstrip()
