"""A customer that a language model plays, an agent with a tool, and a judge that a language model plays.

Run it as it is, and both models are played by a small server on this machine, from a script:

    python examples/simulator_and_judge.py

Or ask a real one, with your key in OPENAI_API_KEY:

    python examples/simulator_and_judge.py --live --model openai/gpt-4.1-mini
"""
# ruff: noqa: INP001, T201 - a program, not a package

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import scenario
from scenario import checks
from scenario.testing import ModelServer

ORDERS = {1001: {"item": "a teapot", "status": "on its way", "arrives": "Friday"}}
"""All the orders of the shop whose support desk is tested here."""


def support_desk(input: scenario.AgentInput) -> scenario.AgentReturnTypes:  # noqa: A002 - the name callers know
    """The agent under test. Yours would ask a language model, or a server of yours."""
    number = re.search(r"\b\d{4}\b", input.last_new_user_message_str())
    if number is None:
        return "I can look that up. What is your order number?"
    call_id, order = f"call_{len(input.messages)}", ORDERS.get(int(number[0]))
    function = {"name": "find_order", "arguments": json.dumps({"order": int(number[0])})}
    calls: Any = [{"id": call_id, "type": "function", "function": function}]
    found = (
        f"Your order of {order['item']} arrives on {order['arrives']}."
        if order
        else "There is no such order."
    )
    return [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": call_id, "content": json.dumps(order)},
        {"role": "assistant", "content": found},
    ]


async def play() -> scenario.ScenarioResult:
    """Play the scenario with the models that are configured."""
    return await scenario.run(
        name="where is my teapot",
        description="The customer ordered a teapot, number 1001, and wants to know when it arrives. They do not "
        "name the order until they are asked.",
        agents=[
            scenario.agent_from(support_desk),
            scenario.UserSimulatorAgent(),
            scenario.JudgeAgent(
                criteria=[
                    "The agent asks for the order number",
                    "The agent names the day on which the order arrives, and the tool's result says the same",
                    checks.tool_called("find_order", {"order": 1001}),
                ]
            ),
        ],
        max_turns=6,
    )


def is_of_the_judge(body: Any) -> bool:
    """Whether a request comes from the judge: only it is offered a tool to finish the test."""
    return any(tool["function"]["name"] == "finish_test" for tool in body.get("tools") or ())


def scripted_verdict(body: Any) -> Any:
    """What the scripted judge makes of a conversation."""
    if "arrives on Friday" not in json.dumps(body["messages"]):
        return ModelServer.call("continue_test")
    verdicts = {
        "c1": {
            "reasoning": "It asks before it looks anything up.",
            "evidence": [{"message": 1, "quote": "What is your order number?"}],
            "status": "passed",
        },
        "c2": {
            "reasoning": "It says Friday, and so does the tool.",
            "evidence": [
                {"message": 5, "quote": "arrives on Friday"},
                {"message": 4, "quote": '"arrives": "Friday"'},
            ],
            "status": "passed",
        },
    }
    return ModelServer.call("finish_test", {"reasoning": "The customer was told.", "criteria": verdicts})


@contextmanager
def scripted_models() -> Iterator[scenario.ModelConfig]:
    """A server on this machine that plays the customer and the judge."""
    with ModelServer() as server:
        server.reply_with("Hi! When does my teapot arrive?", "Oh, it is 1001.", default="Thank you!")
        server.reply_with(default=scripted_verdict, when=is_of_the_judge)
        yield scenario.ModelConfig(model="openai/scripted", api_base=server.base_url, api_key="none")


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the scenario, and show the verdict.

    Args:
        arguments: Those of the command line; None takes the program's own.

    Returns:
        0 when the scenario passed, 1 when it did not, 2 when it could not be played.
    """
    parser = argparse.ArgumentParser(description="A simulated customer, a support desk, and a judge.")
    parser.add_argument("--live", action="store_true", help="ask a real model; needs OPENAI_API_KEY")
    parser.add_argument("--model", default="openai/gpt-4.1-mini", help="which one (default: %(default)s)")
    given = parser.parse_args(arguments)
    if given.live and given.model.startswith("openai/") and not os.environ.get("OPENAI_API_KEY"):
        print(
            "--live asks a real model and needs your key: set OPENAI_API_KEY, or leave out --live.",
            file=sys.stderr,
        )
        return 2
    if given.live:
        scenario.configure(default_model=given.model)
        result = asyncio.run(play())
    else:
        with scripted_models() as model:
            scenario.configure(default_model=model)
            result = asyncio.run(play())
    print(*result.criteria, sep="\n")
    return 0 if result else 1


if __name__ == "__main__":
    sys.exit(main())
